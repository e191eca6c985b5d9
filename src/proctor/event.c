#include "proctor/event.h"

#include "base/clock.h"
#include "proctor/event_flags.h"
#include "proctor/live.h"
#include "proctor/session.h"

#include <stdlib.h>
#include <string.h>

/* What the evidence calls it, what a reviewer reads, and whether a candidate's page may report it.
 */
static const struct {
    const char *kind, *title;
    bool from_page;
} kinds[] = {
    {"session-created", "Opened the test for the first time", false},
    {"consent", "Accepted a document", false},
    {"agreed", "Accepted all documents", false},
    {"recording-started", "Recording started", false},
    {"exam-started", "Exam started", false},
    {"extra-time", "Has extra time", false},
    {"answered", "Saved an answer", false},
    {"finished", "Finished the exam", false},
    {"time-given", "Time was given", false},
    {"attachment-complete", "A file of an answer arrived", false},
    {"attachment-removed", "A file of an answer was removed", false},
    {"exam-ended", "Handed in", false},
    {"stream-made", "A recording began", false},
    {"stream-complete", "A recording is whole", false},
    {"stream-abandoned", "A recording ended early: the rest was lost with its page", false},
    {"stream-expired", "A recording ended early: nothing came for three days", false},
    {"stream-terminated", "The candidate's page ended a recording", false},
    {"first-face", "A face was seen for the first time", false},
    {"connection-lost", "Lost connection", false},
    {"connection-back", "Connection is back", false},
    {"tab-changed", "Went on in another window", false},
    {"uploaded", "Upload complete", false},
    {"reported", "Report made", false},
    {"viewed", "Recording viewed by staff", false},
    {"report-drawn", "A report was made for staff", false},
    {"decision", "A reviewer decided", false},
    {"incident-answered", "A reviewer judged an incident", false},
    {"note", "Note by staff", false},
    {"support-message", "A message between candidate and support", false},
    {"staff-action", "Staff did something", false},
    {"viewed-own", "The candidate looked at their recording", false},
    {"released", "Result released to the candidate", false},
    {"annotated", "The candidate wrote a remark to a flag", false},
    {"appealed", "The candidate appealed", false},
    {"appeal-answered", "The appeal was answered", false},
    {"warning-acknowledged", "The candidate acknowledged a warning", false},
    {"hand-raised", "The candidate raised a hand", false},
    {"hand-lowered", "The candidate lowered the hand", false},
    {"pause-over", "A pause ended by itself after a day", false},
    {"key-erased", "Recordings deleted", false},
    {"plugin-seen", "The plugin answered", false},
    {"camera-refused", "A virtual camera was refused", false},
    {"face-scan", "Face scan", false},
    {"id-scan", "ID scan", false},
    {"profile-face", "Face scan confirmed", false},
    {"profile-id", "ID scan confirmed", false},
    {"scan-retake", "Staff asked for another scan", false},
    {"check", "A point of the system check", false},
    {"check-overridden", "Staff let a point of the system check pass", false},
    {"screen-consent", "Shared the whole screen", false},
    {"screen-refused", "Offered less than the whole screen", false},
    {"app-paired", "The desktop app was connected", false},
    {"app-back", "The desktop app is back after a silence", false},
    {"app-lost", "The desktop app was not heard of any more", false},
    {"app-genuine", "The app is the one that is downloaded here, by its own word", false},
    {"app-older", "The app is one that was downloaded here earlier, by its own word", false},
    {"app-differs", "The app is none that was downloaded here: of elsewhere, or changed", false},
    {"app-not-compared", "The app could not be compared with the one downloaded here", false},
    {"renamed", "The name of the account was corrected", false},
    {"offline", "Browser went offline", true},
    {"online", "Browser is online again", true},
    {"page-hidden", "Page was hidden", true},
    {"page-shown", "Page was shown again", true},
    {"camera-lost", "Camera was lost", true},
    {"camera-back", "Camera is back", true},
    {"recorder-error", "Recorder reported an error", true},
    {"screen-lost", "The screen was no longer shared", true},
    {"screen-back", "The screen is shared again", true},
    {"fullscreen-left", "Left the full screen", true},
    {"fullscreen-back", "Is in the full screen again", true},
    {"page-loaded", "Page was loaded", true},
    {"plugin-lost", "The plugin did not answer the page any more", true},
    {"plugin-back", "The plugin answers again", true},
    {"plugin-flooded", "The plugin reported more than is kept", false},
};

