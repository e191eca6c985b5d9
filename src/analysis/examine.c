/* One question, one answer. A child that does not answer in time, dies, or answers something out of
 * order is stopped; the next question starts another. It is renewed now and then, too, so that no
 * child that was taken over unseen lives to see everybody's documents. */
#include "analysis/examine.h"

#include "analysis/ask.h"
#include "analysis/child.h"
#include "analysis/message.h"
#include "base/clock.h"
#include "base/json.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* An idle machine takes 0.5 s to start, 0.06 s for a face and 1 to 6 s for a document; a busy one
 * several times as long. What takes longer stands still. */
#define START_US (60 * SECOND_US)
#define FACE_US (15 * SECOND_US)
#define DOCUMENT_US (60 * SECOND_US)
#define PICTURES_MAX 500 /* of one child */
#define READ_SIZE (64 << 10)

struct examine {
    char *program; /* owned; NULL is this one */
    char *models;  /* owned; the folder */
    struct child child;
    struct buf heard; /* owned; not a whole message yet */
    unsigned pictures;
    unsigned char face_model[TEMPLATE_MODEL_SIZE];
};

static void stop(struct examine *e)
{
    child_stop(&e->child);
    if (e->heard.ptr)
        explicit_bzero(e->heard.ptr, e->heard.len);
    buf_clear(&e->heard);
    e->pictures = 0;
}

void examine_destroy(struct examine *e)
{
    if (!e)
        return;
    stop(e);
    buf_done(&e->heard);
    free(e->program);
    free(e->models);
    free(e);
}

void examine_destroyp(struct examine **e) { examine_destroy(*e); }

/* ---- talking ---- */

/* Waits until the child can be written to or heard; false when the time is over. */
static bool wait_for(struct examine *e, bool telling, int64_t until_us, bool *ret_tell,
                     struct error *err)
{
    for (;;) {
        struct pollfd fds[] = {
            {.fd = e->child.out, .events = POLLIN},
            {.fd = telling ? e->child.in : -1, .events = POLLOUT},
        };
        int64_t left_us = until_us - clock_monotonic_us();
        int ready = left_us > 0 ? poll(fds, ARRAY_LEN(fds), (int)(left_us / 1000 + 1)) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return error_errno(err, errno, "waiting for the examiner");
        if (ready == 0)
            return error_set(err, ERROR_UNSUPPORTED,
                             "looking at the picture took too long; please take another one");
        *ret_tell = fds[1].revents && !fds[0].revents;
        return true;
    }
}

/* One read. An end without an answer is an error. */
static bool hear(struct examine *e, struct error *err)
{
    char *to = buf_reserve(&e->heard, READ_SIZE);
    if (!to)
        return error_no_memory(err);
    ssize_t got = read(e->child.out, to, READ_SIZE);
    if (got < 0 && errno != EINTR && errno != EAGAIN)
        return error_errno(err, errno, "hearing the examiner");
    if (got == 0) {
        struct error why;
        child_explain_end(&e->child, "examiner", "picture", &why);
        return error_set(err, why.code, "%s", why.message);
    }
    buf_commit(&e->heard, got > 0 ? (size_t)got : 0);
    return true;
}

static bool tell(struct examine *e, struct str *bytes, struct error *err)
{
    ssize_t sent = send(e->child.in, bytes->ptr, bytes->len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0)
        *bytes = str_slice(*bytes, (size_t)sent, bytes->len);
    else if (errno == EPIPE || errno == ECONNRESET)
        *bytes = STR(""); /* it is heard to its end, which tells why */
    else if (errno != EINTR && errno != EAGAIN)
        return error_errno(err, errno, "asking the examiner");
    return true;
}

/* Sends all of `bytes` and hears one whole message; it stays in e->heard. */
static bool converse(struct examine *e, struct str bytes, int64_t limit_us, struct message *ret,
                     struct error *err)
{
    int64_t until_us = clock_monotonic_us() + limit_us;
    for (size_t used = 0; used == 0;) {
        bool telling;
        if (!wait_for(e, bytes.len > 0, until_us, &telling, err))
            return false;
        if (telling ? !tell(e, &bytes, err) : !hear(e, err))
            return false;
        if (!message_next(buf_str(&e->heard), ret, &used, err))
            return false;
        if (used && (bytes.len || used != e->heard.len))
            return error_set(err, ERROR_IO, "the examiner answered more than it was asked");
    }
    return true;
}

/* ---- starting ---- */

static bool take_ready(struct examine *e, const struct message *m, struct error *err)
{
    struct message_ready ready;
    CLEANUP(json_decrefp) json_t *models = NULL;
    if (!message_read_ready(m->payload, &ready, err) || !json_parse(ready.models, &models, err))
        return false;
    const char *sha256 = json_string_value(json_object_get(models, "faceres"));
    if (!str_from_hex(str_from(sha256), e->face_model, sizeof e->face_model))
        return error_set(err, ERROR_IO, "the examiner has no model of faces");
    return true;
}

static bool start(struct examine *e, struct error *err)
{
    const char *const arguments[] = {"proctortrack", "examiner", e->models, NULL};
    const struct child_options child = {.program = e->program,
                                        .arguments = arguments,
                                        .name = "examiner",
                                        .file_fd = -1,
                                        .extra_fd = -1};
    struct message m;
    bool ok = child_start(&child, &e->child, err) && converse(e, STR(""), START_US, &m, err);
    if (ok && m.type == MESSAGE_ERROR) {
        struct error said;
        message_read_error(m.payload, &said);
        ok = error_set(err, said.code, "%s", said.message);
    } else if (ok && m.type != MESSAGE_READY) {
        ok = error_set(err, ERROR_IO, "the examiner said something wrong");
    }
    ok = ok && take_ready(e, &m, err);
    buf_clear(&e->heard);
    if (!ok)
        stop(e);
    return ok;
}

