/* page.c - a claim's page in docs/claims, and the index of all. */
#include "claims/claims.h"
#include "claims/lab.h"
#include "claims/preset.h"
#include "report/format.h"
#include "report/run_folder.h"
#include "trials/plot.h"
#include "trials/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ==== One claim ==== */

/* What the terminal shows of a claim with arms (results) or without. */
static enum ramp_status
add_table(struct draft *draft, const struct claim *claim,
          const struct results *results, const struct figures *figures,
          const char *folder, const char *scale, struct ramp_error *err)
{
    char *text = NULL;
    size_t n_bytes = 0;
    FILE *file = open_memstream(&text, &n_bytes);
    if (file == NULL)
        return error_memory(err, "a table", 1);
    enum ramp_status status = results
                                  ? claim_show(file, claim, results, folder,
                                               claim_scale_of(scale), err)
                                  : lab_show(file, claim, figures, scale, err);
    if (fclose(file) != 0 && status == RAMP_OK)
        status = error_memory(err, "a table", n_bytes);
    if (status == RAMP_OK)
        draft_add(draft, "```\n%s```\n", text);
    free(text);
    return status;
}

static void say_act_costs(struct draft *draft, const struct claim *claim,
                          const struct figures *figures, const char *scale)
{
    const char *between = "";
    draft_add(draft, "\nOf a value the activations cost, forward, in the first "
                     "cache, on one thread ([act-cost](act-cost.md)): ");
    for (const char *const *act = claim->acts; *act; act++) {
        draft_add(draft, "%s%s %.2f ns", between, *act,
                  figures_median(figures, scale, *act, "forward ns, 4k", 1));
        between = ", ";
    }
    draft_add(draft, "; tanh of the C library %.1f ns.\n",
              figures_median(figures, scale, "tanh", "libm ns, 4k", 1));
}

/* What act-cost found in the same folder. */
static enum ramp_status add_act_costs(struct draft *draft,
                                      const struct claim *claim,
                                      const char *folder,
                                      struct ramp_error *err)
{
    struct figures figures;
    const char *scale = claim_scales[CLAIM_FULL];
    if (claim->acts == NULL)
        return RAMP_OK;
    enum ramp_status status =
        figures_load(&figures, folder, claim_act_cost.name, err);
    if (status != RAMP_OK)
        return status;
    if (figures_has_scale(&figures, scale))
        say_act_costs(draft, claim, &figures, scale);
    figures_release(&figures);
    return RAMP_OK;
}

/* Each of the texts that a column of the rows has, once. */
static void add_texts(struct draft *draft, const char *what,
                      const struct results *results, const char *scale,
                      size_t offset)
{
    const char *between = "";
    draft_add(draft, "- %s: ", what);
    for (size_t i = 0; i < results->n; i++) {
        const char *text = (const char *)&results->rows[i] + offset;
        bool known = *text == 0 || !text_equal(results->rows[i].scale, scale);
        for (size_t j = 0; j < i && !known; j++)
            known = text_equal(results->rows[j].scale, scale) &&
                    text_equal((const char *)&results->rows[j] + offset, text);
        if (!known) {
            draft_add(draft, "%s%s", between, text);
            between = ", ";
        }
    }
    draft_add(draft, "%s\n", *between ? "" : "not known");
}

static void add_results_origin(struct draft *draft, const struct claim *claim,
                               const struct results *results, const char *scale)
{
    double seconds = 0, epochs = 0;
    size_t n = 0;
    const char *first = "", *last = "";
    for (size_t i = 0; i < results->n; i++) {
        const struct run_result *row = &results->rows[i];
        if (!text_equal(row->scale, scale))
            continue;
        seconds += row->seconds;
        epochs += row->epochs;
        first = n++ == 0 ? row->date : first;
        last = row->date;
    }
    draft_add(draft,
              "## How it was made\n\n"
              "- command: `ramp reproduce %s --scale %s`, seeds 1 to %d\n"
              "- %zu trainings, %s epochs, %s of wall clock (logged, not "
              "compared), %s to %s\n",
              claim->name, scale, show_n_seeds(results, scale), n,
              FORMAT_COUNT((uint64_t)(epochs + 0.5)), FORMAT_SECONDS(seconds),
              first, last);
    add_texts(draft, "processor", results, scale,
              offsetof(struct run_result, processor));
    add_texts(draft, "instruction set", results, scale,
              offsetof(struct run_result, cpu));
    add_texts(draft, "commit", results, scale,
              offsetof(struct run_result, commit));
    draft_add(draft,
              "- every training is in [%s.csv](%s.csv), its curve in "
              "[%s-curves.csv](%s-curves.csv)\n",
              claim->name, claim->name, claim->name, claim->name);
}

