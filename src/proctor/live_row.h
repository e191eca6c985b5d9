/* Private to live*.c: a row of the table `live`. */
#pragma once
#include "proctor/live.h"

struct live_row {
    struct str session_id, exam_id, candidate; /* in the arena, as all texts */
    int64_t user_ref;
    enum session_state state;
    int64_t since_us; /* when it began to record */
    bool needs_screen, needs_app, needs_plugin;
    int64_t seen_us, camera_us, screen_us, app_us; /* heard of last; 0: never */
    bool camera_lost, screen_lost, plugin, plugin_lost, muted;
    int64_t hand_us, paused_us, ended_us;
    struct str pause_reason, end_reason;
    struct str flag_rule, flag_title; /* flag_tell_live_in() says which; empty: none */
    enum severity flag_severity;
    int64_t flag_us;
    bool flag_open;
    int64_t told; /* hash of what was told last */
    int64_t still_camera_us, still_screen_us, still_app_us;
    int64_t warnings; /* not acknowledged */
};
MUST_USE bool live_row_find_in(struct db *db, struct str session_id, struct arena *arena,
                               struct live_row *ret, struct error *err);
/* Those of an exam that go on. */
MUST_USE bool live_row_list_in(struct db *db, struct str exam_id, struct arena *arena,
                               struct live_row **ret, size_t *ret_len, struct error *err);
enum live_light live_row_light(const struct live_row *row, enum live_part part, int64_t now_us);
/* LIVE of docs/protocol.md; NULL when there is no memory. */
json_t *live_row_json(const struct live_row *row, int64_t now_us);
/* Tells it now, to the wall and to who watches the session. */
MUST_USE bool live_tell_in(struct db *db, struct str session_id, struct error *err);
