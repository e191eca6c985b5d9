/* The tables of the proctoring half. Each names its owner; a version, once released, never changes.
 */
#include "proctor/proctor.h"

static const char version_1[] =
    /* exam.c */
    "CREATE TABLE proctored_exam ("
    " id TEXT PRIMARY KEY,"
    " external_ref TEXT NOT NULL UNIQUE,"
    " title TEXT NOT NULL,"
    " practice BIGINT NOT NULL,"
    " duration_s BIGINT NOT NULL,"
    " launch_path TEXT NOT NULL,"
    " policy TEXT NOT NULL," /* canonical JSON, whole */
    " created_us BIGINT NOT NULL);"
    /* session.c */
    "CREATE TABLE session ("
    " id TEXT PRIMARY KEY,"
    " exam_id TEXT NOT NULL REFERENCES proctored_exam (id),"
    " attempt_ref TEXT NOT NULL,"
    " user_ref BIGINT NOT NULL,"
    " candidate TEXT NOT NULL,"
    " exam_url TEXT NOT NULL,"
    " return_url TEXT NOT NULL,"
    " policy TEXT NOT NULL," /* the exam's when the session was made */
    " state BIGINT NOT NULL,"
    " sealed_key BLOB," /* NULL: erased */
    " created_us BIGINT NOT NULL,"
    " agreed_us BIGINT NOT NULL DEFAULT 0,"
    " started_us BIGINT NOT NULL DEFAULT 0,"
    " exam_us BIGINT NOT NULL DEFAULT 0,"
    " ended_us BIGINT NOT NULL DEFAULT 0,"
    " uploaded_us BIGINT NOT NULL DEFAULT 0,"
    " reported_us BIGINT NOT NULL DEFAULT 0,"
    " tab TEXT NOT NULL DEFAULT '',"
    " seen_us BIGINT NOT NULL DEFAULT 0,"
    " silent BIGINT NOT NULL DEFAULT 0," /* the silence since seen_us is on record */
    " client_events BIGINT NOT NULL DEFAULT 0,"
    " receipt TEXT,"
    " report TEXT,"
    " UNIQUE (exam_id, attempt_ref));"
    "CREATE INDEX session_by_user ON session (user_ref);"
    "CREATE INDEX session_by_state ON session (state);"
    "CREATE TABLE consent ("
    " session_id TEXT NOT NULL REFERENCES session (id),"
    " document BIGINT NOT NULL,"
    " version TEXT NOT NULL,"
    " sha256 TEXT NOT NULL,"
    " accepted_us BIGINT NOT NULL,"
    " PRIMARY KEY (session_id, document));"
    /* evidence.c */
    "CREATE TABLE evidence ("
    " session_id TEXT NOT NULL REFERENCES session (id),"
    " seq BIGINT NOT NULL,"
    " time_us BIGINT NOT NULL,"
    " kind TEXT NOT NULL,"
    " payload TEXT NOT NULL,"
    " hash BLOB NOT NULL,"
    " PRIMARY KEY (session_id, seq));"
    /* event.c */
    "CREATE TABLE recording_view ("
    " stream_id TEXT NOT NULL,"
    " staff_ref BIGINT NOT NULL,"
    " seen_us BIGINT NOT NULL,"
    " PRIMARY KEY (stream_id, staff_ref));"
    /* stream.c */
    "CREATE TABLE stream ("
    " id TEXT PRIMARY KEY,"
    " session_id TEXT NOT NULL REFERENCES session (id),"
    " position BIGINT NOT NULL,"
    " kind BIGINT NOT NULL,"
    " state BIGINT NOT NULL,"
    " concat BIGINT NOT NULL,"
    " size BIGINT NOT NULL,"
    " sealed_size BIGINT NOT NULL,"
    " length BIGINT,"
    " start_us BIGINT NOT NULL,"
    " created_us BIGINT NOT NULL,"
    " expires_us BIGINT NOT NULL,"
    " mime TEXT NOT NULL,"
    " metadata TEXT NOT NULL,"
    " concat_text TEXT NOT NULL,"
    " sha256 BLOB NOT NULL,"
    " hash_state BLOB,"                     /* sealed; NULL while empty */
    " to_remove BIGINT NOT NULL DEFAULT 0," /* its file shall go */
    " UNIQUE (session_id, position));"
    "CREATE INDEX stream_by_expiry ON stream (expires_us) WHERE state = 1;"
    "CREATE INDEX stream_to_remove ON stream (id) WHERE to_remove = 1;"
    "CREATE TABLE piece ("
    " stream_id TEXT NOT NULL REFERENCES stream (id),"
    " start BIGINT NOT NULL," /* of its plain bytes in the stream */
    " len BIGINT NOT NULL,"
    " sealed_start BIGINT NOT NULL," /* of the record in the file */
    " sha256 BLOB NOT NULL,"
    " PRIMARY KEY (stream_id, start));"
    /* analysis_job.c */
    "CREATE TABLE analysis ("
    " stream_id TEXT PRIMARY KEY REFERENCES stream (id),"
    " session_id TEXT NOT NULL REFERENCES session (id),"
    " state BIGINT NOT NULL,"
    " available BIGINT NOT NULL DEFAULT 0,"
    " ended BIGINT NOT NULL DEFAULT 0,"
    " owner TEXT NOT NULL DEFAULT '',"
    " lease_until_us BIGINT NOT NULL DEFAULT 0,"
    " tries BIGINT NOT NULL DEFAULT 0,"
    " fed BIGINT NOT NULL DEFAULT 0,"
    " problem TEXT NOT NULL DEFAULT '',"
    " duration_us BIGINT NOT NULL DEFAULT -1,"
    " frames BIGINT NOT NULL DEFAULT 0,"
    " damaged_packets BIGINT NOT NULL DEFAULT 0,"
    " time_jumps BIGINT NOT NULL DEFAULT 0,"
    " head BLOB," /* sealed */
    " head_len BIGINT NOT NULL DEFAULT 0,"
    " head_skip BIGINT NOT NULL DEFAULT 0,"
    " models TEXT NOT NULL DEFAULT '',"
    " isa TEXT NOT NULL DEFAULT '');"
    "CREATE INDEX analysis_by_session ON analysis (session_id);"
    "CREATE INDEX analysis_open ON analysis (state, lease_until_us) WHERE state < 3;"
    /* flag.c */
    "CREATE TABLE flag ("
    " id INTEGER PRIMARY KEY,"
    " session_id TEXT NOT NULL REFERENCES session (id),"
    " stream_id TEXT NOT NULL REFERENCES stream (id),"
    " position BIGINT NOT NULL," /* in order of first being raised */
    " rule TEXT NOT NULL,"
    " severity BIGINT NOT NULL,"
    " start_us BIGINT NOT NULL,"
    " from_us BIGINT NOT NULL,"
    " to_us BIGINT NOT NULL,"
    " is_open BIGINT NOT NULL,"
    " confidence DOUBLE PRECISION NOT NULL,"
    " samples BIGINT NOT NULL,"
    " hits BIGINT NOT NULL,"
    " numbers TEXT NOT NULL,"
    " best_us BIGINT NOT NULL,"
    " UNIQUE (stream_id, position));"
    "CREATE INDEX flag_by_session ON flag (session_id);"
    "CREATE TABLE picture ("
    " flag_id BIGINT PRIMARY KEY REFERENCES flag (id) ON DELETE CASCADE,"
    " sealed BLOB NOT NULL);";