bool examine_start(const struct examine_options *options, struct examine **ret, struct error *err)
{
    CLEANUP(examine_destroyp) struct examine *e = calloc(1, sizeof *e);
    if (!e)
        return error_no_memory(err);
    e->child = CHILD_NONE;
    buf_init(&e->heard, MESSAGE_HEADER_SIZE + MESSAGE_PAYLOAD_MAX + READ_SIZE);
    e->models = strdup(options->models_folder);
    e->program = options->program ? strdup(options->program) : NULL;
    if (!e->models || (options->program && !e->program))
        return error_no_memory(err);
    if (!start(e, err))
        return false;
    *ret = TAKE(e);
    return true;
}

void examine_template(const struct examine *e, struct template *ret)
{
    memset(ret, 0, sizeof *ret);
    memcpy(ret->model, e->face_model, sizeof ret->model);
}

/* ---- asking ---- */

static bool send_ask(struct examine *e, const struct ask *ask, struct str picture, int64_t limit_us,
                     struct message *ret, struct error *err)
{
    CLEANUP(buf_done) struct buf b = {0};
    buf_add(&b, str_bytes(ask, sizeof *ask));
    buf_add(&b, picture);
    bool ok = buf_ok(&b, err) && converse(e, buf_str(&b), limit_us, ret, err);
    if (b.ptr)
        explicit_bzero(b.ptr, b.len);
    return ok;
}

/* The answer's payload stays in e->heard: forget() when it is read. */
static bool question(struct examine *e, enum ask_type type, struct str picture, int this_year,
                     int64_t limit_us, enum message_type expected, struct message *ret,
                     struct error *err)
{
    if (picture.len == 0)
        return error_set(err, ERROR_INVALID, "there is no picture");
    if (picture.len > EXAMINE_BYTES_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a picture of %zu bytes; at most %zu are looked at",
                         picture.len, EXAMINE_BYTES_MAX);
    if (e->pictures >= PICTURES_MAX)
        stop(e);
    if (e->child.pid == 0 && !start(e, err))
        return false;
    const struct ask ask = {(uint32_t)type, (uint32_t)picture.len, (int32_t)this_year};
    e->pictures++;
    if (!send_ask(e, &ask, picture, limit_us, ret, err)) {
        stop(e);
        return false;
    }
    if (ret->type == expected)
        return true;
    struct error said = {ERROR_IO, "the examiner said something wrong"};
    if (ret->type == MESSAGE_ERROR) /* of this picture: the child goes on */
        message_read_error(ret->payload, &said);
    else
        stop(e);
    buf_clear(&e->heard);
    return error_set(err, said.code, "%s", said.message);
}

static bool forget(struct examine *e, bool good)
{
    if (e->heard.ptr)
        explicit_bzero(e->heard.ptr, e->heard.len);
    buf_clear(&e->heard);
    if (!good)
        stop(e);
    return good;
}

bool examine_face(struct examine *e, struct str jpeg, struct face_look *ret, struct error *err)
{
    struct message m;
    return question(e, ASK_FACE, jpeg, 0, FACE_US, MESSAGE_FACE, &m, err) &&
           forget(e, message_read_face(m.payload, ret, err));
}

bool examine_guidance(struct examine *e, struct str jpeg, enum document_guidance *ret,
                      struct error *err)
{
    struct message m;
    return question(e, ASK_GUIDANCE, jpeg, 0, FACE_US, MESSAGE_GUIDANCE, &m, err) &&
           forget(e, message_read_guidance(m.payload, ret, err));
}

static struct mrz_date date_of(int64_t now_us)
{
    time_t seconds = (time_t)(now_us / SECOND_US);
    struct tm t = {0};
    gmtime_r(&seconds, &t);
    return (struct mrz_date){t.tm_year + 1900, t.tm_mon + 1, t.tm_mday};
}

bool examine_read(struct examine *e, struct str jpeg, int64_t now_us, struct document_facts *ret,
                  struct error *err)
{
    struct message m;
    return question(e, ASK_DOCUMENT, jpeg, date_of(now_us).year, DOCUMENT_US, MESSAGE_FACTS, &m,
                    err) &&
           forget(e, message_read_facts(m.payload, ret, err));
}

static bool read_template(const struct examine *e, struct str bytes, struct template *ret,
                          struct error *err)
{
    if (!template_parse(bytes, ret, err))
        return false;
    if (memcmp(ret->model, e->face_model, sizeof e->face_model) != 0)
        return error_set(err, ERROR_CONFLICT,
                         "the face was scanned with another model; scan it again");
    return true;
}

static void wipe_facts(struct document_facts **facts)
{
    if (*facts)
        explicit_bzero(*facts, sizeof **facts);
    free(*facts);
}

static void wipe_template(struct template *t) { template_wipe(t); }

bool examine_document(struct examine *e, struct str jpeg, const struct examine_candidate *candidate,
                      struct document_reading *ret, struct error *err)
{
    CLEANUP(wipe_template) struct template face = {0};
    CLEANUP(wipe_facts) struct document_facts *facts = calloc(1, sizeof *facts);
    if (!facts)
        return error_no_memory(err);
    if ((candidate->template.len && !read_template(e, candidate->template, &face, err)) ||
        !examine_read(e, jpeg, candidate->now_us, facts, err))
        return false;
    const struct document_candidate who = {.name = candidate->name,
                                           .face = candidate->template.len ? &face : NULL,
                                           .today = date_of(candidate->now_us)};
    document_judge(facts, &who, ret);
    return true;
}
