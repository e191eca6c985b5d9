/* By posix_spawn: a server has threads, in which fork() would be a copy of whatever they hold. */
#include "analysis/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The environment of the child: nothing of ours, except what a replay needs to use the same kernels
 * as the first analysis did. */
static const char *const kept_variables[] = {"ONEDNN_MAX_CPU_ISA"};
/* The same for everybody; the time zone of this machine is none of a stranger's business. */
#define TIME_ZONE "TZ=UTC0"
#define VARIABLE_MAX 128

struct environment {
    char text[1 + ARRAY_LEN(kept_variables)][VARIABLE_MAX];
    char *list[1 + ARRAY_LEN(kept_variables) + 1]; /* ends with NULL */
};

static void make_environment(struct environment *e)
{
    size_t len = 0;
    memset(e, 0, sizeof *e);
    snprintf(e->text[len], VARIABLE_MAX, TIME_ZONE);
    e->list[len] = e->text[len];
    len++;
    for (size_t i = 0; i < ARRAY_LEN(kept_variables); i++) {
        const char *value = getenv(kept_variables[i]);
        if (!value)
            continue;
        snprintf(e->text[len], VARIABLE_MAX, "%s=%s", kept_variables[i], value);
        e->list[len] = e->text[len];
        len++;
    }
}

static int set_up(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, int in,
                  int out, int extra)
{
    sigset_t none, broken_pipe;
    sigemptyset(&none);
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE); /* a server ignores it; the child shall end by it */
    int failed = posix_spawn_file_actions_adddup2(actions, in, STDIN_FILENO);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
    int others = STDERR_FILENO + 1;
    if (!failed && extra >= 0) {
        failed = posix_spawn_file_actions_adddup2(actions, extra, CHILD_EXTRA_FD);
        others = CHILD_EXTRA_FD + 1;
    }
    if (!failed) /* libraries open descriptors without close-on-exec, too */
        failed = posix_spawn_file_actions_addclosefrom_np(actions, others);
    if (!failed)
        failed = posix_spawnattr_setsigmask(attributes, &none);
    if (!failed)
        failed = posix_spawnattr_setsigdefault(attributes, &broken_pipe);
    if (!failed)
        failed =
            posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return failed;
}

/* posix_spawn() takes the arguments as if it could change them; it does not. */
static char *const *arguments_of(const struct child_options *options)
{
    union {
        const char *const *list;
        char *const *as_spawn_wants;
    } arguments = {.list = options->arguments};
    return arguments.as_spawn_wants;
}

/* `in` and `out` are above the standard descriptors, so that none overwrites the other; they are in
 * place before the extra one is. */
static bool spawn(const struct child_options *options, int in, int out, int extra, pid_t *ret,
                  struct error *err)
{
    const char *program = options->program ? options->program : "/proc/self/exe";
    struct environment environment;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    make_environment(&environment);
    if (posix_spawn_file_actions_init(&actions))
        return error_no_memory(err);
    if (posix_spawnattr_init(&attributes)) {
        posix_spawn_file_actions_destroy(&actions);
        return error_no_memory(err);
    }
    int failed = set_up(&actions, &attributes, in, out, extra);
    if (!failed)
        failed = posix_spawn(ret, program, &actions, &attributes, arguments_of(options),
                             environment.list);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed ? error_errno(err, failed, "starting the %s %s", options->name, program) : true;
}

/* A copy above the standard descriptors and the extra one; `fd` -1 gives -1. */
static bool lift(int fd, const char *name, int *ret, struct error *err)
{
    *ret = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, CHILD_EXTRA_FD + 1);
    return fd < 0 || *ret >= 0 ? true : error_errno(err, errno, "starting the %s", name);
}

static bool make_pipes(const struct child_options *options, struct child *c, int *ret_in,
                       int *ret_out, struct error *err)
{
    int pair[2];
    if (options->file_fd < 0) {
        /* A socket instead of a pipe only because sending to it can do without SIGPIPE. */
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
            return error_errno(err, errno, "starting the %s", options->name);
        c->in = pair[0];
        *ret_in = pair[1];
        shutdown(*ret_in, SHUT_WR);
    }
    if (pipe2(pair, O_CLOEXEC))
        return error_errno(err, errno, "starting the %s", options->name);
    c->out = pair[0];
    *ret_out = pair[1];
    if (fcntl(c->out, F_SETFL, O_NONBLOCK))
        return error_errno(err, errno, "starting the %s", options->name);
    return true;
}

bool child_start(const struct child_options *options, struct child *ret, struct error *err)
{
    CLEANUP(child_stop) struct child c = CHILD_NONE;
    CLEANUP(closep) int pipe_in = -1;
    CLEANUP(closep) int pipe_out = -1;
    CLEANUP(closep) int in = -1;
    CLEANUP(closep) int out = -1;
    CLEANUP(closep) int extra = -1;
    if (!make_pipes(options, &c, &pipe_in, &pipe_out, err) ||
        !lift(options->file_fd < 0 ? pipe_in : options->file_fd, options->name, &in, err) ||
        !lift(pipe_out, options->name, &out, err) ||
        !lift(options->extra_fd, options->name, &extra, err) ||
        !spawn(options, in, out, extra, &c.pid, err))
        return false;
    *ret = c;
    c = CHILD_NONE;
    return true;
}

int child_reap(struct child *c)
{
    int status = 0;
    struct rusage usage = {0};
    while (c->pid > 0 && wait4(c->pid, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    c->pid = 0;
    c->memory_peak = (uint64_t)usage.ru_maxrss << 10;
    return status;
}

void child_stop(struct child *c)
{
    if (c->pid > 0)
        kill(c->pid, SIGKILL);
    (void)child_reap(c);
    closep(&c->in);
    closep(&c->out);
    c->in = c->out = -1;
}

void child_explain_end(struct child *c, const char *name, const char *input, struct error *ret)
{
    int status = child_reap(c);
    int by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    switch (by) {
    case SIGSYS:
        error_set(ret, ERROR_UNSUPPORTED,
                  "the %s tried what it may not and was stopped: the %s is damaged or made to "
                  "attack it",
                  name, input);
        break;
    case SIGXCPU:
        error_set(ret, ERROR_UNSUPPORTED, "decoding the %s took too much computing time", input);
        break;
    case SIGKILL: /* nobody here did it */
        error_set(ret, ERROR_IO, "the %s was killed from outside, perhaps for lack of memory",
                  name);
        break;
    case 0:
        error_set(ret, ERROR_IO, "the %s ended without an answer (status %d)", name,
                  WIFEXITED(status) ? WEXITSTATUS(status) : -1);
        break;
    default:
        error_set(ret, ERROR_UNSUPPORTED,
                  "the %s crashed (%s): the %s is damaged or made to "
                  "attack it",
                  name, strsignal(by), input);
    }
}
