/* machine.c - on what the program runs. */
#include "report/machine.h"

#include <stdio.h>
#include <string.h>

void machine_processor(char *name, size_t n_bytes)
{
    char line[256];
    snprintf(name, n_bytes, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && fgets(line, sizeof line, file)) {
        const char *colon = strstr(line, ": ");
        if (colon && strncmp(line, "model name", 10) == 0) {
            snprintf(name, n_bytes, "%.*s", (int)strcspn(colon + 2, "\n"),
                     colon + 2);
            break;
        }
    }
    if (file)
        fclose(file);
}