static const char version_2[] =
    /* observation.c */
    "CREATE TABLE observation ("
    " stream_id TEXT PRIMARY KEY REFERENCES stream (id),"
    " sealed BLOB NOT NULL);";

static const char version_checkin[] =
    /* profile.c */
    "CREATE TABLE profile ("
    " user_ref BIGINT PRIMARY KEY,"
    " id TEXT NOT NULL UNIQUE,"
    " sealed_key BLOB NOT NULL,"
    " state BIGINT NOT NULL,"
    " face BIGINT NOT NULL DEFAULT 0," /* enum profile_part_state */
    " face_scan TEXT NOT NULL DEFAULT '',"
    " id_card BIGINT NOT NULL DEFAULT 0,"
    " id_scan TEXT NOT NULL DEFAULT '',"
    " name TEXT NOT NULL DEFAULT '',"
    " reasons BLOB," /* sealed: they quote what was read */
    " id_approved BIGINT NOT NULL DEFAULT 0,"
    " face_score DOUBLE PRECISION NOT NULL DEFAULT -2,"
    " name_score DOUBLE PRECISION NOT NULL DEFAULT -1,"
    " created_us BIGINT NOT NULL,"
    " updated_us BIGINT NOT NULL,"
    " expires_us BIGINT NOT NULL DEFAULT 0);"
    "CREATE INDEX profile_by_state ON profile (state, updated_us, id);"
    "CREATE TABLE profile_history ("
    " id INTEGER PRIMARY KEY,"
    " profile_id TEXT NOT NULL REFERENCES profile (id) ON DELETE CASCADE,"
    " time_us BIGINT NOT NULL,"
    " kind TEXT NOT NULL,"
    " staff_ref BIGINT NOT NULL," /* 0: the candidate or the machine */
    " staff_name TEXT NOT NULL,"
    " detail TEXT NOT NULL);"
    "CREATE INDEX profile_history_by_profile ON profile_history (profile_id);"
    /* scan.c */
    "CREATE TABLE scan ("
    " id TEXT PRIMARY KEY,"
    " session_id TEXT NOT NULL REFERENCES session (id),"
    " part BIGINT NOT NULL," /* enum profile_part */
    " state BIGINT NOT NULL,"
    " judged BIGINT NOT NULL," /* the state it was made with */
    " created_us BIGINT NOT NULL);"
    "CREATE INDEX scan_by_session ON scan (session_id, part, created_us);"
    "CREATE TABLE scan_part ("
    " scan_id TEXT NOT NULL REFERENCES scan (id),"
    " name TEXT NOT NULL,"
    " sealed BLOB NOT NULL,"
    " PRIMARY KEY (scan_id, name));"
    /* check.c */
    "CREATE TABLE system_check ("
    " session_id TEXT NOT NULL REFERENCES session (id),"
    " point BIGINT NOT NULL,"
    " state BIGINT NOT NULL,"
    " detail TEXT NOT NULL,"
    " problem TEXT NOT NULL,"
    " mend TEXT NOT NULL,"
    " checked_us BIGINT NOT NULL,"
    " staff_ref BIGINT NOT NULL DEFAULT 0," /* of an override */
    " staff_name TEXT NOT NULL DEFAULT '',"
    " reason TEXT NOT NULL DEFAULT '',"
    " override_us BIGINT NOT NULL DEFAULT 0,"
    " PRIMARY KEY (session_id, point));"
    /* app_link.c */
    "CREATE TABLE app_code ("
    " session_id TEXT PRIMARY KEY REFERENCES session (id),"
    " code_hash BLOB NOT NULL UNIQUE,"
    " expires_us BIGINT NOT NULL);"
    "CREATE TABLE app_link ("
    " session_id TEXT PRIMARY KEY REFERENCES session (id),"
    " token_hash BLOB NOT NULL UNIQUE,"
    " version TEXT NOT NULL,"
    " platform TEXT NOT NULL,"
    " paired_us BIGINT NOT NULL,"
    " seen_us BIGINT NOT NULL);"
    /* plugin.c */
    "CREATE TABLE plugin_seen ("
    " session_id TEXT PRIMARY KEY REFERENCES session (id),"
    " version TEXT NOT NULL,"
    " plugin_id TEXT NOT NULL,"
    " seen_us BIGINT NOT NULL);"
    /* screen_consent.c */
    "CREATE TABLE screen_consent ("
    " session_id TEXT PRIMARY KEY REFERENCES session (id),"
    " label TEXT NOT NULL,"
    " consented_us BIGINT NOT NULL);";

