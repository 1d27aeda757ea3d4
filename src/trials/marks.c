/* marks.c - where a training was at every tenth of an epoch. */
#include "trials/marks.h"

#include "report/csv_table.h"
#include "report/draft.h"
#include "report/run_folder.h"

#include <math.h>

#define FILE_NAME "marks.csv"

enum ramp_status marks_add(struct marks *marks, const struct mark *mark,
                           struct ramp_error *err)
{
    if (!mem_grow((void **)&marks->marks, &marks->capacity, marks->n + 1,
                  sizeof *marks->marks))
        return error_memory(err, "a curve", sizeof *mark);
    marks->marks[marks->n++] = *mark;
    return RAMP_OK;
}

void marks_release(struct marks *marks)
{
    mem_free(marks->marks);
    *marks = (struct marks){.n_train = marks->n_train};
}

const struct mark *marks_at(const struct marks *marks, uint64_t images)
{
    for (size_t i = marks->n; i-- > 0;)
        if (marks->marks[i].images == images)
            return &marks->marks[i];
    return NULL;
}

void marks_cut(struct marks *marks, uint64_t images)
{
    while (marks->n > 0 && marks->marks[marks->n - 1].images > images)
        marks->n--;
}

/* Batches end at the same places in every epoch, and so do marks: one epoch
 * before a mark there is another. */
struct run_point marks_point(const struct marks *marks, size_t i)
{
    const struct mark *to = &marks->marks[i];
    struct mark from = {.images = 0};
    if (to->images > marks->n_train) {
        const struct mark *found = marks_at(marks, to->images - marks->n_train);
        ASSERT(found != NULL);
        from = *found;
    }
    double n = (double)(to->images - from.images);
    return (struct run_point){
        .epoch = (double)to->images / (double)marks->n_train,
        .train_loss = (to->loss - from.loss) / n,
        .train_error = (double)(to->wrong - from.wrong) / n,
        .clean_error = to->clean_error,
        .val_loss = to->val_loss,
        .val_error = to->val_error,
        .zeros = to->zeros,
        .offset = to->offset,
    };
}

enum ramp_status marks_write(const struct marks *marks, const char *folder,
                             struct ramp_error *err)
{
    struct draft draft = {0};
    draft_add(&draft, "images,wrong,loss,clean_error,val_loss,val_error,"
                      "zeros,offset,seconds\n");
    for (size_t i = 0; i < marks->n; i++) {
        const struct mark *m = &marks->marks[i];
        const double figures[] = {m->clean_error, m->val_loss, m->val_error,
                                  m->zeros,       m->offset,   m->seconds};
        draft_add(&draft, "%llu,%llu,%.17g", (unsigned long long)m->images,
                  (unsigned long long)m->wrong, m->loss);
        for (int j = 0; j < 6; j++)
            if (isnan(figures[j]))
                draft_add(&draft, ",");
            else
                draft_add(&draft, ",%.17g", figures[j]);
        draft_add(&draft, "\n");
    }
    enum ramp_status status = draft_check(&draft, FILE_NAME, err);
    if (status == RAMP_OK)
        status = run_folder_write(folder, FILE_NAME, draft.text, err);
    draft_release(&draft);
    return status;
}

static bool read_number(double *value, const struct csv_table *table,
                        size_t row, const char *name)
{
    const char *field = csv_table_field(table, row, name);
    *value = NAN;
    return *field == 0 || text_to_double(value, field, -1e300, 1e300);
}

static bool read_mark(struct mark *mark, const struct csv_table *table,
                      size_t row)
{
    return text_to_u64(&mark->images, csv_table_field(table, row, "images"), 1,
                       UINT64_MAX) &&
           text_to_u64(&mark->wrong, csv_table_field(table, row, "wrong"), 0,
                       UINT64_MAX) &&
           read_number(&mark->loss, table, row, "loss") &&
           read_number(&mark->clean_error, table, row, "clean_error") &&
           read_number(&mark->val_loss, table, row, "val_loss") &&
           read_number(&mark->val_error, table, row, "val_error") &&
           read_number(&mark->zeros, table, row, "zeros") &&
           read_number(&mark->offset, table, row, "offset") &&
           read_number(&mark->seconds, table, row, "seconds") &&
           !isnan(mark->seconds) && !isnan(mark->loss);
}

/* Each behind the one before, and with another of one epoch before it. */
static bool follows(const struct marks *marks, const struct mark *mark)
{
    bool first = marks->n == 0;
    if (!first && mark->images <= marks->marks[marks->n - 1].images)
        return false;
    return mark->images <= marks->n_train ||
           marks_at(marks, mark->images - marks->n_train) != NULL;
}

enum ramp_status marks_read(struct marks *marks, const char *folder,
                            struct ramp_error *err)
{
    struct csv_table table;
    char *path = file_join(folder, FILE_NAME);
    marks_release(marks);
    if (path == NULL)
        return error_memory(err, "a path", 1);
    enum ramp_status status = csv_table_read(&table, path, SIZE_MAX, err);
    for (size_t i = 0; i < table.n_rows && status == RAMP_OK; i++) {
        struct mark mark = {.images = 0};
        if (!read_mark(&mark, &table, i) || !follows(marks, &mark)) {
            marks_release(marks);
            break;
        }
        status = marks_add(marks, &mark, err);
    }
    csv_table_release(&table);
    mem_free(path);
    return status;
}