static void add_figures_origin(struct draft *draft, const struct claim *claim,
                               const struct figures *figures, const char *scale)
{
    size_t n = 0;
    const struct figure_origin *first = NULL, *last = NULL;
    for (size_t i = 0; i < figures->n; i++) {
        const struct figure *row = &figures->rows[i];
        if (!text_equal(row->scale, scale))
            continue;
        first = n++ == 0 ? &row->origin : first;
        last = &row->origin;
    }
    ASSERT(first != NULL);
    draft_add(draft,
              "## How it was made\n\n"
              "- command: `ramp reproduce %s%s%s`\n"
              "- %zu figures, %s to %s, all in [%s.csv](%s.csv)\n"
              "- processor: %s, %d thread%s, instruction set %s\n"
              "- commit: %s%s%s\n",
              claim->name, claim->exact ? "" : " --scale ",
              claim->exact ? "" : scale, n, first->date, last->date,
              claim_table(claim), claim_table(claim), last->processor,
              last->threads, last->threads == 1 ? "" : "s", last->cpu,
              first->commit,
              text_equal(first->commit, last->commit) ? "" : " to ",
              text_equal(first->commit, last->commit) ? "" : last->commit);
}

static void add_verdict(struct draft *draft, const struct claim *claim,
                        const struct verdict *verdict)
{
    draft_add(draft,
              "# %s\n\n> %s\n\nSource: %s.\n\n"
              "**Verdict: %s** (scale `%s`). %s\n\n",
              claim->name, claim->statement, claim->source,
              verdict_name(verdict->word), verdict->scale,
              verdict->sentence.text ? verdict->sentence.text : "");
    draft_add(draft, "- literature: %s\n- the rule: %s\n\n", claim->literature,
              claim->refuted_if);
}

/* What became of the picture: a page does not speak of one that is not there.
 */
struct picture {
    bool script; /* there is something to see */
    char *note;  /* borrowed; not empty: it was not drawn */
};

static void add_picture(struct draft *draft, const struct claim *claim,
                        const struct picture *picture)
{
    if (picture->script && picture->note[0] == 0)
        draft_add(draft, "![%s](%s.svg)\n\n", claim->name, claim->name);
}

static void add_script(struct draft *draft, const struct claim *claim,
                       const struct picture *picture)
{
    if (picture->script)
        draft_add(draft, "- `gnuplot %s.gp` draws the picture\n", claim->name);
}

static enum ramp_status draw_script(struct picture *picture,
                                    struct draft *script,
                                    const struct claim *claim,
                                    const char *folder, struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    picture->script = script->text || script->failed;
    if (picture->script)
        status = picture_draw_script(script, folder, claim->name, picture->note,
                                     err);
    draft_release(script);
    return status;
}

static enum ramp_status draw_results(struct picture *picture,
                                     const struct claim *claim,
                                     const struct results *results,
                                     const char *scale, const char *folder,
                                     struct ramp_error *err)
{
    const struct preset *preset = claim->preset;
    const bool pairs = claim->target == 0 && preset && preset->n_pairs > 0;
    struct draft script = {0};
    picture->script = true;
    if (claim->picture == NULL && !pairs)
        return picture_draw(results, folder, claim->name, scale, claim->target,
                            picture->note, err);
    enum ramp_status status =
        (claim->picture ? claim->picture : preset_picture)(
            &script, claim, results, claim_scale_of(scale), err);
    if (status == RAMP_OK)
        return draw_script(picture, &script, claim, folder, err);
    draft_release(&script);
    return status;
}

static enum ramp_status draw_figures(struct picture *picture,
                                     const struct claim *claim,
                                     const struct figures *figures,
                                     const char *scale, const char *folder,
                                     struct ramp_error *err)
{
    struct draft script = {0};
    enum ramp_status status = RAMP_OK;
    if (claim->plot)
        status = plot_write(&script, claim->plot, figures, scale, err);
    if (status == RAMP_OK)
        return draw_script(picture, &script, claim, folder, err);
    draft_release(&script);
    return status;
}

