/* The words of reports in English and German, and times as people write them there. Only for this
 * folder. {a} and {b} are places for doc_fill(). */
#pragma once
#include "paper/doc.h"
#include "paper/material.h"
#include "proctor/vouch.h"

/* Nothing but texts: a test walks over them and finds those that a language lacks. */
struct words {
    const char *contents, *page, *program, *person, *candidate;
    const char *title, *exam_title, *recordings_title, *state_of, *state_gone, *foot_exam,
        *machine_words;
    const char *yes, *no, *none, *unknown, *not_yet;
    /* the summary */
    const char *summary, *what_it_is, *preliminary, *blind, *recordings_gone;
    const char *name, *exam, *kind, *practice, *real_exam, *session_id, *began, *exam_began, *ended,
        *lasted, *session_state, *analysis, *holds, *undecided, *counts, *count_of, *count, *high,
        *medium, *low, *flags_count, *judged_count, *remarks_count;
    /* the timeline */
    const char *timeline, *timeline_words, *timeline_key, *milestones, *gap;
    /* incidents */
    const char *incidents, *incidents_intro, *no_incidents, *no_incidents_yet, *incident,
        *incidents_more, *when, *measured, *confidence, *confidence_value, *raised, *raised_value,
        *raised_threshold, *recording, *in_recording, *no_recording, *picture_alt, *no_picture,
        *picture_gone, *picture_altered, *picture_left_out, *going_on;
    const char *not_judged, *by, *remark;
    /* decisions */
    const char *decisions, *decision_holds, *decision_earlier, *decision_not, *settled_between,
        *after_appeal, *decided, *second_waits, *second_differs, *note_of;
    /* result and appeal */
    const char *appeal, *not_released, *released, *released_by, *appeal_until, *no_appeal,
        *appeal_none, *appeal_made, *appeal_waits, *appeal_answer;
    /* identity */
    const char *identity, *identity_none, *profile_state, *profile_name, *face_score,
        *face_score_value, *name_score, *name_score_value, *not_compared, *profile_until, *reasons,
        *identity_events;
    /* system check */
    const char *checks, *checks_intro, *check_point, *check_state, *check_time, *check_detail,
        *overridden;
    /* while it went on */
    const char *live, *live_none, *act, *time, *who, *reason, *warning_text, *acknowledged,
        *not_acknowledged;
    /* events */
    const char *vouches[VOUCH_STATES - 1]; /* of plugin and app: VOUCH_NOT_ASKED and on */
    const char *events, *events_intro, *events_none, *events_more, *event, *detail;
    /* recordings */
    const char *recordings, *recordings_none, *from, *length, *bytes, *sha256, *gaps, *gaps_none,
        *gaps_unknown, *problem;
    /* rules */
    const char *rules, *policy_name, *permitted, *accommodations, *accommodations_none, *rule,
        *applied, *severity, *after, *threshold, *seconds;
    /* documents */
    const char *documents, *documents_none, *document, *version, *accepted;
    /* evidence */
    const char *evidence, *program_version, *policy_hash, *models, *isa, *receipt_hash,
        *report_hash, *chain_records, *chain_head, *chain, *chain_good, *chain_bad, *key,
        *how_to_check, *how_to_check_text;
    /* an exam */
    const char *exam_intro, *sessions, *sessions_all, *by_state, *by_decision, *item, *open_reviews,
        *open_appeals, *found, *found_none, *first_rule, *flags, *judgements, *judgements_intro,
        *judgements_none, *breaks, *breaks_not, *cannot_tell, *false_rate, *of_judged, *interval,
        *deep_left_out;
    /* recordings by themselves */
    const char *judged_by, *never_a_verdict, *flags_as_incidents, *pictures_count, *damaged, *jumps,
        *model, *no_flags, *policy_whole;
    const char *outcome[REVIEW_OUTCOMES], *answer[REVIEW_ANSWERS], *severities[SEVERITY_COUNT],
        *points[CHECK_POINTS], *check_states[CHECK_STATES], *streams[STREAM_APP + 1],
        *states[SESSION_REPORTED + 1], *analyses[ANALYSIS_FAILED + 1],
        *profile_states[PROFILE_STATES], *document_names[DOCUMENT_COUNT];
};
extern const struct words words_en, words_de;
const struct words *words_of(enum paper_language language);

/* What the renderers need of it. */
void words_into(const struct words *w, struct doc *ret);

const char *words_rule_title(enum paper_language language, enum rule rule);
const char *words_rule_meaning(enum paper_language language, enum rule rule);
/* Of an event or of an act of staff; `english` where there is no other. */
const char *words_event(enum paper_language language, struct str kind, const char *english);

struct words_rule {
    const char *title, *meaning;
};
extern const struct words_rule words_rules_de[RULE_COUNT];
struct words_kind {
    const char *kind, *text;
};
extern const struct words_kind words_events_de[], words_acts_en[], words_acts_de[];
const char *words_act(enum paper_language language, struct str action);

/* "27 Nov 2026, 17:02:03 UTC" / "27.11.2026, 17:02:03 UTC" */
struct str words_time(struct doc *d, enum paper_language language, int64_t us);
struct str words_clock(struct doc *d, int64_t us);                    /* "17:02:03" */
struct str words_span(struct doc *d, int64_t from_us, int64_t to_us); /* "17:02:03 to ... (17 s)" */
struct str words_length(struct doc *d, int64_t us);                   /* "1 h 02 min 03 s" */