static const char version_evidence_unsigned[] =
    /* evidence.c: chains with records behind their last checkpoint */
    "CREATE TABLE evidence_unsigned ("
    " session_id TEXT PRIMARY KEY REFERENCES session (id),"
    " since_us BIGINT NOT NULL);"
    "CREATE INDEX evidence_unsigned_by_time ON evidence_unsigned (since_us);"
    "INSERT INTO evidence_unsigned (session_id, since_us)"
    " SELECT session_id, MIN(time_us) FROM evidence GROUP BY session_id;";

static const char version_review[] =
    /* review.c */
    "CREATE TABLE review_outcome (" /* the newest row of a session counts */
    " id INTEGER PRIMARY KEY,"
    " session_id TEXT NOT NULL REFERENCES session (id),"
    " user_ref BIGINT NOT NULL,"
    " name TEXT NOT NULL,"
    " outcome BIGINT NOT NULL,"
    " note TEXT NOT NULL,"
    " time_us BIGINT NOT NULL);"
    "CREATE INDEX review_outcome_by_session ON review_outcome (session_id, id);"
    "CREATE TABLE review_answer ("
    " session_id TEXT NOT NULL REFERENCES session (id),"
    " exam_id TEXT NOT NULL,"
    " flag_id BIGINT NOT NULL," /* the first of the incident */
    " rule TEXT NOT NULL,"      /* of that flag */
    " user_ref BIGINT NOT NULL,"
    " name TEXT NOT NULL,"
    " answer BIGINT NOT NULL,"
    " note TEXT NOT NULL,"
    " time_us BIGINT NOT NULL,"
    " PRIMARY KEY (session_id, flag_id, user_ref));"
    "CREATE INDEX review_answer_by_exam ON review_answer (exam_id, rule, answer);"
    /* summary.c */
    "CREATE TABLE session_summary ("
    " session_id TEXT PRIMARY KEY REFERENCES session (id),"
    " exam_id TEXT NOT NULL,"
    " candidate TEXT NOT NULL,"
    " state BIGINT NOT NULL,"
    " created_us BIGINT NOT NULL,"
    " started_us BIGINT NOT NULL,"
    " ended_us BIGINT NOT NULL,"
    " high BIGINT NOT NULL DEFAULT 0,"
    " medium BIGINT NOT NULL DEFAULT 0,"
    " low BIGINT NOT NULL DEFAULT 0,"
    " weight BIGINT NOT NULL DEFAULT 0," /* grows with them: for sorting */
    " rules TEXT NOT NULL DEFAULT '{}',"
    " analysis BIGINT NOT NULL DEFAULT 0,"
    " outcome BIGINT NOT NULL DEFAULT 0,"
    " stale BIGINT NOT NULL DEFAULT 0);"
    "CREATE INDEX session_summary_newest ON session_summary (exam_id, created_us, session_id);"
    "CREATE INDEX session_summary_candidate ON session_summary (exam_id, candidate, session_id);"
    "CREATE INDEX session_summary_severity ON session_summary (exam_id, weight, session_id);"
    "CREATE INDEX session_summary_stale ON session_summary (session_id) WHERE stale = 1;"
    "INSERT INTO session_summary (session_id, exam_id, candidate, state, created_us, started_us,"
    " ended_us, stale) SELECT id, exam_id, candidate, state, created_us, started_us, ended_us, 1"
    " FROM session;";