static enum ramp_status
write_page(const struct claim *claim, const struct results *results,
           const struct figures *figures, const struct verdict *verdict,
           const char *folder, char *note, struct ramp_error *err)
{
    struct draft draft = {0};
    struct picture picture = {.note = note};
    char file[128];
    snprintf(file, sizeof file, "%s.md", claim->name);
    enum ramp_status status = results
                                  ? draw_results(&picture, claim, results,
                                                 verdict->scale, folder, err)
                                  : draw_figures(&picture, claim, figures,
                                                 verdict->scale, folder, err);
    if (status != RAMP_OK)
        return status;
    add_verdict(&draft, claim, verdict);
    add_picture(&draft, claim, &picture);
    draft_add(&draft, "## What came out\n\n");
    if (claim->reading)
        draft_add(&draft, "%s\n\n", claim->reading);
    status =
        add_table(&draft, claim, results, figures, folder, verdict->scale, err);
    if (status == RAMP_OK)
        status = add_act_costs(&draft, claim, folder, err);
    draft_add(&draft, "\n## Protocol\n\n%s\n\n", claim->protocol);
    if (results)
        add_results_origin(&draft, claim, results, verdict->scale);
    else
        add_figures_origin(&draft, claim, figures, verdict->scale);
    add_script(&draft, claim, &picture);
    if (status == RAMP_OK)
        status = draft_check(&draft, "a page", err);
    if (status == RAMP_OK)
        status = run_folder_write(folder, file, draft.text, err);
    draft_release(&draft);
    return status;
}

static enum ramp_status write_results(const struct claim *claim,
                                      const char *folder,
                                      char note[PICTURE_NOTE_BYTES],
                                      struct ramp_error *err)
{
    struct results results;
    struct verdict verdict = {.scale = ""};
    enum ramp_status status = results_load(&results, folder, claim->name, err);
    if (status != RAMP_OK)
        return status;
    status = claim_judge(&verdict, claim, &results, err);
    if (status == RAMP_OK && verdict.scale[0])
        status = write_page(claim, &results, NULL, &verdict, folder, note, err);
    verdict_release(&verdict);
    results_release(&results);
    return status;
}

static enum ramp_status write_figures(const struct claim *claim,
                                      const char *folder,
                                      char note[PICTURE_NOTE_BYTES],
                                      struct ramp_error *err)
{
    struct figures figures;
    struct verdict verdict = {.scale = ""};
    enum ramp_status status =
        figures_load(&figures, folder, claim_table(claim), err);
    if (status == RAMP_OK)
        status = lab_judge(&verdict, claim, &figures, err);
    if (status == RAMP_OK && verdict.scale[0])
        status = write_page(claim, NULL, &figures, &verdict, folder, note, err);
    verdict_release(&verdict);
    figures_release(&figures);
    return status;
}

/* ==== The index ==== */

static enum ramp_status add_row(struct draft *draft, const struct claim *claim,
                                const char *folder, struct ramp_error *err)
{
    struct verdict verdict = {.scale = ""};
    enum ramp_status status = RAMP_OK;
    if (claim->untested == NULL)
        status = claim_conclude(&verdict, claim, folder, err);
    if (claim->untested)
        draft_add(draft, "| %s | not tested: %s", claim->name, claim->untested);
    else if (verdict.scale[0] && !verdict.complete)
        draft_add(draft, "| %s | begun (%s)", claim->name, verdict.scale);
    else if (verdict.scale[0])
        draft_add(draft, "| [%s](%s.md) | **%s** (%s)", claim->name,
                  claim->name, verdict_name(verdict.word), verdict.scale);
    else
        draft_add(draft, "| %s | not run", claim->name);
    draft_add(draft, " | %s | %s |\n", claim->statement, claim->source);
    verdict_release(&verdict);
    return status;
}

static enum ramp_status write_index(const char *folder, struct ramp_error *err)
{
    struct draft draft = {0};
    enum ramp_status status = RAMP_OK;
    draft_add(&draft,
              "# Claims about activations, and what came out\n\n"
              "Each row is a published claim. `ramp reproduce CLAIM --scale "
              "SCALE`, the scale that\nstands behind the verdict, makes its "
              "figures again; the verdict is computed from\nthem by a rule "
              "that stands on the claim's page. This page and those are "
              "written\nby that command.\n\n"
              "| claim | verdict | what is said | by |\n|---|---|---|---|\n");
    for (int i = 0; claims[i] && status == RAMP_OK; i++)
        status = add_row(&draft, claims[i], folder, err);
    if (status == RAMP_OK)
        status = draft_check(&draft, "a page", err);
    if (status == RAMP_OK)
        status = run_folder_write(folder, "README.md", draft.text, err);
    draft_release(&draft);
    return status;
}

enum ramp_status page_write(const struct claim *claim, const char *folder,
                            char note[PICTURE_NOTE_BYTES],
                            struct ramp_error *err)
{
    note[0] = 0;
    enum ramp_status status = claim->find
                                  ? write_figures(claim, folder, note, err)
                                  : write_results(claim, folder, note, err);
    return status == RAMP_OK ? write_index(folder, err) : status;
}
