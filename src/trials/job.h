/* job.h - the trainings of a comparison, by the library: what is looked at in
 * one, when it ends, and how it goes on after the program was ended. */
#ifndef TRIALS_JOB_H
#define TRIALS_JOB_H

#include "report/run_folder.h"
#include "report/terminal.h"
#include "trials/compare.h"

enum { JOB_MAX_DATA = 4 };

struct job_data {
    const char *name;                  /* borrowed */
    struct ramp_dataset *data, *clean; /* owned; clean: NULL if none is asked */
};

/* What all trainings of a comparison share. */
struct job_place {
    const struct compare *compare; /* borrowed */
    struct job_data sets[JOB_MAX_DATA];
    size_t n_sets;
    const struct ramp_dataset *data, *clean; /* the set at work, of `sets` */
    struct run_folder folder;                /* of their checkpoints; locked */
    struct terminal terminal;
    bool (*go_on)(void); /* asked after each batch; false: end, go on later */
    char commit[16];
    char *done; /* owned; the folder of the training that ended last */
};

/* Open the data of the comparison, put them to work and take the folder
 * compare->runs. RAMP_IO also if another
 * comparison is at work in it. */
MUST_CHECK enum ramp_status job_place_open(struct job_place *place,
                                           const struct compare *compare,
                                           bool (*go_on)(void),
                                           struct ramp_error *err);
void job_place_close(struct job_place *place);

/* Put the data of an arm to work; what was opened stays open. */
MUST_CHECK enum ramp_status job_place_use(struct job_place *place,
                                          const struct compare_arm *arm,
                                          struct ramp_error *err);

/* Remove the files of the training that ended last, once its result is where
 * it belongs. The next job_train does so, too. */
void job_place_forget(struct job_place *place);

/* A net of an arm, as it is trained on the data at work. */
MUST_CHECK enum ramp_status job_net(struct ramp_net **net,
                                    const struct job_place *place,
                                    const struct compare_arm *arm,
                                    struct ramp_error *err);

/* The options of a training of that net; nothing of them points into the job.
 */
MUST_CHECK enum ramp_status job_options(struct ramp_train_options *options,
                                        const struct compare_job *job,
                                        const struct ramp_net *net,
                                        struct ramp_error *err);

/* A hash of all that the runs of an arm have in common and that their figures
 * depend on, but for machine and version. Puts its data to work. */
#define JOB_PROTOCOL_BYTES 20
MUST_CHECK enum ramp_status job_protocol(char protocol[JOB_PROTOCOL_BYTES],
                                         struct job_place *place,
                                         const struct compare_arm *arm,
                                         struct ramp_error *err);

/* Of the tree that is worked in, the last commit that changed what is computed,
 * "unknown" outside of it; and the time in UTC. */
void job_commit(char commit[16]);
void job_date(char date[24]);

/* A compare_trainer; the context is the struct job_place. */
enum ramp_status job_train(void *context, const struct compare_job *job,
                           struct run_result *result, bool *stopped,
                           struct ramp_error *err);

/* Make the trainings of a comparison that are missing in FOLDER/NAME.csv. */
MUST_CHECK enum ramp_status job_run(const struct compare *compare,
                                    const char *folder, bool (*go_on)(void),
                                    struct ramp_error *err);

#endif