static const char version_support[] =
    /* change.c */
    "CREATE TABLE change ("
    " seq INTEGER PRIMARY KEY,"
    " time_us BIGINT NOT NULL,"
    " topic TEXT NOT NULL,"
    " event TEXT NOT NULL,"
    " data TEXT NOT NULL);"
    /* support.c */
    "CREATE TABLE support_thread ("
    " id INTEGER PRIMARY KEY,"
    " user_ref BIGINT NOT NULL,"
    " candidate TEXT NOT NULL,"
    " session_id TEXT NOT NULL DEFAULT '',"
    " state BIGINT NOT NULL,"
    " created_us BIGINT NOT NULL,"
    " changed_us BIGINT NOT NULL,"
    " read_by_candidate BIGINT NOT NULL DEFAULT 0," /* up to this message */
    " read_by_center BIGINT NOT NULL DEFAULT 0);"
    "CREATE INDEX support_thread_by_user ON support_thread (user_ref, id);"
    "CREATE INDEX support_thread_by_state ON support_thread (state, changed_us);"
    "CREATE TABLE support_message ("
    " id INTEGER PRIMARY KEY,"
    " thread_id BIGINT NOT NULL REFERENCES support_thread (id),"
    " user_ref BIGINT NOT NULL," /* the thread's candidate */
    " from_center BIGINT NOT NULL,"
    " author_ref BIGINT NOT NULL,"
    " author TEXT NOT NULL,"
    " time_us BIGINT NOT NULL,"
    " client_id TEXT NOT NULL,"
    " text TEXT NOT NULL,"
    " UNIQUE (author_ref, client_id));"
    "CREATE INDEX support_message_by_user ON support_message (user_ref, id);"
    "CREATE INDEX support_message_by_thread ON support_message (thread_id, id);"
    "CREATE INDEX support_message_by_time ON support_message (author_ref, time_us);"
    /* audit.c */
    "CREATE TABLE audit ("
    " id INTEGER PRIMARY KEY,"
    " time_us BIGINT NOT NULL,"
    " actor_ref BIGINT NOT NULL,"
    " actor TEXT NOT NULL,"
    " action TEXT NOT NULL,"
    " session_id TEXT NOT NULL,"
    " user_ref BIGINT NOT NULL,"
    " candidate TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " detail TEXT NOT NULL);"
    "CREATE INDEX audit_by_session ON audit (session_id, id);";

