/* Face scans: a challenge (identity/challenge.h) led by the server, look by look. Scans under way
 * are held in memory, as they last a minute; one that is ready is sealed under the profile's key,
 * and the candidate confirms it. */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "identity/challenge.h"
#include "proctor/scan.h"

#define FACE_SCAN_LABEL_MAX 200                 /* bytes of what the browser calls the camera */
#define FACE_SCAN_FRAME_MAX ((size_t)256 << 10) /* bytes of a JPEG */
#define FACE_SCAN_PER_HOUR 10                   /* of one session */

struct face_scans; /* those under way; any thread */
MUST_USE bool face_scans_create(struct face_scans **ret, struct error *err);
void face_scans_destroy(struct face_scans *f); /* NULL is fine */

struct face_scan {
    char id[ID_TEXT_SIZE];
    enum scan_state state;
    struct challenge_step step; /* of a scan that is over only `reason`, `done` and `of` are told */
};

/* ERROR_CONFLICT: not the time for it, or the camera is no camera, with why; ERROR_THROTTLED after
 * FACE_SCAN_PER_HOUR. */
MUST_USE bool face_scan_begin(struct proctor *p, struct str session_id, int64_t user_ref,
                              struct str camera_label, struct face_scan *ret, struct error *err);
/* One look. ERROR_BUSY: the look before is not done, or no examiner is free (*ret_locked tells
 * which); ERROR_THROTTLED: they come too fast; ERROR_INVALID: no picture. `captured_ms` rises from
 * look to look, by the page's clock; an older one changes nothing. */
MUST_USE bool face_scan_look(struct proctor *p, struct str session_id, int64_t user_ref,
                             struct str scan_id, struct str jpeg, int64_t captured_ms,
                             struct face_scan *ret, bool *ret_locked, struct error *err);
/* ERROR_CONFLICT unless it is ready. */
MUST_USE bool face_scan_confirm(struct proctor *p, struct str session_id, int64_t user_ref,
                                struct str scan_id, struct error *err);
/* Appends the best frontal picture, a JPEG; ERROR_CONFLICT before it is ready. */
MUST_USE bool face_scan_picture(struct proctor *p, struct str session_id, int64_t user_ref,
                                struct str scan_id, struct buf *to, struct error *err);