/* What the desktop app may report. */
static const struct {
    const char *kind, *title;
} app_kinds[] = {
    {"app-started", "The app was started"},
    {"app-closed", "The app was closed"},
    {"plugin-vouched", "The app told which plugin spoke with it"},
    {"display-changed", "Displays were connected or removed"},
    {"device-changed", "Input or sound devices were connected or removed"},
    {"program-started", "A program was started"},
    {"program-ended", "A program was ended"},
    {"window-changed", "Another window came to the front"},
    {"machine-locked", "The screen was locked"},
    {"machine-unlocked", "The screen was unlocked"},
    {"overlay-window", "A window over all others came or went"},
    {"clock-jumped", "The computer's clock was changed"},
    {"virtual-machine", "Signs of a virtual machine"},
    {"remote-session", "Signs of a remote session"},
    {"capture-failed", "The app could not record"},
    {"capture-resumed", "The app records again"},
};

/* What the browser's plugin may report (plugin_event.h). */
static const struct {
    const char *kind, *title;
} plugin_kinds[] = {
    {"plugin-started", "The plugin began to watch the browser"},
    {"plugin-ended", "The plugin stopped watching"},
    {"tab-opened", "A tab was opened"},
    {"window-opened", "A window was opened"},
    {"tab-shown", "Another page came to the front"},
    {"tab-navigated", "A page behind the exam went to another site"},
    {"exam-left", "The exam's own tab went to another site"},
    {"exam-shown", "The exam is in front again"},
    {"focus-lost", "The browser is not in front any more"},
    {"copied", "Text of the exam was copied"},
    {"cut", "Text of the exam was cut"},
    {"pasted", "Text was pasted into the exam"},
    {"printed", "The exam's page was printed"},
    {"context-menu", "The context menu was opened in the exam"},
    {"download-started", "A download began"},
    {"window-state", "The exam's window was resized"},
    {"zoom-changed", "The exam's page was zoomed"},
    {"browser-displays", "The number of displays changed"},
    {"extension-risk", "Another extension that can see pages or the screen"},
    {"app-vouched", "The plugin told which app it spoke with"},
    {"events-dropped", "The plugin had no room for more events"},
};

bool event_is_of_plugin(struct str kind)
{
    for (size_t i = 0; i < ARRAY_LEN(plugin_kinds); i++)
        if (str_eq(kind, str_from(plugin_kinds[i].kind)))
            return true;
    return false;
}

static const char *title_of(struct str kind)
{
    for (size_t i = 0; i < ARRAY_LEN(plugin_kinds); i++)
        if (str_eq(kind, str_from(plugin_kinds[i].kind)))
            return plugin_kinds[i].title;
    for (size_t i = 0; i < ARRAY_LEN(app_kinds); i++)
        if (str_eq(kind, str_from(app_kinds[i].kind)))
            return app_kinds[i].title;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_eq(kind, str_from(kinds[i].kind)))
            return kinds[i].title;
    return "Other event";
}

/* ---- what page and app report ---- */

struct report {
    struct str session_id, kind, payload;
    int64_t user_ref;
    const struct app_build_word *word; /* NULL: it says nothing of that */
};