static const char version_session_flag[] =
    /* flag.c */
    "CREATE TABLE session_flag ("
    " id BIGINT PRIMARY KEY," /* not met by those of `flag` */
    " session_id TEXT NOT NULL REFERENCES session (id),"
    " position BIGINT NOT NULL,"
    " rule TEXT NOT NULL,"
    " severity BIGINT NOT NULL,"
    " start_us BIGINT NOT NULL,"
    " from_us BIGINT NOT NULL,"
    " to_us BIGINT NOT NULL,"
    " numbers TEXT NOT NULL,"
    " UNIQUE (session_id, position));";

static const char version_app[] =
    /* app_link.c */
    "ALTER TABLE app_link ADD COLUMN phase BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE app_link ADD COLUMN percent BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE app_link ADD COLUMN lost BIGINT NOT NULL DEFAULT 0;"
    "CREATE INDEX app_link_by_time ON app_link (seen_us);"
    /* evidence.c: most records are pieces */
    "CREATE INDEX evidence_other ON evidence (session_id, kind, seq) WHERE kind <> 'piece';";

static const char version_result[] =
    /* terms.c: NULL is as the deployment has it, there as terms.h has it */
    "CREATE TABLE terms ("
    " exam_id TEXT PRIMARY KEY," /* '': the deployment */
    " recordings_days BIGINT,"
    " derived_days BIGINT,"
    " identity_days BIGINT,"
    " appeal_days BIGINT,"
    " staff_names BIGINT);"
    /* keep.c */
    "CREATE TABLE keep ("
    " session_id TEXT PRIMARY KEY REFERENCES session (id),"
    " exam_id TEXT NOT NULL,"
    " user_ref BIGINT NOT NULL,"
    " from_us BIGINT NOT NULL," /* the clock runs from here */
    " appeal_days BIGINT NOT NULL,"
    " staff_names BIGINT NOT NULL,"
    " recordings_days BIGINT NOT NULL,"
    " derived_days BIGINT NOT NULL,"
    " identity_days BIGINT NOT NULL,"
    " recordings_look_us BIGINT NOT NULL," /* when the sweeper comes to it */
    " derived_look_us BIGINT NOT NULL,"
    " identity_look_us BIGINT NOT NULL,"
    " recordings_gone_us BIGINT NOT NULL DEFAULT 0,"
    " derived_gone_us BIGINT NOT NULL DEFAULT 0,"
    " identity_gone_us BIGINT NOT NULL DEFAULT 0);"
    "CREATE INDEX keep_by_user ON keep (user_ref);"
    "CREATE INDEX keep_by_exam ON keep (exam_id);"
    "CREATE INDEX keep_recordings ON keep (recordings_look_us) WHERE recordings_gone_us = 0;"
    "CREATE INDEX keep_derived ON keep (derived_look_us) WHERE derived_gone_us = 0;"
    "CREATE INDEX keep_identity ON keep (identity_look_us) WHERE identity_gone_us = 0;"
    "INSERT INTO keep (session_id, exam_id, user_ref, from_us, appeal_days, staff_names,"
    " recordings_days, derived_days, identity_days, recordings_look_us, derived_look_us,"
    " identity_look_us) SELECT id, exam_id, user_ref,"
    " CASE WHEN ended_us > 0 THEN ended_us ELSE created_us END, 14, 0, 180, 365, 365, 0, 0, 0"
    " FROM session;"
    "UPDATE keep SET recordings_look_us = from_us + 15552000000000,"
    " derived_look_us = from_us + 31536000000000, identity_look_us = from_us + 31536000000000;"
    /* deletion.c */
    "CREATE TABLE deletion ("
    " id TEXT PRIMARY KEY,"
    " session_id TEXT NOT NULL," /* '': the account of the user */
    " user_ref BIGINT NOT NULL,"
    " what TEXT NOT NULL,"
    " made_us BIGINT NOT NULL,"
    " receipt TEXT NOT NULL," /* not signed until its files are gone */
    " is_signed BIGINT NOT NULL);"
    "CREATE INDEX deletion_by_session ON deletion (session_id);"
    "CREATE INDEX deletion_open ON deletion (made_us) WHERE is_signed = 0;"
    /* release.c */
    "CREATE TABLE release ("
    " session_id TEXT PRIMARY KEY REFERENCES session (id),"
    " exam_id TEXT NOT NULL,"
    " outcome BIGINT NOT NULL," /* as it was told; a later decision is told by a later release */
    " decided_by TEXT NOT NULL,"
    " released_us BIGINT NOT NULL,"
    " staff_ref BIGINT NOT NULL,"
    " staff_name TEXT NOT NULL,"
    " appeal_until_us BIGINT NOT NULL);"
    /* appeal.c */
    "CREATE TABLE annotation ("
    " session_id TEXT NOT NULL REFERENCES session (id),"
    " flag_id BIGINT NOT NULL,"
    " note TEXT NOT NULL,"
    " time_us BIGINT NOT NULL,"
    " PRIMARY KEY (session_id, flag_id));"
    "CREATE TABLE appeal ("
    " session_id TEXT PRIMARY KEY REFERENCES session (id),"
    " reason TEXT NOT NULL,"
    " made_us BIGINT NOT NULL,"
    " outcome BIGINT NOT NULL DEFAULT 0," /* 0: not answered */
    " answer TEXT NOT NULL DEFAULT '',"
    " answered_us BIGINT NOT NULL DEFAULT 0,"
    " staff_ref BIGINT NOT NULL DEFAULT 0,"
    " staff_name TEXT NOT NULL DEFAULT '');"
    "CREATE INDEX appeal_open ON appeal (made_us) WHERE answered_us = 0;"
    /* stream.c */
    "ALTER TABLE stream ADD COLUMN deleted_us BIGINT NOT NULL DEFAULT 0;";

