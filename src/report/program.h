/* program.h - another program, run for what it prints. */
#ifndef REPORT_PROGRAM_H
#define REPORT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRAM_COMPLAINT_BYTES 160

struct program_output {
    uint8_t *bytes; /* owned; its standard output */
    size_t n_bytes, capacity;
    /* Why it did not succeed, in one line; empty if it did. */
    char complaint[PROGRAM_COMPLAINT_BYTES];
};

/* Run a program of the PATH (its absolute folders) in `folder`, without a
 * shell and without standard input, for at most so many seconds. False if it
 * is not there, fails, takes longer or prints more than 16 MiB: whatever stops
 * it stops only it. `arguments` ends in NULL and begins with the name. */
bool program_run(struct program_output *output, const char *const *arguments,
                 const char *folder, double seconds);

void program_output_release(struct program_output *output);

#endif
