#include "server/api_session.h"

#include "base/clock.h"
#include "proctor/exam.h"
#include "proctor/keep.h"
#include "proctor/live.h"
#include "proctor/stream.h"
#include "server/downloads.h"
#include "server/plugin_files.h"

/* What the page is asked to record with. 400 kbit/s of VP9 keep a face at 640x480 recognisable; the
 * encoder overshoots by a third (measured with Chromium 156). */
#define PIECE_MS 4000
#define VIDEO_BPS 400000
#define AUDIO_BPS 32000
#define VIDEO_WIDTH 640
#define VIDEO_HEIGHT 480
#define VIDEO_FRAMES_PER_S 15

static json_t *time_json(int64_t us) { return us ? json_integer(us) : json_null(); }

static json_t *text_json(struct str text)
{
    return json_stringn(text.ptr ? text.ptr : "", text.len);
}

static json_t *text_or_null(struct str text) { return text.len ? text_json(text) : json_null(); }

/* ---- steps ---- */

static json_t *steps_json(const struct steps *s)
{
    enum step current = steps_current(s);
    json_t *list = json_array();
    for (enum step step = STEP_NONE + 1; step < STEPS; step++) {
        if (!step_is_needed(s, step))
            continue;
        const char *state = step == current         ? "current"
                            : step_is_done(s, step) ? "done"
                                                    : "waiting";
        json_array_append_new(list,
                              json_pack("{s:s, s:s}", "name", step_name(step), "state", state));
    }
    return list;
}

/* ---- documents ---- */

static json_t *sections_json(const struct document_text *text)
{
    json_t *list = json_array();
    for (size_t i = 0; i < text->sections_len; i++) {
        const struct document_section *section = &text->sections[i];
        json_t *items = json_array();
        for (size_t k = 0; k < section->len; k++)
            json_array_append_new(items,
                                  json_pack("{s:o, s:b}", "text", text_json(section->items[k].text),
                                            "permitted", section->items[k].permitted));
        json_array_append_new(
            list,
            json_pack("{s:s, s:o}", "title", section->title ? section->title : "", "items", items));
    }
    return list;
}

bool api_document_json(const struct steps *steps, struct arena *arena, enum document document,
                       json_t **ret, struct error *err)
{
    struct document_text text;
    char hash[STR_HEX_MAX(32)];
    if (!document_draw(document, &steps->policy, arena, &text, err) ||
        !document_hash(&text, hash, err))
        return false;
    json_t *paragraphs = json_array();
    for (size_t i = 0; i < text.len; i++)
        json_array_append_new(paragraphs, text_json(text.paragraphs[i]));
    *ret =
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "version", text.version, "sha256", hash,
                  "title", text.title, "paragraphs", paragraphs, "sections", sections_json(&text),
                  "accepted_us", time_json(steps->session.accepted_us[document]));
    return *ret || error_no_memory(err);
}

/* ---- the parts of the check-in ---- */

bool api_profile_json(const struct steps *steps, json_t **ret, struct error *err)
{
    const struct profile *p = &steps->profile;
    CLEANUP(json_decrefp) json_t *reasons = NULL;
    if (!json_parse(p->reasons, &reasons, err))
        return error_wrap(err, "the reasons of a profile");
    *ret =
        json_pack("{s:s, s:s, s:s, s:o, s:O, s:s}", "state", profile_state_name(p->state), "face",
                  profile_part_state_name(p->parts[PROFILE_FACE].state), "id",
                  profile_part_state_name(p->parts[PROFILE_ID].state), "expires_us",
                  time_json(p->expires_us), "reasons", reasons, "name", steps->session.candidate);
    return *ret || error_no_memory(err);
}