static const char version_live[] =
    /* live.c: a row for each session that has begun to record */
    "CREATE TABLE live ("
    " session_id TEXT PRIMARY KEY REFERENCES session (id),"
    " exam_id TEXT NOT NULL,"
    " user_ref BIGINT NOT NULL,"
    " candidate TEXT NOT NULL,"
    " state BIGINT NOT NULL,"
    " since_us BIGINT NOT NULL,"
    " needs_screen BIGINT NOT NULL DEFAULT 0,"
    " needs_app BIGINT NOT NULL DEFAULT 0,"
    " needs_plugin BIGINT NOT NULL DEFAULT 0,"
    " seen_us BIGINT NOT NULL DEFAULT 0," /* these are heard of last, 0: never */
    " camera_us BIGINT NOT NULL DEFAULT 0,"
    " screen_us BIGINT NOT NULL DEFAULT 0,"
    " app_us BIGINT NOT NULL DEFAULT 0,"
    " plugin BIGINT NOT NULL DEFAULT 0,"
    " camera_lost BIGINT NOT NULL DEFAULT 0,"
    " screen_lost BIGINT NOT NULL DEFAULT 0,"
    " muted BIGINT NOT NULL DEFAULT 0,"
    " hand_us BIGINT NOT NULL DEFAULT 0,"
    " paused_us BIGINT NOT NULL DEFAULT 0,"
    " pause_reason TEXT NOT NULL DEFAULT '',"
    " ended_us BIGINT NOT NULL DEFAULT 0," /* by staff */
    " end_reason TEXT NOT NULL DEFAULT '',"
    " flag_us BIGINT NOT NULL DEFAULT 0,"
    " flag_rule TEXT NOT NULL DEFAULT '',"
    " flag_title TEXT NOT NULL DEFAULT '',"
    " flag_severity BIGINT NOT NULL DEFAULT 0,"
    " flag_open BIGINT NOT NULL DEFAULT 0,"
    " watched_until_us BIGINT NOT NULL DEFAULT 0,"
    " told BIGINT NOT NULL DEFAULT 0);" /* hash of the row that was told last */
    "CREATE INDEX live_by_exam ON live (exam_id) WHERE state IN (3, 4);"
    "INSERT INTO live (session_id, exam_id, user_ref, candidate, state, since_us, seen_us)"
    " SELECT id, exam_id, user_ref, candidate, state, started_us, seen_us FROM session"
    " WHERE state IN (3, 4);"
    "CREATE TABLE live_warning ("
    " id INTEGER PRIMARY KEY,"
    " session_id TEXT NOT NULL REFERENCES session (id),"
    " author_ref BIGINT NOT NULL,"
    " author TEXT NOT NULL,"
    " text TEXT NOT NULL,"
    " made_us BIGINT NOT NULL,"
    " acknowledged_us BIGINT NOT NULL DEFAULT 0);"
    "CREATE INDEX live_warning_by_session ON live_warning (session_id);"
    "CREATE TABLE live_still ("
    " session_id TEXT NOT NULL REFERENCES session (id),"
    " kind BIGINT NOT NULL," /* of its stream */
    " exam_id TEXT NOT NULL,"
    " stream_id TEXT NOT NULL,"
    " taken_us BIGINT NOT NULL,"
    " put_us BIGINT NOT NULL,"
    " sealed BLOB NOT NULL,"
    " PRIMARY KEY (session_id, kind));"
    "CREATE INDEX live_still_by_exam ON live_still (exam_id, put_us);";

