/* What goes over the descriptor is items of a kind, a length and bytes, little endian; both sides
 * are the same binary. */
#include "analysis/who.h"

#include "base/file.h"
#include "crypto/hash.h"
#include "identity/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum item { ITEM_NONE = 0, ITEM_PICTURE, ITEM_TEMPLATE };
#define ITEM_HEADER 8

struct who {
    struct identity_watch *watch; /* owned; NULL when no rule asks */
    struct buf enrolled;          /* owned; items, until they are enrolled */
    struct detect *detect;        /* owned; for the pictures, until they are enrolled */
};

/* ---- the parent ---- */

static void add_item(struct buf *to, enum item item, struct str bytes)
{
    buf_add_u32le(to, (uint32_t)item);
    buf_add_u32le(to, (uint32_t)bytes.len);
    buf_add(to, bytes);
}

/* Faces and what is made of them are not left in memory that is given back. */
static void wipe(struct buf *b)
{
    if (b->ptr)
        explicit_bzero(b->ptr, b->len);
    buf_done(b);
}

bool who_pack(const struct follow_enrolment *e, int *ret_fd, struct error *err)
{
    CLEANUP(buf_done) struct buf b = {0};
    buf_init(&b, WHO_BYTES_MAX);
    if (e->pictures_len > WHO_PICTURES_MAX)
        return error_set(err, ERROR_TOO_LARGE, "at most %d pictures can be enrolled",
                         WHO_PICTURES_MAX);
    if (e->template.len)
        add_item(&b, ITEM_TEMPLATE, e->template);
    for (size_t i = 0; i < e->pictures_len; i++)
        add_item(&b, ITEM_PICTURE, e->pictures[i]);
    if (!buf_ok(&b, err))
        return error_wrap(err, "enrolled pictures");
    CLEANUP(closep) int fd = memfd_create("enrolled", MFD_CLOEXEC);
    if (fd < 0)
        return error_errno(err, errno, "enrolled pictures");
    bool ok = file_write(fd, buf_str(&b), err);
    wipe(&b);
    if (!ok)
        return error_wrap(err, "enrolled pictures");
    if (lseek(fd, 0, SEEK_SET) < 0)
        return error_errno(err, errno, "enrolled pictures");
    *ret_fd = fd;
    fd = -1;
    return true;
}

/* ---- the child ---- */

void who_destroy(struct who *w)
{
    if (!w)
        return;
    identity_watch_destroy(w->watch);
    detect_destroy(w->detect);
    wipe(&w->enrolled);
    free(w);
}

void who_destroyp(struct who **w) { who_destroy(*w); }

static bool read_all(int fd, struct buf *to, struct error *err)
{
    char piece[16384];
    ssize_t got;
    do {
        got = read(fd, piece, sizeof piece);
        if (got < 0 && errno != EINTR)
            return error_errno(err, errno, "enrolled pictures");
        if (got > 0)
            buf_add(to, str_bytes(piece, (size_t)got));
    } while (got != 0);
    return buf_ok(to, err);
}

static uint32_t u32le(const char *at)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value |= (uint32_t)(unsigned char)at[i] << (8 * i);
    return value;
}

/* Takes the next item off *rest; false at the end. */
static bool next_item(struct str *rest, enum item *ret_item, struct str *ret_bytes)
{
    if (rest->len < ITEM_HEADER || u32le(rest->ptr + 4) > rest->len - ITEM_HEADER)
        return false;
    size_t end = ITEM_HEADER + u32le(rest->ptr + 4);
    *ret_item = (enum item)u32le(rest->ptr);
    *ret_bytes = str_slice(*rest, ITEM_HEADER, end);
    *rest = str_slice(*rest, end, rest->len);
    return true;
}

bool who_create(const char *models_folder, const struct policy *policy, bool enrolled,
                struct who **ret, struct error *err)
{
    CLEANUP(who_destroyp) struct who *w = calloc(1, sizeof *w);
    if (!w)
        return error_no_memory(err);
    buf_init(&w->enrolled, WHO_BYTES_MAX);
    bool mismatch = enrolled && policy_judges(policy, RULE_IDENTITY_MISMATCH);
    if (mismatch && !read_all(WHO_FD, &w->enrolled, err))
        return false;
    if (enrolled)
        close(WHO_FD);
    if ((mismatch || policy_judges(policy, RULE_PERSON_CHANGED)) &&
        !identity_watch_create(models_folder, &w->watch, err))
        return false;
    if (mismatch && !detect_create_faces(models_folder, &w->detect, err))
        return false;
    *ret = TAKE(w);
    return true;
}

static bool enrol_picture(struct who *w, struct str jpeg, struct template *t, struct error *err)
{
    CLEANUP(frame_unrefp) struct frame *f = NULL;
    return frame_from_jpeg(jpeg, &f, err) &&
           template_enrol(t, w->detect, identity_watch_reader(w->watch), f, err);
}

static bool make_template(struct who *w, struct template *t, struct error *err)
{
    const struct face_reader *reader = identity_watch_reader(w->watch);
    struct str rest = buf_str(&w->enrolled), bytes;
    enum item item;
    int pictures = 0;
    template_init(t, reader);
    while (next_item(&rest, &item, &bytes)) {
        if (item == ITEM_TEMPLATE && !template_read(bytes, reader, t, err))
            return false;
        if (item == ITEM_PICTURE) {
            pictures++;
            if (!enrol_picture(w, bytes, t, err))
                return error_wrap(err, "enrolled picture %d", pictures);
        }
    }
    return t->pictures ? true : error_set(err, ERROR_INVALID, "there is no enrolled picture");
}

static bool add_digest(const struct template *t, json_t *models, struct error *err)
{
    unsigned char digest[SHA256_SIZE];
    char hex[STR_HEX_MAX(SHA256_SIZE)];
    CLEANUP(buf_done) struct buf b = {0};
    template_write(t, &b);
    if (!buf_ok(&b, err))
        return false;
    sha256(buf_str(&b), digest);
    wipe(&b);
    str_to_hex(str_bytes(digest, sizeof digest), hex);
    if (json_object_set_new(models, "face-template", json_string(hex)))
        return error_no_memory(err);
    return true;
}

static bool enrol(struct who *w, json_t *models, struct error *err)
{
    struct template t;
    struct error why = {0};
    bool made = make_template(w, &t, &why), outdated = !made && why.code == ERROR_CONFLICT;
    bool ok = made ? add_digest(&t, models, err)
                   : outdated || error_set(err, why.code, "%s", why.message);
    /* Kept by an earlier version of the model: nobody can be compared with it, which is no reason
     * not to look at all. The report says so. */
    if (outdated && json_object_set_new(models, "face-template", json_string("of another model")))
        ok = error_no_memory(err);
    if (made && ok)
        identity_watch_enrol(w->watch, &t);
    template_wipe(&t);
    detect_destroy(w->detect);
    w->detect = NULL;
    wipe(&w->enrolled);
    return ok;
}

bool who_enrol(struct who *w, const char *models, char **ret_models, struct error *err)
{
    CLEANUP(json_decrefp) json_t *all = NULL;
    if (!json_parse(str_from(models), &all, err))
        return false;
    if (w->watch &&
        json_object_set_new(all, "faceres",
                            json_string(face_reader_model(identity_watch_reader(w->watch)))))
        return error_no_memory(err);
    if (w->detect && !enrol(w, all, err))
        return false;
    return json_text(all, ret_models, err);
}

bool who_look(struct who *w, const struct detect *d, const struct frame *f, struct observation *o,
              struct error *err)
{
    return !w->watch || identity_watch_look(w->watch, d, f, o, err);
}