static bool tell_build_in(struct db *db, const struct report *r, struct error *err)
{
    static const char *const told[APP_BUILDS] = {
        [APP_BUILD_UNKNOWN] = "app-not-compared",
        [APP_BUILD_CURRENT] = "app-genuine",
        [APP_BUILD_OLDER] = "app-older",
        [APP_BUILD_OTHER] = "app-differs",
    };
    char hex[STR_HEX_MAX(SHA256_SIZE)] = "";
    enum app_build build;
    if (!r->word)
        return true;
    if (r->word->offered)
        str_to_hex(str_bytes(r->word->offered, SHA256_SIZE), hex);
    return app_build_compare_in(db, r->word, &build, err) &&
           evidence_add_in(db, r->session_id, told[build], json_pack("{s:s}", "offered", hex), err);
}

static bool report_body(struct db *db, void *context, struct error *err)
{
    const struct report *r = context;
    struct session s;
    if (!session_find_own_in(db, r->session_id, r->user_ref, &s, err))
        return false;
    if (s.state >= SESSION_UPLOADED)
        return error_set(err, ERROR_CONFLICT, "this session has ended and takes nothing any more");
    return session_count_event_in(db, r->session_id, err) &&
           evidence_append_in(db, r->session_id, r->kind, r->payload, err) &&
           tell_build_in(db, r, err) && event_flags_update_in(db, r->session_id, r->kind, err) &&
           live_claimed_in(db, r->session_id, r->kind, err);
}

/* `r` without its payload. */
static bool report(struct proctor *p, struct report r, json_t *owned, int64_t client_us,
                   struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    if (owned && !json_is_object(owned))
        return error_set(err, ERROR_INVALID, "detail: must be an object");
    if (!owned || json_object_set_new(owned, "client_us", json_integer(client_us)))
        return error_no_memory(err);
    if (!json_text(owned, &text, err))
        return false;
    if (strlen(text) > EVENT_DETAIL_MAX)
        return error_set(err, ERROR_TOO_LARGE, "detail: at most %d bytes", EVENT_DETAIL_MAX);
    r.payload = str_from(text);
    return db_store_write(p->store, report_body, &r, err);
}

bool event_report(struct proctor *p, struct str session_id, int64_t user_ref, struct str kind,
                  json_t *detail, int64_t client_us, struct error *err)
{
    CLEANUP(json_decrefp) json_t *owned = detail ? detail : json_object();
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        known = known || (kinds[i].from_page && str_eq(kind, str_from(kinds[i].kind)));
    if (!known)
        return error_set(err, ERROR_INVALID, "kind: is not one that a page may report");
    return report(p, (struct report){.session_id = session_id, .kind = kind, .user_ref = user_ref},
                  owned, client_us, err);
}

bool event_report_app(struct proctor *p, struct str session_id, int64_t user_ref, struct str kind,
                      json_t *detail, int64_t client_us, struct error *err)
{
    CLEANUP(json_decrefp) json_t *owned = detail ? detail : json_object();
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(app_kinds); i++)
        known = known || str_eq(kind, str_from(app_kinds[i].kind));
    if (!known)
        return error_set(err, ERROR_INVALID, "kind: is not one that the app may report");
    return report(p, (struct report){.session_id = session_id, .kind = kind, .user_ref = user_ref},
                  owned, client_us, err);
}

bool event_report_app_started(struct proctor *p, struct str session_id, int64_t user_ref,
                              json_t *detail, const struct app_build_word *word, int64_t client_us,
                              struct error *err)
{
    struct report r = {
        .session_id = session_id, .kind = STR("app-started"), .user_ref = user_ref, .word = word};
    CLEANUP(json_decrefp) json_t *owned = detail ? detail : json_object();
    return report(p, r, owned, client_us, err);
}

/* ---- for the reviewer ---- */

#define REPEAT_US (60 * SECOND_US)

/* An answer is saved at every change: the last save of an item within a minute stands for all. */
static bool repeats(const struct event *before, const struct evidence_record *r)
{
    if (!str_eq(before->kind, STR("answered")) || !str_eq(r->kind, STR("answered")) ||
        r->time_us - before->time_us > REPEAT_US)
        return false;
    CLEANUP(json_decrefp) json_t *one = NULL;
    CLEANUP(json_decrefp) json_t *other = NULL;
    return json_parse(before->detail, &one, NULL) && json_parse(r->payload, &other, NULL) &&
           json_equal(json_object_get(one, "item"), json_object_get(other, "item"));
}

