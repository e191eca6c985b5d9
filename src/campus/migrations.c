/* The tables of the portal. Each names its owner; a version, once released, never changes. */
#include "campus/campus.h"

static const char version_1[] =
    /* user.c */
    "CREATE TABLE person ("
    " id INTEGER PRIMARY KEY,"
    " username TEXT NOT NULL UNIQUE,"
    " full_name TEXT NOT NULL,"
    " email TEXT NOT NULL,"
    " role BIGINT NOT NULL,"
    " active BIGINT NOT NULL DEFAULT 1,"
    " password_hash TEXT NOT NULL,"
    " created_us BIGINT NOT NULL);"
    /* exam.c */
    "CREATE TABLE exam ("
    " id INTEGER PRIMARY KEY,"
    " title TEXT NOT NULL UNIQUE,"
    " kind BIGINT NOT NULL,"
    " duration_s BIGINT NOT NULL,"
    " proctored_id TEXT NOT NULL DEFAULT ''," /* the provider's id of it */
    " created_us BIGINT NOT NULL);"
    "CREATE TABLE item ("
    " id INTEGER PRIMARY KEY,"
    " exam_id BIGINT NOT NULL REFERENCES exam (id),"
    " position BIGINT NOT NULL,"
    " kind BIGINT NOT NULL,"
    " prompt TEXT NOT NULL,"
    " points DOUBLE PRECISION NOT NULL,"
    " number DOUBLE PRECISION," /* numeric: the right one, and how far off is right too */
    " tolerance DOUBLE PRECISION,"
    " UNIQUE (exam_id, position));"
    "CREATE TABLE item_option ("
    " id INTEGER PRIMARY KEY,"
    " item_id BIGINT NOT NULL REFERENCES item (id),"
    " position BIGINT NOT NULL,"
    " option_text TEXT NOT NULL,"
    " correct BIGINT NOT NULL,"
    " UNIQUE (item_id, position));"
    /* attempt.c */
    "CREATE TABLE attempt ("
    " id INTEGER PRIMARY KEY,"
    " exam_id BIGINT NOT NULL REFERENCES exam (id),"
    " user_id BIGINT NOT NULL REFERENCES person (id),"
    " session_id TEXT NOT NULL DEFAULT ''," /* the provider's */
    " state BIGINT NOT NULL,"
    " created_us BIGINT NOT NULL,"
    " started_us BIGINT NOT NULL DEFAULT 0,"
    " deadline_us BIGINT NOT NULL DEFAULT 0,"
    " finished_us BIGINT NOT NULL DEFAULT 0,"
    " submitted_us BIGINT NOT NULL DEFAULT 0,"
    " UNIQUE (exam_id, user_id));"
    "CREATE INDEX attempt_by_user ON attempt (user_id);"
    "CREATE INDEX attempt_open ON attempt (state, deadline_us) WHERE state IN (2, 3);"
    /* answer.c */
    "CREATE TABLE answer ("
    " attempt_id BIGINT NOT NULL REFERENCES attempt (id),"
    " item_id BIGINT NOT NULL REFERENCES item (id),"
    " revision BIGINT NOT NULL,"
    " value TEXT NOT NULL," /* canonical JSON */
    " saved_us BIGINT NOT NULL,"
    " PRIMARY KEY (attempt_id, item_id));"
    /* grade.c */
    "CREATE TABLE grade ("
    " attempt_id BIGINT NOT NULL REFERENCES attempt (id),"
    " item_id BIGINT NOT NULL REFERENCES item (id),"
    " points DOUBLE PRECISION," /* NULL: a person has yet to grade it */
    " PRIMARY KEY (attempt_id, item_id));";

static const char version_2[] =
    /* accommodation.c */
    "CREATE TABLE accommodation ("
    " id INTEGER PRIMARY KEY,"
    " user_id BIGINT NOT NULL REFERENCES person (id),"
    " exam_id BIGINT NOT NULL," /* 0: all exams */
    " extra_percent BIGINT NOT NULL,"
    " extra_minutes BIGINT NOT NULL,"
    " patch TEXT NOT NULL," /* canonical JSON, or empty */
    " set_us BIGINT NOT NULL,"
    " set_by BIGINT NOT NULL," /* a person, 0: the command line */
    " UNIQUE (user_id, exam_id));"
    /* attempt.c: of the time from started_us to deadline_us */
    "ALTER TABLE attempt ADD COLUMN extra_s BIGINT NOT NULL DEFAULT 0;";

