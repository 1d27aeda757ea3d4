/* machine.h - on what the program runs. */
#ifndef REPORT_MACHINE_H
#define REPORT_MACHINE_H

#include <stddef.h>

/* The processor's name; "unknown" where the system does not tell. */
void machine_processor(char *name, size_t n_bytes);

#endif