/* A record is made when something is known; what the analysis found in a recording happened at the
 * time of the recording. */
static int64_t time_of(const struct evidence_record *r)
{
    CLEANUP(json_decrefp) json_t *payload = NULL;
    int64_t at_us;
    if (!str_eq(r->kind, STR("first-face")) || !json_parse(r->payload, &payload, NULL) ||
        !json_get_i64(payload, "", "at_us", 0, r->time_us, &at_us, NULL))
        return r->time_us;
    return at_us;
}

/* Moves the last event to its place in time; few are not there already. */
static void settle(struct event *events, size_t len)
{
    for (size_t i = len - 1; i > 0 && events[i - 1].time_us > events[i].time_us; i--) {
        struct event later = events[i - 1];
        events[i - 1] = events[i];
        events[i] = later;
    }
}

bool event_list(struct proctor *p, struct str session_id, struct arena *arena, struct event **ret,
                size_t *ret_len, struct error *err)
{
    struct evidence_record *records;
    size_t len, events_len = 0;
    if (!evidence_list(p, session_id, 0, EVENT_LIST_MAX, STR("piece"), arena, &records, &len, err))
        return false;
    struct event *events = arena_alloc(arena, sizeof *events * MAX(len, 1));
    if (!events)
        return error_no_memory(err);
    for (size_t i = 0; i < len; i++) {
        const struct evidence_record *r = &records[i];
        if (str_eq(r->kind, STR(EVIDENCE_CHECKPOINT))) /* of the chain, not of the session */
            continue;
        if (events_len && repeats(&events[events_len - 1], r))
            events_len--;
        events[events_len++] = (struct event){.time_us = time_of(r),
                                              .kind = r->kind,
                                              .title = title_of(r->kind),
                                              .detail = r->payload};
        settle(events, events_len);
    }
    *ret = events;
    *ret_len = events_len;
    return true;
}

/* ---- views ---- */

#define VIEW_US (600 * SECOND_US)

struct view {
    struct str session_id, stream_id;
    int64_t user_ref;
    bool own, recent;
};

static bool view_look_body(struct db *db, void *context, struct error *err)
{
    struct view *v = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query_one(
        db,
        "SELECT 1 FROM recording_view WHERE stream_id = $1 AND staff_ref = $2"
        " AND seen_us > $3",
        DB_ARGS(DB_TEXT(v->stream_id), DB_I64(v->user_ref), DB_I64(clock_wall_us() - VIEW_US)),
        &v->recent, &rows, err);
}

static bool view_body(struct db *db, void *context, struct error *err)
{
    struct view *v = context;
    char stream_id[65];
    if (!view_look_body(db, v, err))
        return false;
    if (v->recent) /* the player's other request was first */
        return true;
    str_into(v->stream_id, stream_id, sizeof stream_id);
    return db_run(db,
                  "INSERT INTO recording_view (stream_id, staff_ref, seen_us) VALUES ($1, $2, $3)"
                  " ON CONFLICT (stream_id, staff_ref) DO UPDATE SET seen_us = excluded.seen_us",
                  DB_ARGS(DB_TEXT(v->stream_id), DB_I64(v->user_ref), DB_I64(clock_wall_us())),
                  NULL, err) &&
           evidence_add_in(
               db, v->session_id, v->own ? "viewed-own" : "viewed",
               json_pack("{s:s, s:I}", "stream", stream_id, "user", (json_int_t)v->user_ref), err);
}

bool event_viewed(struct proctor *p, struct str session_id, struct str stream_id, int64_t user_ref,
                  bool own, struct error *err)
{
    struct view v = {
        .session_id = session_id, .stream_id = stream_id, .user_ref = user_ref, .own = own};
    if (!db_store_read(p->store, view_look_body, &v, err))
        return false;
    return v.recent || db_store_write(p->store, view_body, &v, err);
}
