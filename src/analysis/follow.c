/* Starts the child (child.h) and keeps both pipes moving. Whenever this side waits it polls for
 * both directions, so that a child whose answers fill its pipe and a parent whose bytes fill the
 * other never wait for each other. */
#include "analysis/follow.h"

#include "analysis/child.h"
#include "analysis/listener.h"
#include "analysis/who.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Waiting for a child that neither reads nor answers: it hangs. Decoding half a second of the
 * largest picture takes less than one. */
#define SILENCE_MAX_MS (120 * 1000)

#define READ_SIZE (64 << 10)

struct follow {
    struct child child;
    struct listener *listener; /* owned */
    struct error why;          /* the first failure: nothing goes on after it */
};

static bool start_child(struct follow *f, const struct follow_options *options, struct error *err)
{
    CLEANUP(freep) char *policy = NULL;
    CLEANUP(closep) int enrolled = -1;
    if (!policy_text(options->policy, &policy, err) ||
        (options->enrolled && !who_pack(options->enrolled, &enrolled, err)))
        return false;
    const char *words[3] = {NULL}; /* NULL at the end */
    size_t len = 0;
    if (options->stages)
        words[len++] = "stages";
    if (options->stills)
        words[len++] = "stills";
    const char *const arguments[] = {"proctortrack",
                                     "decoder",
                                     options->models_folder,
                                     policy,
                                     options->screen     ? "screen"
                                     : options->enrolled ? "enrolled"
                                                         : "camera",
                                     words[0],
                                     words[1],
                                     NULL};
    const struct child_options child = {.program = options->program,
                                        .arguments = arguments,
                                        .name = "decoder",
                                        .file_fd = options->file_fd,
                                        .extra_fd = enrolled};
    return child_start(&child, &f->child, err);
}

bool follow_start(const struct follow_options *options, const struct follow_events *events,
                  struct follow **ret, struct error *err)
{
    CLEANUP(follow_destroyp) struct follow *f = calloc(1, sizeof *f);
    if (!f)
        return error_no_memory(err);
    f->child = CHILD_NONE;
    if (!listener_create(options->policy, events, &f->listener, err) ||
        !start_child(f, options, err))
        return false;
    *ret = TAKE(f);
    return true;
}

void follow_destroy(struct follow *f)
{
    if (!f)
        return;
    child_stop(&f->child);
    listener_destroy(f->listener);
    free(f);
}

void follow_destroyp(struct follow **f) { follow_destroy(*f); }

/* Keeps the first failure, and ends the child: what comes after is not to be believed. */
static bool fail(struct follow *f, struct error *err)
{
    child_stop(&f->child);
    if (err)
        *err = f->why;
    return false;
}

/* One read; *ret_ended at the end of the child's words. */
static bool hear(struct follow *f, bool *ret_ended)
{
    char bytes[READ_SIZE];
    ssize_t got = read(f->child.out, bytes, sizeof bytes);
    *ret_ended = got == 0;
    if (got < 0 && errno != EINTR && errno != EAGAIN)
        return error_errno(&f->why, errno, "hearing the decoder");
    return got <= 0 || listener_take(f->listener, str_bytes(bytes, (size_t)got), &f->why);
}

/* Sends a part of *bytes. A child that reads no more is heard to its end, which tells why. */
static bool tell(struct follow *f, struct str *bytes)
{
    ssize_t sent = send(f->child.in, bytes->ptr, bytes->len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
        *bytes = str_slice(*bytes, (size_t)sent, bytes->len);
        return true;
    }
    if (errno == EINTR || errno == EAGAIN)
        return true;
    if (errno != EPIPE && errno != ECONNRESET)
        return error_errno(&f->why, errno, "feeding the decoder");
    closep(&f->child.in);
    f->child.in = -1;
    return true;
}

/* Feeds *bytes and hears, until all is fed and nothing more is there to hear at once; with
 * `to_end` until the child has closed its end. */
static bool pump(struct follow *f, struct str bytes, bool to_end)
{
    for (;;) {
        bool feeding = bytes.len && f->child.in >= 0;
        bool waiting = feeding || to_end || (bytes.len && f->child.in < 0);
        struct pollfd fds[] = {
            {.fd = f->child.out, .events = POLLIN},
            {.fd = feeding ? f->child.in : -1, .events = POLLOUT},
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
                child_explain_end(&f->child, "decoder", "recording", &f->why);
                return false;
            }
        }
        if (fds[1].revents && !tell(f, &bytes))
            return false;
    }
}

bool follow_feed(struct follow *f, struct str bytes, struct error *err)
{
    if (f->why.code == ERROR_NONE && f->child.in < 0)
        error_set(&f->why, ERROR_INTERNAL, "this follower is not fed");
    if (f->why.code != ERROR_NONE || !pump(f, bytes, false))
        return fail(f, err);
    return true;
}

bool follow_finish(struct follow *f, struct follow_end *ret, struct error *err)
{
    closep(&f->child.in);
    f->child.in = -1;
    if (f->why.code != ERROR_NONE || !pump(f, STR(""), true))
        return fail(f, err);
    (void)child_reap(&f->child);
    *ret = listener_end(f->listener);
    ret->memory_peak = f->child.memory_peak;
    return true;
}

const char *follow_models(const struct follow *f) { return listener_models(f->listener); }

const char *follow_isa(const struct follow *f) { return listener_isa(f->listener); }
