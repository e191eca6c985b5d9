/* The child: models first, then the sandbox, then one picture after the other on descriptor 0. It
 * keeps nothing from picture to picture. */
#include "analysis/ask.h"
#include "analysis/examine.h"
#include "analysis/message.h"
#include "analysis/sandbox.h"
#include "base/file.h"
#include "base/json.h"
#include "nn/nn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct examiner {
    struct face_looker *looker;     /* owned */
    struct document_reader *reader; /* owned */
    struct document_facts facts;
    struct buf picture; /* owned */
};

static void examiner_done(struct examiner *e)
{
    face_looker_destroy(e->looker);
    document_reader_destroy(e->reader);
    buf_done(&e->picture);
}

static bool say_ready(const struct examiner *e, struct error *err)
{
    CLEANUP(json_decrefp) json_t *models = json_object();
    CLEANUP(freep) char *text = NULL;
    if (!models ||
        json_object_set_new(models, "faceres", json_string(face_looker_model(e->looker))))
        return error_no_memory(err);
    return json_text(models, &text, err) &&
           message_send(STDOUT_FILENO, MESSAGE_READY, str_bytes(nn_isa(), strlen(nn_isa()) + 1),
                        str_from(text), err);
}

static bool prepare(struct examiner *e, int argc, char **argv, struct error *err)
{
    /* Libraries' complaints about a stranger's bytes are of no use to anybody, but the sandbox lets
     * them be written: so it must be nowhere. */
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, STDERR_FILENO) < 0)
        return error_errno(err, errno, "/dev/null");
    if (argc != 2)
        return error_set(err, ERROR_INVALID, "examiner is started by serve and eval only");
    buf_init(&e->picture, EXAMINE_BYTES_MAX);
    return face_looker_create(argv[1], &e->looker, err) &&
           document_reader_create(argv[1], &e->reader, err) && sandbox_close(err) &&
           say_ready(e, err);
}

/* Reads `len` bytes; *ret_end when there is not even the first of them. */
static bool read_all(void *to, size_t len, bool *ret_end, struct error *err)
{
    size_t at = 0;
    *ret_end = false;
    while (at < len) {
        ssize_t got = read(STDIN_FILENO, (char *)to + at, len - at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_errno(err, errno, "hearing a question");
        if (got == 0) {
            *ret_end = at == 0;
            return at == 0 || error_set(err, ERROR_CLOSED, "a question was cut off");
        }
        at += (size_t)got;
    }
    return true;
}

static bool hear_ask(struct examiner *e, struct ask *ret, bool *ret_end, struct error *err)
{
    bool cut;
    if (!read_all(ret, sizeof *ret, ret_end, err) || *ret_end)
        return *ret_end;
    if (ret->type == ASK_NONE || ret->type >= ASK_TYPES || ret->bytes > EXAMINE_BYTES_MAX)
        return error_set(err, ERROR_INTERNAL, "a question of no known type");
    buf_clear(&e->picture);
    char *to = buf_reserve(&e->picture, ret->bytes);
    if (!to)
        return error_no_memory(err);
    if (!read_all(to, ret->bytes, &cut, err))
        return false;
    if (cut)
        return error_set(err, ERROR_CLOSED, "a question was cut off");
    buf_commit(&e->picture, ret->bytes);
    return true;
}

/* What goes wrong with one picture is its answer. */
static bool answer(struct examiner *e, const struct ask *ask, struct error *err)
{
    CLEANUP(frame_unrefp) struct frame *f = NULL;
    struct error why;
    struct face_look look;
    enum document_guidance guidance;
    bool ok = frame_from_picture(buf_str(&e->picture), &f, &why);
    switch (ok ? (enum ask_type)ask->type : ASK_NONE) {
    case ASK_FACE:
        if (face_looker_look(e->looker, f, &look, &why))
            return message_send(STDOUT_FILENO, MESSAGE_FACE, str_bytes(&look, sizeof look), STR(""),
                                err);
        break;
    case ASK_DOCUMENT:
        if (document_read(e->reader, f, ask->this_year, &e->facts, &why))
            return message_send(STDOUT_FILENO, MESSAGE_FACTS, str_bytes(&e->facts, sizeof e->facts),
                                STR(""), err);
        break;
    case ASK_GUIDANCE:
        if (document_guide(e->reader, f, &guidance, &why)) {
            int32_t word = (int32_t)guidance;
            return message_send(STDOUT_FILENO, MESSAGE_GUIDANCE, str_bytes(&word, sizeof word),
                                STR(""), err);
        }
        break;
    case ASK_NONE:
    case ASK_TYPES:
    default:
        break;
    }
    return message_send_error(STDOUT_FILENO, &why, err);
}

int examiner_main(int argc, char **argv)
{
    struct examiner *e = calloc(1, sizeof *e);
    struct error err = {0}, unheard;
    bool end = false;
    bool ok = e ? prepare(e, argc, argv, &err) : error_no_memory(&err);
    while (ok && !end) {
        struct ask ask;
        ok = hear_ask(e, &ask, &end, &err) && (end || answer(e, &ask, &err));
        if (e->picture.ptr) /* nothing is kept from picture to picture */
            explicit_bzero(e->picture.ptr, e->picture.len);
        explicit_bzero(&e->facts, sizeof e->facts);
    }
    if (!ok && err.code != ERROR_CLOSED) /* closed: the parent is gone */
        (void)!message_send_error(STDOUT_FILENO, &err, &unheard);
    if (e)
        examiner_done(e);
    _exit(ok ? 0 : 1); /* the libraries' own farewells may need calls that are not allowed now */
}