static const char version_plugin[] =
    /* plugin_event.c */
    "CREATE TABLE plugin_run ("
    " session_id TEXT NOT NULL REFERENCES session (id),"
    " run TEXT NOT NULL,"
    " next_seq BIGINT NOT NULL," /* those before it are in the evidence */
    " PRIMARY KEY (session_id, run));";

static const char version_staff[] =
    /* exam.c: 0 until the staff that sees an exam of before is known (staff.c) */
    "ALTER TABLE proctored_exam ADD COLUMN staffed BIGINT NOT NULL DEFAULT 0;"
    /* staff.c */
    "CREATE TABLE exam_staff ("
    " user_ref BIGINT NOT NULL,"
    " exam_id TEXT NOT NULL REFERENCES proctored_exam (id),"
    " added_us BIGINT NOT NULL,"
    " added_by TEXT NOT NULL,"
    " PRIMARY KEY (user_ref, exam_id));"
    "CREATE INDEX exam_staff_by_exam ON exam_staff (exam_id);"
    /* profile_staff.c: a page in the order of the list, however many are not for the viewer */
    "CREATE INDEX profile_by_change ON profile (updated_us, id);"
    "CREATE TABLE staff_look ("
    " user_ref BIGINT NOT NULL,"
    " exam_id TEXT NOT NULL,"
    " looked_us BIGINT NOT NULL,"
    " PRIMARY KEY (user_ref, exam_id));";