/* The exam player: time given back, what was seen and marked, attachments, corrected names. */
static const char version_3[] =
    /* attempt.c */
    "ALTER TABLE attempt ADD COLUMN grace_until_us BIGINT NOT NULL DEFAULT 0;"
    "UPDATE attempt SET grace_until_us = finished_us + 600000000 WHERE finished_us > 0;"
    "CREATE INDEX attempt_by_session ON attempt (session_id);"
    /* ledger.c */
    "CREATE TABLE time_entry ("
    " id INTEGER PRIMARY KEY,"
    " attempt_id BIGINT NOT NULL REFERENCES attempt (id),"
    " kind BIGINT NOT NULL,"
    " given_us BIGINT NOT NULL,"
    " from_us BIGINT NOT NULL,"
    " to_us BIGINT NOT NULL,"
    " made_us BIGINT NOT NULL,"
    " reason TEXT NOT NULL,"
    " who TEXT NOT NULL);"
    "CREATE INDEX time_entry_by_attempt ON time_entry (attempt_id);"
    /* beat.c: one row */
    "CREATE TABLE server_beat (id INTEGER PRIMARY KEY, beat_us BIGINT NOT NULL);"
    /* item_state.c */
    "CREATE TABLE item_state ("
    " attempt_id BIGINT NOT NULL REFERENCES attempt (id),"
    " item_id BIGINT NOT NULL REFERENCES item (id),"
    " marked BIGINT NOT NULL,"
    " seen_us BIGINT NOT NULL,"
    " PRIMARY KEY (attempt_id, item_id));"
    /* attachment.c */
    "CREATE TABLE attachment_key ("
    " attempt_id BIGINT PRIMARY KEY REFERENCES attempt (id),"
    " wrapped_key BLOB NOT NULL);"
    "CREATE TABLE attachment ("
    " id TEXT PRIMARY KEY," /* the name of its blob too */
    " attempt_id BIGINT NOT NULL REFERENCES attempt (id),"
    " item_id BIGINT NOT NULL REFERENCES item (id),"
    " name TEXT NOT NULL,"
    " state BIGINT NOT NULL,"
    " length BIGINT NOT NULL,"
    " size BIGINT NOT NULL," /* acknowledged */
    " sealed_size BIGINT NOT NULL,"
    " sha256 BLOB NOT NULL,"
    " hash_state BLOB,"        /* sealed */
    " replaces TEXT NOT NULL," /* an id, or empty */
    " to_remove BIGINT NOT NULL DEFAULT 0,"
    " created_us BIGINT NOT NULL,"
    " changed_us BIGINT NOT NULL);"
    "CREATE INDEX attachment_by_attempt ON attachment (attempt_id);"
    "CREATE INDEX attachment_removal ON attachment (id) WHERE to_remove = 1;"
    "CREATE TABLE attachment_piece ("
    " attachment_id TEXT NOT NULL REFERENCES attachment (id),"
    " start BIGINT NOT NULL,"
    " len BIGINT NOT NULL,"
    " sealed_start BIGINT NOT NULL,"
    " PRIMARY KEY (attachment_id, start));"
    /* name_request.c */
    "CREATE TABLE name_request ("
    " id INTEGER PRIMARY KEY,"
    " user_id BIGINT NOT NULL REFERENCES person (id),"
    " old_name TEXT NOT NULL,"
    " full_name TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " state BIGINT NOT NULL,"
    " created_us BIGINT NOT NULL,"
    " decided_us BIGINT NOT NULL DEFAULT 0,"
    " decided_by TEXT NOT NULL DEFAULT '',"
    " decision_reason TEXT NOT NULL DEFAULT '');"
    "CREATE UNIQUE INDEX name_request_open ON name_request (user_id) WHERE state = 1;";

/* attempt.c: since when the exam's clock stands, and what the candidate is told of it */
static const char version_pause[] =
    "ALTER TABLE attempt ADD COLUMN paused_us BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE attempt ADD COLUMN pause_reason TEXT NOT NULL DEFAULT '';";

static const char *const versions[] = {version_1, version_2, version_3, version_pause};

const struct db_migrations campus_migrations = {
    .owner = "campus", .sql = versions, .len = ARRAY_LEN(versions)};
