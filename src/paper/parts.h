/* The sections of a session's report, each from the same material. Only for this folder. */
#pragma once
#include "paper/words.h"

struct parts {
    struct doc *d;
    const struct material *m;
    const struct words *w;
    enum paper_language language;
    size_t picture_bytes; /* printed so far */
};

#define PARTS_FLAGS_MAX 2000                  /* printed of a session */
#define PARTS_PICTURES_MAX ((size_t)48 << 20) /* bytes of pictures in a report */
#define PARTS_EVENTS_MAX 400                  /* printed of a session */

void parts_timeline(struct parts *s);
MUST_USE bool parts_incidents(struct parts *s, struct error *err);
void parts_decisions(struct parts *s);
void parts_appeal(struct parts *s);
MUST_USE bool parts_identity(struct parts *s, struct error *err);
MUST_USE bool parts_checks(struct parts *s, struct error *err);
void parts_live(struct parts *s);
MUST_USE bool parts_events(struct parts *s, struct error *err);
void parts_recordings(struct parts *s);
void parts_rules(struct parts *s);
void parts_documents(struct parts *s);
MUST_USE bool parts_evidence(struct parts *s, struct error *err);

/* Where the review stands, in a sentence. */
const char *parts_standing(const struct parts *s);
/* Answers of people to the incident that begins with this flag; returns how many there are. */
size_t parts_judgements(const struct material *m, int64_t flag_id);
/* "Camera and microphone", "Screen" of a stream; of the session as a whole where it has none. */
const char *parts_stream(const struct parts *s, const char *stream_id);
/* "program: Zoom; window: Notes" of a JSON object: its plain members; in the arena. */
MUST_USE bool parts_detail(struct parts *s, struct str json, struct str *ret, struct error *err);
/* Spans of the exam that no recording of this kind covers; NULL where that cannot be told. */
struct coverage_span;
const struct coverage_span *parts_gaps(const struct parts *s, enum stream_kind kind,
                                       size_t *ret_len);
/* Its beginning, and its end as far as it is known. */
int64_t parts_stream_end(const struct material *m, const struct stream *stream);
