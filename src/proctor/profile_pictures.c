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

bool profile_pose(struct proctor *p, const struct profile *profile, struct str pose, struct buf *to,
                  struct error *err)
{
    for (int i = CHALLENGE_PROMPT_NONE + 1; i < CHALLENGE_PROMPTS; i++) {
        const char *name = challenge_prompt_name((enum challenge_prompt)i);
        struct part a = {p, profile, PROFILE_FACE, name, to};
        if (i != CHALLENGE_LOOK_STRAIGHT && str_eq(pose, str_from(name)))
            return db_store_read(p->store, part_body, &a, err);
    }
    return error_set(err, ERROR_NOT_FOUND, "there is no such pose");
}

struct poses {
    const struct profile *profile;
    const char **list;
    size_t len;
};

static bool poses_body(struct db *db, void *context, struct error *err)
{
    struct poses *found = context;
    struct str scan = str_from(found->profile->parts[PROFILE_FACE].scan);
    found->len = 0;
    for (int i = CHALLENGE_LOOK_STRAIGHT + 1; i < CHALLENGE_PROMPTS; i++) {
        const char *name = challenge_prompt_name((enum challenge_prompt)i);
        bool has;
        if (!scan_has_part_in(db, scan, name, &has, err))
            return false;
        if (has)
            found->list[found->len++] = name;
    }
    return true;
}

bool profile_poses(struct proctor *p, const struct profile *profile,
                   const char *ret[CHALLENGE_PROMPTS], size_t *ret_len, struct error *err)
{
    struct poses found = {.profile = profile, .list = ret};
    if (!db_store_read(p->store, poses_body, &found, err))
        return false;
    *ret_len = found.len;
    return true;
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
