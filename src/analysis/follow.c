/* Starts the child and keeps both pipes moving. Whenever this side waits it polls for both
 * directions, so that a child whose answers fill its pipe and a parent whose bytes fill the other
 * never wait for each other. */
#include "analysis/follow.h"

#include "analysis/listener.h"
#include "analysis/who.h"
#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Waiting for a child that neither reads nor answers: it hangs. Decoding half a second of the
 * largest picture takes less than one. */
#define SILENCE_MAX_MS (120 * 1000)

#define READ_SIZE (64 << 10)

struct follow {
    pid_t pid;                 /* 0 when reaped */
    int in;                    /* owned; -1 when closed, or when the child reads a file */
    int out;                   /* owned; -1 when closed */
    struct listener *listener; /* owned */
    struct error why;          /* the first failure: nothing goes on after it */
    uint64_t memory_peak;      /* of the child, when it was reaped */
};

/* The environment of the child: nothing of ours, except what a replay needs to use the same kernels
 * as the first analysis did. */
static const char *const kept_variables[] = {"ONEDNN_MAX_CPU_ISA"};
/* The same for everybody; the time zone of this machine is none of the recording's business. */
#define TIME_ZONE "TZ=UTC0"

struct command {
    struct arena arena; /* owns the strings */
    const char *program;
    char *arguments[7]; /* the last is NULL */
    char *environment[1 + ARRAY_LEN(kept_variables) + 1];
};

static bool make_command(struct command *c, const struct follow_options *options, struct error *err)
{
    CLEANUP(freep) char *policy = NULL;
    if (!policy_text(options->policy, &policy, err))
        return false;
    c->program = options->program ? options->program : "/proc/self/exe";
    const char *const arguments[] = {"proctortrack",
                                     "decoder",
                                     options->models_folder,
                                     policy,
                                     options->screen     ? "screen"
                                     : options->enrolled ? "enrolled"
                                                         : "camera",
                                     options->stages ? "stages" : NULL};
    for (size_t i = 0; i < ARRAY_LEN(arguments) && arguments[i]; i++)
        if (!(c->arguments[i] = arena_printf(&c->arena, "%s", arguments[i])))
            return error_no_memory(err);
    size_t len = 0;
    if (!(c->environment[len++] = arena_printf(&c->arena, "%s", TIME_ZONE)))
        return error_no_memory(err);
    for (size_t i = 0; i < ARRAY_LEN(kept_variables); i++) {
        const char *value = getenv(kept_variables[i]);
        if (value &&
            !(c->environment[len++] = arena_printf(&c->arena, "%s=%s", kept_variables[i], value)))
            return error_no_memory(err);
    }
    return true;
}

static int set_up(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, int in,
                  int out, int enrolled)
{
    sigset_t none, broken_pipe;
    sigemptyset(&none);
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE); /* a server ignores it; the child shall end by it */
    int failed = posix_spawn_file_actions_adddup2(actions, in, STDIN_FILENO);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
    int others = STDERR_FILENO + 1;
    if (!failed && enrolled >= 0) {
        failed = posix_spawn_file_actions_adddup2(actions, enrolled, WHO_FD);
        others = WHO_FD + 1;
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

/* `in` and `out` are above the standard descriptors, so that none overwrites the other; they are in
 * place before WHO_FD is. `enrolled` -1: there is none. */
static bool spawn(const struct command *c, int in, int out, int enrolled, pid_t *ret,
                  struct error *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions))
        return error_no_memory(err);
    if (posix_spawnattr_init(&attributes)) {
        posix_spawn_file_actions_destroy(&actions);
        return error_no_memory(err);
    }
    int failed = set_up(&actions, &attributes, in, out, enrolled);
    if (!failed)
        failed = posix_spawn(ret, c->program, &actions, &attributes, c->arguments, c->environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed ? error_errno(err, failed, "starting the decoder %s", c->program) : true;
}

static bool lift(int *fd, struct error *err)
{
    int lifted = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (lifted < 0)
        return error_errno(err, errno, "starting the decoder");
    closep(fd);
    *fd = lifted;
    return true;
}