bool api_checks_json(const struct steps *steps, json_t **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *list = json_array();
    for (size_t i = 0; i < ARRAY_LEN(steps->checks); i++) {
        const struct check *c = &steps->checks[i];
        json_t *detail;
        if (!json_parse(c->detail, &detail, err))
            return error_wrap(err, "a check");
        json_t *override =
            c->override_us ? json_pack("{s:o, s:o, s:I}", "by", text_json(c->by), "reason",
                                       text_json(c->reason), "time_us", (json_int_t)c->override_us)
                           : json_null();
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "point",
                            check_point_name(c->point), "title",
                            check_point_title(c->point, steps->policy.checkin.app), "state",
                            check_state_name(c->state), "detail", detail, "problem",
                            text_or_null(c->problem), "mend", text_or_null(c->mend), "checked_us",
                            time_json(c->checked_us), "override", override));
    }
    *ret = TAKE(list);
    return *ret || error_no_memory(err);
}

static json_t *download_url(struct request *q, const struct download *d, const char *more)
{
    char *url = arena_printf(q->arena, "/api/proctor/downloads/%s%s", d->platform, more);
    return d->bytes && url ? json_string(url) : json_null();
}

static json_t *app_json(const struct server *server, struct request *q, const struct steps *steps)
{
    struct download files[DOWNLOADS];
    json_t *downloads = json_array();
    downloads_find(server->options.downloads, files);
    for (size_t i = 0; i < DOWNLOADS; i++)
        json_array_append_new(
            downloads,
            json_pack("{s:s, s:s, s:o, s:o, s:I}", "platform", files[i].platform, "file",
                      files[i].file, "url", download_url(q, &files[i], ""), "signature",
                      files[i].is_signed ? download_url(q, &files[i], DOWNLOAD_SIGNATURE_OF)
                                         : json_null(),
                      "bytes", (json_int_t)files[i].bytes));
    const struct app_link *a = &steps->app;
    return json_pack("{s:b, s:s, s:s, s:i, s:b, s:s, s:o, s:o, s:o, s:o}", "required",
                     steps->policy.checkin.app, "state", app_state_name(a->state), "phase",
                     app_phase_name(a->phase), "percent", a->percent, "lost", a->lost, "build",
                     app_build_name(a->build), "version", text_or_null(a->version), "platform",
                     text_or_null(a->platform), "seen_us", time_json(a->seen_us), "downloads",
                     downloads);
}

/* What the plugin may do in this session, for the page that hands it on. */
static json_t *plugin_policy_json(const struct policy_plugin *p)
{
    json_t *allow = json_array(), *extensions = json_array(), *ask = json_array();
    for (size_t i = 0; i < p->allow_len; i++)
        json_array_append_new(allow, json_string(p->allow[i]));
    for (size_t i = 0; i < p->extensions_len; i++)
        json_array_append_new(extensions, json_string(p->extensions[i]));
    for (size_t i = 0; i < PLUGIN_READINGS; i++)
        if (p->ask >> i & 1)
            json_array_append_new(ask, json_string(plugin_reading_name((enum plugin_reading)i)));
    return json_pack("{s:s, s:o, s:o, s:o}", "mode", plugin_mode_name(p->mode), "allow", allow,
                     "extensions", extensions, "ask", ask);
}

const char *api_plugin_id(const struct server *server, struct plugin_files *ret_files)
{
    const char *set = server->options.plugin_id;
    plugin_files_find(server->options.downloads, ret_files);
    return set ? set : ret_files->id[0] ? ret_files->id : NULL;
}

static json_t *plugin_json(const struct server *server, const struct steps *steps)
{
    const char *url = server->options.plugin_url;
    struct plugin_files files;
    const char *id = api_plugin_id(server, &files);
    return json_pack(
        "{s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "required", steps->policy.checkin.plugin, "seen_us",
        time_json(steps->plugin.seen_us), "version", text_or_null(steps->plugin.version), "id",
        id ? json_string(id) : json_null(), "url", url ? json_string(url) : json_null(), "zip",
        files.zip ? json_string(PLUGIN_ZIP_PATH) : json_null(), "policy",
        plugin_policy_json(&steps->policy.plugin));
}

