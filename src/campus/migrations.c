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

static const char version_names[] =
    /* name_request.c */
    "CREATE TABLE name_request ("
    " id INTEGER PRIMARY KEY,"
    " user_id BIGINT NOT NULL REFERENCES person (id),"
    " from_name TEXT NOT NULL,"
    " full_name TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " state BIGINT NOT NULL,"
    " created_us BIGINT NOT NULL,"
    " decided_us BIGINT NOT NULL DEFAULT 0,"
    " decided_by TEXT NOT NULL DEFAULT '',"
    " decided_by_id BIGINT NOT NULL DEFAULT 0,"
    " decided_reason TEXT NOT NULL DEFAULT '');"
    "CREATE INDEX name_request_by_user ON name_request (user_id, state);";

static const char *const versions[] = {version_1, version_2, version_names};

const struct db_migrations campus_migrations = {
    .owner = "campus", .sql = versions, .len = ARRAY_LEN(versions)};
