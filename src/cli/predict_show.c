/* predict_show.c - a picture in the terminal, with bars for its classes. */
#include "cli/predict.h"
#include "report/format.h"
#include "report/preview.h"

#include <stdio.h>
#include <string.h>

enum {
    INDENT = 2,
    GAP = 3, /* between the picture and the bars */
    BAR = 20,
    MAX_NAME = 24,
    NAME_BYTES = 4 * MAX_NAME + 1,
};

struct layout {
    struct preview preview;
    int columns, height; /* of the picture, in pixels */
    int name;            /* columns of the longest name */
    bool below;          /* there is no room for bars beside the picture */
};

static void cut_name(char name[NAME_BYTES], const struct answer *answer, int i)
{
    snprintf(name, NAME_BYTES, "%s", answer_class(answer, i));
    format_plain(name);
    name[format_cut(name, MAX_NAME)] = 0;
}

static void lay_out(struct layout *layout, const struct answer *answer,
                    const struct ramp_image *image)
{
    char name[NAME_BYTES];
    preview_init(&layout->preview);
    preview_size(&layout->columns, &layout->height, &layout->preview,
                 image->width, image->height);
    layout->name = 0;
    for (int i = 0; i < answer->n_best; i++) {
        cut_name(name, answer, i);
        if (format_columns(name) > layout->name)
            layout->name = format_columns(name);
    }
    int bars = layout->name + 2 + BAR + 7; /* " 0.123", and the last column */
    layout->below =
        INDENT + layout->columns + GAP + bars > layout->preview.columns;
}

static void write_bar(const struct layout *layout, const struct answer *answer,
                      int i)
{
    char name[NAME_BYTES];
    double probability = answer_probability(answer, i);
    cut_name(name, answer, i);
    printf("%s%*s  ", name, layout->name - format_columns(name), "");
    preview_bar(stdout, &layout->preview, probability, BAR);
    printf(" %.3f", probability);
}

static void write_picture(const struct layout *layout, const uint8_t *pixels,
                          const struct answer *answer)
{
    int n_lines = layout->height / 2;
    int n_bars = layout->below ? 0 : answer->n_best;
    for (int i = 0; i < n_lines || i < n_bars; i++) {
        printf("%*s", INDENT, "");
        if (i < n_lines)
            preview_line(stdout, &layout->preview,
                         pixels + (size_t)i * 6 * (size_t)layout->columns,
                         layout->columns);
        else
            printf("%*s", layout->columns, "");
        if (i < n_bars) {
            printf("%*s", GAP, "");
            write_bar(layout, answer, i);
        }
        putc('\n', stdout);
    }
    for (int i = n_bars; i < answer->n_best; i++) {
        printf("%*s", INDENT, "");
        write_bar(layout, answer, i);
        putc('\n', stdout);
    }
    putc('\n', stdout);
}

enum ramp_status show_picture(const struct answer *answer,
                              struct ramp_error *err)
{
    struct ramp_image image;
    struct layout layout;
    uint8_t *pixels = NULL;
    enum ramp_status status =
        ramp_image_load(&image, answer->picture->path, err);
    if (status != RAMP_OK)
        return status;
    lay_out(&layout, answer, &image);
    const struct ramp_preprocess shape = {
        .channels = 3,
        .height = layout.height,
        .width = layout.columns,
        .fit = RAMP_FIT_STRETCH,
    };
    status =
        MEM_NEW(&pixels, 3 * (size_t)layout.height * (size_t)layout.columns,
                "a picture", err);
    if (status == RAMP_OK)
        status = ramp_preprocess_fit(pixels, &shape, &image, err);
    if (status == RAMP_OK)
        write_picture(&layout, pixels, answer);
    mem_free(pixels);
    ramp_image_release(&image);
    return status;
}