json_t *api_permitted_json(const struct policy *policy)
{
    json_t *list = json_array();
    for (int i = 0; i < PERMITTED_COUNT; i++)
        if (policy_permits(policy, (enum permitted)i))
            json_array_append_new(list, json_string(permitted_name((enum permitted)i)));
    return list;
}

static json_t *rules_json(const struct policy *policy)
{
    json_t *list = json_array();
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (policy_judges(policy, rule))
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:s}", "rule", rule_name(rule), "title",
                                            rule_title(rule), "meaning", rule_meaning(rule)));
    return list;
}

/* ---- all of it ---- */

static json_t *streams_json(const struct stream *streams, size_t len)
{
    json_t *list = json_array();
    for (size_t i = 0; i < len; i++) {
        const struct stream *s = &streams[i];
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:s, s:I, s:o}", "id", s->id, "kind", stream_kind_name(s->kind),
                      "state", stream_state_name(s->state), "bytes", (json_int_t)s->size, "length",
                      s->length_known ? json_integer((json_int_t)s->length) : json_null()));
    }
    return list;
}

static json_t *head_json(const struct steps *steps, const struct proctored_exam *exam)
{
    const struct session *s = &steps->session;
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:{s:s, s:s, s:s, s:I}, s:s, s:s, s:I,"
                     " s:{s:i, s:i, s:i, s:i, s:i, s:i}}",
                     "id", s->id, "state", session_state_name(s->state), "step",
                     step_name(steps_current(steps)), "steps", steps_json(steps), "candidate",
                     s->candidate, "exam", "id", exam->id, "title", exam->title, "kind",
                     exam->practice ? "practice" : "exam", "duration_s",
                     (json_int_t)exam->duration_s, "exam_url", s->exam_url, "return_url",
                     s->return_url, "server_us", (json_int_t)clock_wall_us(), "recording",
                     "piece_ms", PIECE_MS, "video_bps", VIDEO_BPS, "audio_bps", AUDIO_BPS, "width",
                     VIDEO_WIDTH, "height", VIDEO_HEIGHT, "frames_per_s", VIDEO_FRAMES_PER_S);
}

/* What a proctor has done, as far as the candidate has to know. */
static bool add_live(struct proctor *p, struct request *q, json_t *answer, struct error *err)
{
    struct live_state state;
    struct live_warning *warnings;
    size_t len;
    if (!live_state(p, q->params[0], q->arena, &state, err) ||
        !live_warnings(p, q->params[0], q->arena, &warnings, &len, err))
        return false;
    CLEANUP(json_decrefp) json_t *open = json_array();
    for (size_t i = 0; i < len; i++)
        if (!warnings[i].acknowledged_us)
            json_array_append_new(open,
                                  json_pack("{s:I, s:o, s:I}", "id", (json_int_t)warnings[i].id,
                                            "text", text_json(warnings[i].text), "made_us",
                                            (json_int_t)warnings[i].made_us));
    json_t *paused = state.paused_us
                         ? json_pack("{s:I, s:o}", "since_us", (json_int_t)state.paused_us,
                                     "reason", text_json(state.pause_reason))
                         : json_null();
    json_t *ended = state.ended_us ? json_pack("{s:I, s:o}", "time_us", (json_int_t)state.ended_us,
                                               "reason", text_json(state.end_reason))
                                   : json_null();
    CLEANUP(json_decrefp)
    json_t *live = json_pack("{s:o, s:o, s:O, s:o}", "paused", paused, "ended", ended, "warnings",
                             open, "hand_us", time_json(state.hand_us));
    return (live && json_object_update(answer, live) == 0) || error_no_memory(err);
}

/* What the candidate is promised, before they agree to anything. */
static json_t *terms_json(const struct terms *t)
{
    return json_pack(
        "{s:I, s:I, s:I, s:I}", "recordings_days", (json_int_t)t->keep_days[TERMS_RECORDINGS],
        "derived_days", (json_int_t)t->keep_days[TERMS_DERIVED], "identity_days",
        (json_int_t)t->keep_days[TERMS_IDENTITY], "appeal_days", (json_int_t)t->appeal_days);
}