static const char version_second[] =
    /* review.c: a decision of an appeal; answers that a second reviewer must not see yet; where the
     * decisions stand (before this, the newest counted) */
    "ALTER TABLE review_outcome ADD COLUMN settles BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE review_outcome ADD COLUMN overrules BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE review_answer ADD COLUMN shown BIGINT NOT NULL DEFAULT 1;"
    "CREATE TABLE review_standing ("
    " session_id TEXT PRIMARY KEY REFERENCES session (id),"
    " state BIGINT NOT NULL,"
    " outcome BIGINT NOT NULL,"
    " first_ref BIGINT NOT NULL,"
    " second_ref BIGINT NOT NULL,"
    " names TEXT NOT NULL);" /* of those whose decision counts */
    "INSERT INTO review_standing (session_id, state, outcome, first_ref, second_ref, names)"
    " SELECT session_id, CASE WHEN outcome = 0 THEN 1 ELSE 4 END, outcome, user_ref, 0, name"
    " FROM review_outcome r WHERE id = (SELECT MAX(id) FROM review_outcome WHERE session_id ="
    " r.session_id);"
    /* summary.c */
    "ALTER TABLE session_summary ADD COLUMN review BIGINT NOT NULL DEFAULT 1;"
    "ALTER TABLE session_summary ADD COLUMN first_ref BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE session_summary ADD COLUMN second_ref BIGINT NOT NULL DEFAULT 0;"
    "UPDATE session_summary SET review = 4 WHERE outcome > 0;";

static const char version_listed_identity[] =
    /* summary.c; rows that are there are made anew by the sweeper */
    "ALTER TABLE session_summary ADD COLUMN user_ref BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE session_summary ADD COLUMN identity BIGINT NOT NULL DEFAULT 0;"
    "CREATE INDEX session_summary_user ON session_summary (user_ref);"
    "UPDATE session_summary SET stale = 1;";

static const char version_open_flags[] =
    /* flag.c */
    "ALTER TABLE session_flag ADD COLUMN is_open BIGINT NOT NULL DEFAULT 0;"
    /* live.c */
    "ALTER TABLE live ADD COLUMN plugin_lost BIGINT NOT NULL DEFAULT 0;";

static const char version_events_due[] =
    /* live.c: when what app and plugin tell is judged again; 0: at once */
    "ALTER TABLE live ADD COLUMN events_due_us BIGINT NOT NULL DEFAULT 0;";

static const char version_app_build[] =
    /* app_build.c */
    "CREATE TABLE app_build ("
    " platform TEXT NOT NULL,"
    " sha256 BLOB NOT NULL,"
    " first_us BIGINT NOT NULL," /* a candidate got it */
    " PRIMARY KEY (platform, sha256));"
    /* app_link.c: which of them was paired, enum app_build */
    "ALTER TABLE app_link ADD COLUMN build BIGINT NOT NULL DEFAULT 0;";

static const char *const versions[] = {
    version_1,
    version_2,
    version_evidence_unsigned,
    version_review,
    version_support,
    version_session_flag,
    version_checkin,
    version_app,
    version_result,
    version_live,
    version_plugin,
    version_staff,
    version_second,
    version_listed_identity,
    version_open_flags,
    version_events_due,
    version_app_build,
};

const struct db_migrations proctor_migrations = {
    .owner = "proctor", .sql = versions, .len = ARRAY_LEN(versions)};
