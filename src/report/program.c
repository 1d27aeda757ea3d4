/* program.c - another program, run for what it prints. */
#include "report/program.h"

#include "report/basics.h"
#include "report/format.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_OUTPUT ((size_t)16 << 20)
#define WAIT_MS 10 /* between looks at a program that prints no more */

enum { OUT, ERR, N_PIPES };

struct process {
    pid_t id;
    int pipes[N_PIPES]; /* what it prints; -1: closed */
    double deadline;
    size_t n_complaint; /* bytes of standard error that were taken */
};

static bool complain(struct program_output *output, const char *format, ...)
    PRINTF_LIKE(2, 3);

static bool complain(struct program_output *output, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(output->complaint, sizeof output->complaint, format, args);
    va_end(args);
    return false;
}

/* ---- Start ---- */

/* FOLDER/name for the first folder of the PATH that has it; NULL if there is
 * none. Relative folders are passed over: the program will start elsewhere. */
static char *find_program(const char *name)
{
    const char *folders = getenv("PATH");
    while (folders && *folders) {
        int n = (int)strcspn(folders, ":");
        char folder[4096];
        if (*folders == '/' && n < (int)sizeof folder) {
            snprintf(folder, sizeof folder, "%.*s", n, folders);
            char *path = file_join(folder, name);
            if (path && file_is_regular(path) && access(path, X_OK) == 0)
                return path;
            mem_free(path);
        }
        folders += n + (folders[n] == ':');
    }
    return NULL;
}

/* In the child, where only calls that are safe after a fork may be made. */
_Noreturn static void become(const char *path, char *const *arguments,
                             const char *folder, const int *ends)
{
    const struct rlimit none = {0, 0};
    int empty = open("/dev/null", O_RDONLY);
    if (empty >= 0 && dup2(empty, STDIN_FILENO) >= 0 &&
        dup2(ends[OUT], STDOUT_FILENO) >= 0 &&
        dup2(ends[ERR], STDERR_FILENO) >= 0 && chdir(folder) == 0 &&
        setrlimit(RLIMIT_CORE, &none) == 0)
        execv(path, arguments);
    _exit(127);
}

static void close_both(int *pair)
{
    for (int i = 0; i < 2; i++)
        if (pair[i] >= 0)
            close(pair[i]);
}

/* Its ends, [read, write], are closed in whatever we start. */
static bool open_pipe(int pair[2])
{
    if (pipe(pair) != 0) {
        pair[0] = pair[1] = -1;
        return false;
    }
    for (int i = 0; i < 2; i++)
        fcntl(pair[i], F_SETFD, FD_CLOEXEC);
    return true;
}

static bool start(struct process *process, const char *path,
                  char *const *arguments, const char *folder)
{
    int pairs[N_PIPES][2] = {{-1, -1}, {-1, -1}};
    process->id = -1;
    if (open_pipe(pairs[OUT]) && open_pipe(pairs[ERR]))
        process->id = fork();
    if (process->id < 0) {
        int cause = errno;
        for (int i = 0; i < N_PIPES; i++)
            close_both(pairs[i]);
        errno = cause;
        return false;
    }
    if (process->id == 0)
        become(path, arguments, folder, (int[]){pairs[OUT][1], pairs[ERR][1]});
    for (int i = 0; i < N_PIPES; i++) {
        process->pipes[i] = pairs[i][0];
        close(pairs[i][1]);
    }
    return true;
}

/* ---- What it prints ---- */

/* The first line that it complains of; the rest is read and forgotten. */
static void take_complaint(struct process *process,
                           struct program_output *output, const char *bytes,
                           size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        bool first = process->n_complaint == 0;
        if (first && strchr(" \t\r\n", bytes[i]))
            continue;
        if (process->n_complaint + 1 < sizeof output->complaint) {
            output->complaint[process->n_complaint++] = bytes[i];
            output->complaint[process->n_complaint] = 0;
        }
    }
}

static bool take_output(struct program_output *output, const char *bytes,
                        size_t n_bytes)
{
    if (n_bytes > MAX_OUTPUT - output->n_bytes ||
        !mem_grow((void **)&output->bytes, &output->capacity,
                  output->n_bytes + n_bytes, 1))
        return complain(output, "it printed too much");
    memcpy(output->bytes + output->n_bytes, bytes, n_bytes);
    output->n_bytes += n_bytes;
    return true;
}

/* False if the program must be stopped. */
static bool read_pipe(struct process *process, int which,
                      struct program_output *output)
{
    char bytes[4096];
    ssize_t n = read(process->pipes[which], bytes, sizeof bytes);
    if (n < 0 && errno == EINTR)
        return true;
    if (n <= 0) {
        close(process->pipes[which]);
        process->pipes[which] = -1;
        return true;
    }
    if (which == OUT)
        return take_output(output, bytes, (size_t)n);
    take_complaint(process, output, bytes, (size_t)n);
    return true;
}

/* Read until both pipes are closed; then until it has ended. */
static bool follow(struct process *process, struct program_output *output,
                   int *status)
{
    for (;;) {
        struct pollfd polls[N_PIPES];
        int left = (int)(1000 * (process->deadline - clock_seconds()));
        bool open = process->pipes[OUT] >= 0 || process->pipes[ERR] >= 0;
        pid_t ended = open ? 0 : waitpid(process->id, status, WNOHANG);
        if (ended == process->id)
            return true;
        if (left <= 0)
            return complain(output, "it took too long");
        for (int i = 0; i < N_PIPES; i++)
            polls[i] = (struct pollfd){process->pipes[i], POLLIN, 0};
        if (poll(polls, N_PIPES, open ? left : WAIT_MS) <= 0)
            continue;
        for (int i = 0; i < N_PIPES; i++)
            if (polls[i].revents && !read_pipe(process, i, output))
                return false;
    }
}

static void stop(struct process *process)
{
    int status;
    pid_t ended;
    kill(process->id, SIGKILL);
    do
        ended = waitpid(process->id, &status, 0);
    while (ended < 0 && errno == EINTR);
}

static bool judge(struct program_output *output, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        output->complaint[0] = 0; /* what it said were warnings */
        return true;
    }
    if (WIFSIGNALED(status))
        return complain(output, "it was ended by signal %d", WTERMSIG(status));
    if (output->complaint[0] == 0)
        return complain(output, "it ended with exit status %d",
                        WEXITSTATUS(status));
    return false;
}

bool program_run(struct program_output *output, const char *const *arguments,
                 const char *folder, double seconds)
{
    struct process process = {.deadline = clock_seconds() + seconds};
    int status = 0;
    *output = (struct program_output){0};
    char *path = find_program(arguments[0]);
    if (path == NULL)
        return complain(output, "it is not installed");
    bool started = start(&process, path, (char *const *)arguments, folder);
    int cause = errno;
    mem_free(path);
    if (!started)
        return complain(output, "it cannot be started: %s", strerror(cause));
    bool followed = follow(&process, output, &status);
    if (!followed)
        stop(&process);
    for (int i = 0; i < N_PIPES; i++)
        if (process.pipes[i] >= 0)
            close(process.pipes[i]);
    bool good = followed && judge(output, status);
    output->complaint[strcspn(output->complaint, "\n")] = 0;
    format_plain(output->complaint);
    return good;
}

void program_output_release(struct program_output *output)
{
    mem_free(output->bytes);
    *output = (struct program_output){0};
}
