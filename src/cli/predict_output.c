/* predict_output.c - the answers of `ramp predict` as text, CSV and JSON.
 *
 * Text is for the eye: names on one line, probabilities rounded. CSV (RFC
 * 4180, lines end in LF) and JSON (an object a line) are for programs: names
 * as they are, and enough digits to give back each float. */
#include "cli/predict.h"
#include "report/format.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FLOAT_DIGITS 9 /* tell any float from its neighbours */

const char *answer_class(const struct answer *answer, int rank)
{
    return ramp_model_class(answer->model, answer->best[rank]);
}

double answer_probability(const struct answer *answer, int rank)
{
    return (double)answer->probs[answer->best[rank]];
}

const char *answer_name(const struct answer *answer)
{
    return answer->unknown ? PREDICT_UNKNOWN : answer_class(answer, 0);
}

/* No clock is better than a tenth of a microsecond. */
static double milliseconds(const struct answer *answer)
{
    return round(1e7 * answer->picture->seconds) / 1e4;
}

static void write_text(const struct answer *answer)
{
    format_name(stdout, answer->picture->path);
    if (answer->unknown)
        fputs("  " PREDICT_UNKNOWN, stdout);
    for (int i = 0; i < answer->n_best; i++) {
        fputs("  ", stdout);
        format_name(stdout, answer_class(answer, i));
        printf(" %.3f", answer_probability(answer, i));
    }
    printf("  %.2f ms\n", milliseconds(answer));
}

/* ==== CSV ==== */

static void write_field(const char *text)
{
    if (text[strcspn(text, ",\"\r\n")] == 0) {
        fputs(text, stdout);
        return;
    }
    putc('"', stdout);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', stdout);
        putc(*text, stdout);
    }
    putc('"', stdout);
}

static void write_csv(const struct answer *answer)
{
    write_field(answer->picture->path);
    for (int i = 0; i < answer->n_best; i++) {
        putc(',', stdout);
        write_field(i == 0 ? answer_name(answer) : answer_class(answer, i));
        printf(",%.*g", FLOAT_DIGITS, answer_probability(answer, i));
    }
    printf(",%.*g\n", FLOAT_DIGITS, milliseconds(answer));
}

void output_begin(enum output_form form, int n_best)
{
    if (form != OUTPUT_CSV)
        return;
    fputs("path,class,probability", stdout);
    for (int i = 2; i <= n_best; i++)
        printf(",class%d,probability%d", i, i);
    puts(",ms");
}

/* ==== JSON ==== */

/* JSON is UTF-8: in a path, a byte that is not becomes U+FFFD. */
static json_t *path_value(const char *path)
{
    char *copy = text_utf8_copy(path);
    json_t *value = copy ? json_string(copy) : NULL;
    mem_free(copy);
    return value;
}

static json_t *class_list(const struct answer *answer)
{
    json_t *list = json_array();
    for (int i = 0; i < answer->n_best; i++) {
        json_t *one = json_pack("{s:s, s:f}", "class", answer_class(answer, i),
                                "probability", answer_probability(answer, i));
        if (json_array_append_new(list, one) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* json_dumps would leave out a key for which it has no memory, and go on: the
 * room is made here. */
static char *json_text(const json_t *object)
{
    size_t flags = JSON_REAL_PRECISION(FLOAT_DIGITS);
    size_t n_bytes = json_dumpb(object, NULL, 0, flags);
    char *text = n_bytes > 0 ? mem_alloc(n_bytes + 1, 1) : NULL;
    if (text == NULL || json_dumpb(object, text, n_bytes, flags) == n_bytes)
        return text;
    mem_free(text);
    return NULL;
}

static enum ramp_status write_json(const struct answer *answer,
                                   struct ramp_error *err)
{
    json_t *object = json_object();
    bool good =
        json_object_set_new(object, "path",
                            path_value(answer->picture->path)) == 0 &&
        json_object_set_new(object, "class",
                            json_string(answer_name(answer))) == 0 &&
        json_object_set_new(object, "probability",
                            json_real(answer_probability(answer, 0))) == 0 &&
        json_object_set_new(object, "top", class_list(answer)) == 0 &&
        json_object_set_new(object, "ms", json_real(milliseconds(answer))) == 0;
    char *text = good ? json_text(object) : NULL;
    json_decref(object);
    if (text == NULL)
        return error_memory(err, "an answer", 0);
    puts(text);
    mem_free(text);
    return RAMP_OK;
}

enum ramp_status output_answer(enum output_form form,
                               const struct answer *answer,
                               struct ramp_error *err)
{
    if (form == OUTPUT_JSON)
        return write_json(answer, err);
    if (form == OUTPUT_CSV)
        write_csv(answer);
    else
        write_text(answer);
    return RAMP_OK;
}