static bool start_child(struct follow *f, const struct follow_options *options, struct error *err)
{
    CLEANUP(closep) int child_in = -1;
    CLEANUP(closep) int child_out = -1;
    CLEANUP(closep) int enrolled = -1;
    int pair[2];
    if (options->file_fd >= 0) {
        child_in = fcntl(options->file_fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (child_in < 0)
            return error_errno(err, errno, "starting the decoder");
    } else {
        /* A socket instead of a pipe only because sending to it can do without SIGPIPE. */
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
            return error_errno(err, errno, "starting the decoder");
        f->in = pair[0];
        child_in = pair[1];
        shutdown(child_in, SHUT_WR);
    }
    if (pipe2(pair, O_CLOEXEC))
        return error_errno(err, errno, "starting the decoder");
    f->out = pair[0];
    child_out = pair[1];
    if (fcntl(f->out, F_SETFL, O_NONBLOCK))
        return error_errno(err, errno, "starting the decoder");

    struct command command = {0};
    bool ok = (!options->enrolled ||
               (who_pack(options->enrolled, &enrolled, err) && lift(&enrolled, err))) &&
              lift(&child_in, err) && lift(&child_out, err) &&
              make_command(&command, options, err) &&
              spawn(&command, child_in, child_out, enrolled, &f->pid, err);
    arena_done(&command.arena);
    return ok;
}

bool follow_start(const struct follow_options *options, const struct follow_events *events,
                  struct follow **ret, struct error *err)
{
    CLEANUP(follow_destroyp) struct follow *f = calloc(1, sizeof *f);
    if (!f)
        return error_no_memory(err);
    f->in = f->out = -1;
    if (!listener_create(options->policy, events, &f->listener, err) ||
        !start_child(f, options, err))
        return false;
    *ret = TAKE(f);
    return true;
}

static int reap(struct follow *f)
{
    int status = 0;
    struct rusage usage = {0};
    while (f->pid > 0 && wait4(f->pid, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    f->pid = 0;
    f->memory_peak = (uint64_t)usage.ru_maxrss << 10;
    return status;
}

static void stop_child(struct follow *f)
{
    if (f->pid > 0)
        kill(f->pid, SIGKILL);
    (void)reap(f);
    closep(&f->in);
    closep(&f->out);
    f->in = f->out = -1;
}

void follow_destroy(struct follow *f)
{
    if (!f)
        return;
    stop_child(f);
    listener_destroy(f->listener);
    free(f);
}

void follow_destroyp(struct follow **f) { follow_destroy(*f); }

/* Keeps the first failure, and ends the child: what comes after is not to be believed. */
static bool fail(struct follow *f, struct error *err)
{
    stop_child(f);
    if (err)
        *err = f->why;
    return false;
}

/* The child closed its end without a last word. */
static void explain_end(struct follow *f)
{
    int status = reap(f);
    int by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    switch (by) {
    case SIGSYS:
        error_set(&f->why, ERROR_UNSUPPORTED,
                  "the decoder tried what it may not and was stopped: the recording is damaged or "
                  "made to attack it");
        break;
    case SIGXCPU:
        error_set(&f->why, ERROR_UNSUPPORTED, "decoding took too much computing time");
        break;
    case SIGKILL: /* nobody here did it */
        error_set(&f->why, ERROR_IO,
                  "the decoder was killed from outside, perhaps for lack of memory");
        break;
    case 0:
        error_set(&f->why, ERROR_IO, "the decoder ended without an answer (status %d)",
                  WIFEXITED(status) ? WEXITSTATUS(status) : -1);
        break;
    default:
        error_set(&f->why, ERROR_UNSUPPORTED,
                  "the decoder crashed (%s): the recording is damaged or made to attack it",
                  strsignal(by));
    }
}

/* One read; *ret_ended at the end of the child's words. */
static bool hear(struct follow *f, bool *ret_ended)
{
    char bytes[READ_SIZE];
    ssize_t got = read(f->out, bytes, sizeof bytes);
    *ret_ended = got == 0;
    if (got < 0 && errno != EINTR && errno != EAGAIN)
        return error_errno(&f->why, errno, "hearing the decoder");
    return got <= 0 || listener_take(f->listener, str_bytes(bytes, (size_t)got), &f->why);
}

/* Sends a part of *bytes. A child that reads no more is heard to its end, which tells why. */
static bool tell(struct follow *f, struct str *bytes)
{
    ssize_t sent = send(f->in, bytes->ptr, bytes->len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
        *bytes = str_slice(*bytes, (size_t)sent, bytes->len);
        return true;
    }
    if (errno == EINTR || errno == EAGAIN)
        return true;
    if (errno != EPIPE && errno != ECONNRESET)
        return error_errno(&f->why, errno, "feeding the decoder");
    closep(&f->in);
    f->in = -1;
    return true;
}

/* Feeds *bytes and hears, until all is fed and nothing more is there to hear at once; with
 * `to_end` until the child has closed its end. */
static bool pump(struct follow *f, struct str bytes, bool to_end)
{
    for (;;) {
        bool feeding = bytes.len && f->in >= 0;
        bool waiting = feeding || to_end || (bytes.len && f->in < 0);
        struct pollfd fds[] = {
            {.fd = f->out, .events = POLLIN},
            {.fd = feeding ? f->in : -1, .events = POLLOUT},
        };
        int ready = poll(fds, ARRAY_LEN(fds), waiting ? SILENCE_MAX_MS : 0);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return error_errno(&f->why, errno, "waiting for the decoder");
        if (ready == 0 && !waiting)
            return true;
        if (ready == 0)
            return error_set(&f->why, ERROR_IO, "the decoder stood still for %d seconds",
                             SILENCE_MAX_MS / 1000);
        if (fds[0].revents) {
            bool ended;
            if (!hear(f, &ended))
                return false;
            if (ended && to_end && listener_has_ended(f->listener))
                return true;
            if (ended) {
                explain_end(f);
                return false;
            }
        }
        if (fds[1].revents && !tell(f, &bytes))
            return false;
    }
}

bool follow_feed(struct follow *f, struct str bytes, struct error *err)
{
    if (f->why.code == ERROR_NONE && f->in < 0)
        error_set(&f->why, ERROR_INTERNAL, "this follower is not fed");
    if (f->why.code != ERROR_NONE || !pump(f, bytes, false))
        return fail(f, err);
    return true;
}

bool follow_finish(struct follow *f, struct follow_end *ret, struct error *err)
{
    closep(&f->in);
    f->in = -1;
    if (f->why.code != ERROR_NONE || !pump(f, STR(""), true))
        return fail(f, err);
    (void)reap(f);
    *ret = listener_end(f->listener);
    ret->memory_peak = f->memory_peak;
    return true;
}

const char *follow_models(const struct follow *f) { return listener_models(f->listener); }

const char *follow_isa(const struct follow *f) { return listener_isa(f->listener); }
