/* ID scans: one picture of a document, read and judged (identity/document.h), then confirmed. */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "identity/document.h"
#include "proctor/scan.h"

#define ID_SCAN_GUIDANCE_MAX ((size_t)256 << 10) /* bytes of a JPEG that is only looked at */
#define ID_SCAN_PICTURE_MAX ((size_t)6 << 20)    /* bytes of one that is read */
#define ID_SCAN_PER_HOUR 20                      /* of one session */
#define ID_SCAN_REJECTED_MAX 3                   /* then the candidate may ask a person to look */

struct id_scan {
    char id[ID_TEXT_SIZE];
    enum scan_state state;
    struct document_reading reading;
};

MUST_USE bool id_scan_guidance(struct proctor *p, struct str session_id, int64_t user_ref,
                               struct str jpeg, enum document_guidance *ret, struct error *err);
/* ERROR_CONFLICT: not the time for it; ERROR_BUSY: no examiner is free; ERROR_THROTTLED after
 * ID_SCAN_PER_HOUR; ERROR_INVALID: no picture. */
MUST_USE bool id_scan_make(struct proctor *p, struct str session_id, int64_t user_ref,
                           struct str jpeg, struct id_scan *ret, struct error *err);
/* An approved scan approves, an unsure one goes to a person, and so does a rejected one after
 * ID_SCAN_REJECTED_MAX of them; before that ERROR_CONFLICT. */
MUST_USE bool id_scan_confirm(struct proctor *p, struct str session_id, int64_t user_ref,
                              struct str scan_id, struct error *err);
MUST_USE bool id_scan_picture(struct proctor *p, struct str session_id, int64_t user_ref,
                              struct str scan_id, struct buf *to, struct error *err);
/* What was read, as JSON: of a reading, and as it was kept with the scan (sealed). */
json_t *id_scan_reading_json(const struct document_reading *r); /* NULL: out of memory */