bool api_answer_session(struct server *server, struct request *q, struct response *r,
                        unsigned status, struct error *err)
{
    struct proctor *p = server->proctor;
    const struct server_contact *c = &server->options.contact;
    struct steps *steps = ARENA_NEW(q->arena, struct steps);
    struct proctored_exam exam;
    struct stream *streams;
    struct keep keep;
    size_t streams_len;
    CLEANUP(json_decrefp) json_t *instructions = NULL;
    CLEANUP(json_decrefp) json_t *agreement = NULL;
    CLEANUP(json_decrefp) json_t *profile = NULL;
    CLEANUP(json_decrefp) json_t *checks = NULL;
    if (!steps)
        return error_no_memory(err);
    if (!steps_read_own(p, q->params[0], q->user.id, q->arena, steps, err) ||
        !proctored_exam_find(p, str_from(steps->session.exam_id), &exam, err) ||
        !keep_find(p, q->params[0], &keep, err) ||
        !stream_list(p, q->params[0], q->arena, &streams, &streams_len, err) ||
        !api_document_json(steps, q->arena, DOCUMENT_INSTRUCTIONS, &instructions, err) ||
        !api_document_json(steps, q->arena, DOCUMENT_AGREEMENT, &agreement, err) ||
        !api_profile_json(steps, &profile, err) || !api_checks_json(steps, &checks, err))
        return false;
    CLEANUP(json_decrefp) json_t *answer = head_json(steps, &exam);
    CLEANUP(json_decrefp)
    json_t *rest = json_pack(
        "{s:{s:O, s:O}, s:o, s:O, s:O, s:o, s:o, s:{s:b, s:o}, s:o, s:o, s:{s:s, s:s, s:s}}",
        "documents", "instructions", instructions, "agreement", agreement, "streams",
        streams_json(streams, streams_len), "profile", profile, "checks", checks, "app",
        app_json(server, q, steps), "plugin", plugin_json(server, steps), "screen", "required",
        steps->policy.checkin.screen, "consented_us", time_json(steps->screen_us), "permitted",
        api_permitted_json(&steps->policy), "rules", rules_json(&steps->policy), "support", "phone",
        c->phone, "hours", c->hours, "name", c->name);
    if (!answer || !rest || json_object_update(answer, rest) ||
        json_object_set_new(answer, "terms", terms_json(&keep.terms)))
        return error_no_memory(err);
    return add_live(p, q, answer, err) && response_json(r, status, TAKE(answer), err);
}

/* null and absent are the same. */
static bool optional_text(const json_t *body, const char *name, struct str *ret, struct error *err)
{
    const json_t *value = json_object_get(body, name);
    return !value || json_is_null(value) || json_get_str(body, "", name, CHECK_TEXT_MAX, ret, err);
}

bool api_take_check(struct server *server, struct request *q, struct str session_id, bool from_app,
                    struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str point, state;
    struct check_claim claim = {.problem = STR(""), .mend = STR(""), .from_app = from_app};
    if (!request_json(q, &body, err) ||
        !request_json_only(body, "point state detail problem mend", err) ||
        !json_get_str(body, "", "point", 32, &point, err) ||
        !json_get_str(body, "", "state", 16, &state, err))
        return false;
    if (!optional_text(body, "problem", &claim.problem, err) ||
        !optional_text(body, "mend", &claim.mend, err))
        return false;
    claim.point = check_point_from_name(point);
    claim.state = str_eq(state, STR("passed"))   ? CHECK_PASSED
                  : str_eq(state, STR("failed")) ? CHECK_FAILED
                                                 : CHECK_WAITING;
    claim.detail = json_object_get(body, "detail");
    return check_report(server->proctor, session_id, q->user.id, &claim, err);
}
