/* epoch_log.c - a CSV file that grows by the rows of an epoch at a time. */
#include "train/epoch_log.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define MAX_LOG_BYTES ((size_t)1 << 30)

enum ramp_status epoch_log_add(struct epoch_log *log, const char *rows,
                               struct ramp_error *err)
{
    size_t n = strlen(rows);
    if (!mem_grow((void **)&log->text, &log->capacity, log->n_bytes + n + 1, 1))
        return error_memory(err, "a log", log->n_bytes + n + 1);
    memcpy(log->text + log->n_bytes, rows, n + 1);
    log->n_bytes += n;
    return RAMP_OK;
}

/* Whether the row is of one of the first `epochs` epochs. */
static bool is_kept(const char *row, int epochs)
{
    char number[16];
    uint64_t epoch;
    snprintf(number, sizeof number, "%.*s", (int)strcspn(row, ",\n"), row);
    return text_to_u64(&epoch, number, 1, (uint64_t)epochs);
}

/* Take the rows that are kept out of the file that is there. */
static enum ramp_status take_rows(struct epoch_log *log, int epochs,
                                  struct ramp_error *err)
{
    uint8_t *bytes;
    size_t n_bytes, n_header = log->n_bytes;
    if (!file_exists(log->path))
        return RAMP_OK;
    enum ramp_status status =
        file_read(&bytes, &n_bytes, log->path, MAX_LOG_BYTES, RAMP_DATA, err);
    if (status != RAMP_OK)
        return status;
    char *rows = (char *)bytes + n_header;
    if (strncmp((const char *)bytes, log->text, n_header) != 0) {
        char header[96];
        snprintf(header, sizeof header, "%.*s", (int)n_header - 1, log->text);
        status = error_set(err, RAMP_DATA,
                           "cannot go on with %s: expected the header %s",
                           TEXT_QUOTE(log->path), TEXT_QUOTE(header));
    } else {
        char *end = rows, *line_end;
        while (is_kept(end, epochs) && (line_end = strchr(end, '\n')) != NULL)
            end = line_end + 1;
        *end = 0;
        status = epoch_log_add(log, rows, err);
    }
    mem_free(bytes);
    return status;
}

enum ramp_status epoch_log_open(struct epoch_log *log, const char *folder,
                                const char *name, const char *header,
                                int epochs, struct ramp_error *err)
{
    *log = (struct epoch_log){.path = file_join(folder, name)};
    if (log->path == NULL)
        return error_memory(err, "a path", strlen(folder));
    enum ramp_status status = epoch_log_add(log, header, err);
    if (status == RAMP_OK && epochs > 0)
        status = take_rows(log, epochs, err);
    return status == RAMP_OK ? epoch_log_write(log, err) : status;
}

enum ramp_status epoch_log_write(const struct epoch_log *log,
                                 struct ramp_error *err)
{
    return file_write(log->path, log->text, log->n_bytes, err);
}

void epoch_log_release(struct epoch_log *log)
{
    mem_free(log->path);
    mem_free(log->text);
    *log = (struct epoch_log){0};
}
