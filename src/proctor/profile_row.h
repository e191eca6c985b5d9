/* How the table `profile` is read and written: shared by profile.c and profile_staff.c alone. */
#pragma once
#include "proctor/profile.h"

#define PROFILE_COLUMNS                                                                            \
    "SELECT id, user_ref, state, face, face_scan, id_card, id_scan, name, id_approved, "           \
    "face_score,"                                                                                  \
    " name_score, created_us, updated_us, expires_us, reasons, sealed_key FROM profile"

/* Of a row of PROFILE_COLUMNS, as of now: one that has expired is so. */
MUST_USE bool profile_read_row(struct proctor *p, struct db_stmt *rows, struct arena *arena,
                               struct profile *ret, struct error *err);
MUST_USE bool profile_write_in(struct proctor *p, struct db *db, const struct profile *profile,
                               struct error *err);
/* A line of its history; `by` NULL: the candidate or the machine. */
MUST_USE bool profile_note_in(struct db *db, const char *profile_id, const char *kind,
                              const struct profile_staff *by, struct str detail, struct error *err);
