/* recipe.c - settings as a text file. */
#include "cli/recipe.h"

#include <stdio.h>
#include <string.h>

#define MAX_RECIPE_BYTES (1024 * 1024)

/* The line without its comment and the blanks at its ends. */
static char *trim(char *line)
{
    for (char *s = line; *s; s++)
        if (*s == '#' && (s == line || s[-1] == ' ' || s[-1] == '\t')) {
            *s = 0;
            break;
        }
    while (*line == ' ' || *line == '\t')
        line++;
    size_t n = strlen(line);
    while (n > 0 && strchr(" \t\r", line[n - 1]))
        line[--n] = 0;
    return line;
}

static enum ramp_status read_line(struct option *options, char *line,
                                  int number, struct ramp_error *err)
{
    line = trim(line);
    if (*line == 0)
        return RAMP_OK;
    if (strncmp(line, "--", 2) != 0)
        return error_set(err, RAMP_USAGE,
                         "recipe, line %d: expected --name value, found %s",
                         number, TEXT_QUOTE(line));
    char *name = line + 2;
    char *value = name + strcspn(name, " \t=");
    if (*value)
        *value++ = 0;
    value += strspn(value, " \t");
    const struct option *option = option_find(options, name);
    if (option && option->kind != OPTION_FLAG && *value == 0)
        return error_set(err, RAMP_USAGE,
                         "recipe, line %d: option --%s needs a value", number,
                         name);
    if (text_equal(name, "recipe"))
        return error_set(err, RAMP_USAGE,
                         "recipe, line %d: a recipe cannot name another",
                         number);
    return option_give(options, name, value, number, err);
}

/* *path is NULL where `name` is the path itself, also of a file that is not
 * there. */
static enum ramp_status find_recipe(char **path, const char *name,
                                    struct ramp_error *err)
{
    char file[256];
    *path = NULL;
    if (file_is_regular(name) || strchr(name, '/') != NULL ||
        snprintf(file, sizeof file, "%s.recipe", name) >= (int)sizeof file)
        return RAMP_OK;
    return file_find_shipped(path, "models", file, err);
}

static enum ramp_status read_text(char **text, size_t *n_bytes,
                                  const char *name, struct ramp_error *err)
{
    uint8_t *bytes;
    char *path;
    enum ramp_status status = find_recipe(&path, name, err);
    if (status == RAMP_OK)
        status = file_read(&bytes, n_bytes, path ? path : name,
                           MAX_RECIPE_BYTES, RAMP_USAGE, err);
    mem_free(path);
    if (status == RAMP_OK)
        *text = (char *)bytes;
    return status;
}

enum ramp_status recipe_read(struct option *options, char **text,
                             const char *path, struct ramp_error *err)
{
    size_t n_bytes;
    enum ramp_status status = read_text(text, &n_bytes, path, err);
    if (status != RAMP_OK)
        return status;
    const unsigned char *bytes = (const unsigned char *)*text;
    for (size_t i = 0; i < n_bytes; i++)
        if (bytes[i] == 0x7f ||
            /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): of three */
            (bytes[i] < 0x20 && !memchr("\t\r\n", bytes[i], 3)))
            return error_set(err, RAMP_USAGE,
                             "cannot read the recipe %s: expected text, found "
                             "the byte 0x%02x",
                             TEXT_QUOTE(path), bytes[i]);
    int number = 1;
    for (char *line = *text; line && status == RAMP_OK; number++) {
        char *next = strchr(line, '\n');
        if (next)
            *next++ = 0;
        status = read_line(options, line, number, err);
        line = next;
    }
    return status;
}

static bool is_listed(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (text_equal(name, *list))
            return true;
    return false;
}

void recipe_write(struct draft *draft, const struct option *options,
                  const char *const *but)
{
    for (; options->name; options++) {
        struct draft value = {0};
        if (is_listed(options->name, but) || !option_write(&value, options)) {
            draft_release(&value);
            continue;
        }
        const char *text = value.text ? value.text : "";
        bool comment = strstr(text, " #") != NULL || text[0] == '#';
        draft->failed |= value.failed;
        draft_add(draft, "%s--%s%s%s\n", comment ? "# not readable here: " : "",
                  options->name, text[0] ? " " : "", text);
        draft_release(&value);
    }
}
