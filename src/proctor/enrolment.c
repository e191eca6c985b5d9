#include "proctor/enrolment.h"

#include "proctor/profile.h"
#include "proctor/scan.h"
#include "proctor/session.h"

struct find {
    struct proctor *p;
    struct str session_id;
    struct buf *to;
};

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(seal_key_wipe) struct seal_key key;
    struct session s;
    struct profile profile;
    if (!session_find_in(db, f->session_id, &s, err) ||
        !profile_find_in(f->p, db, s.user_ref, &arena, &profile, err))
        return false;
    /* A face that staff rejected is nobody to compare with. */
    if (profile.parts[PROFILE_FACE].state != PROFILE_PART_KEPT)
        return true;
    return profile_key_in(f->p, db, s.user_ref, &key, err) &&
           scan_part_in(db, &key, str_from(profile.parts[PROFILE_FACE].scan), "template", f->to,
                        err);
}

bool enrolment_find(struct proctor *p, struct str session_id, struct buf *ret_template,
                    struct error *err)
{
    struct find f = {p, session_id, ret_template};
    return db_store_read(p->store, find_body, &f, err);
}
