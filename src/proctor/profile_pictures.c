#include "proctor/profile_pictures.h"

#include "proctor/scan.h"

struct part {
    struct proctor *p;
    const struct profile *profile;
    enum profile_part part;
    const char *name;
    struct buf *to;
};

static bool part_body(struct db *db, void *context, struct error *err)
{
    const struct part *a = context;
    CLEANUP(seal_key_wipe) struct seal_key key;
    return profile_key_in(a->p, db, a->profile->user_ref, &key, err) &&
           scan_part_in(db, &key, str_from(a->profile->parts[a->part].scan), a->name, a->to, err);
}

bool profile_picture(struct proctor *p, const struct profile *profile, enum profile_part part,
                     struct buf *to, struct error *err)
{
    struct part a = {p, profile, part, "picture", to};
    return db_store_read(p->store, part_body, &a, err);
}

bool profile_reading(struct proctor *p, const struct profile *profile, json_t **ret,
                     struct error *err)
{
    CLEANUP(buf_done) struct buf text = {0};
    struct part a = {p, profile, PROFILE_ID, "reading", &text};
    if (!profile->parts[PROFILE_ID].scan[0]) {
        *ret = json_null();
        return true;
    }
    return db_store_read(p->store, part_body, &a, err) && json_parse(buf_str(&text), ret, err);
}
