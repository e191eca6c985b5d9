/* Reports on paper: of a session, of an exam, and of single recordings, as HTML or PDF; each also
 * in German. A report is made of what is known at a moment and holds no time of its making: the
 * same state gives the same bytes (a PDF: with the same fonts and libraries), so its hash can be
 * signed again at any time.
 *
 * The state that it names is the last record of the session's evidence that is about the session:
 * looks at recordings, signed checkpoints and the making of reports itself are left out, or the
 * report of an unchanged session would never be the same twice. */
#pragma once
#include "analysis/report.h"
#include "base/arena.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "proctor/proctor.h"

enum paper_format { PAPER_NONE = 0, PAPER_HTML, PAPER_PDF, PAPER_FORMATS };
enum paper_language { PAPER_ENGLISH = 0, PAPER_GERMAN, PAPER_LANGUAGES };
const char *paper_format_name(enum paper_format format);                  /* "pdf"; static */
const char *paper_language_name(enum paper_language language);            /* "en"; static */
bool paper_language_from_name(struct str name, enum paper_language *ret); /* empty is English */

struct paper_wish {
    enum paper_format format;
    enum paper_language language;
    int64_t reader_ref; /* who asks; 0: the operator, by the command line */
};

/* Appends the report of a session, with what the reader may see of reviewers' words
 * (proctor/review.h). ERROR_CONFLICT when it has not begun to record; ERROR_BUSY when
 * it changed again and again meanwhile. That it was made, for whom and its hash become a record of
 * the evidence (again by the same person within ten minutes adds nothing). */
MUST_USE bool paper_session(struct proctor *p, struct str session_id, const struct paper_wish *wish,
                            struct buf *to, struct error *err);

/* The signature for the last report of this session that this reader got in that format and
 * language (it is made now where they got none), or, `sha256_hex` not empty, for any that was ever
 * made of it, else ERROR_NOT_FOUND: JSON that names session, format, SHA-256 and the state of the
 * evidence, with the deployment's public key (proctor/signed_text.h). malloc'ed. */
MUST_USE bool paper_signature(struct proctor *p, struct str session_id,
                              const struct paper_wish *wish, struct str sha256_hex, char **ret,
                              struct error *err);

#define PAPER_SIGNATURE_MAX ((size_t)16 << 10) /* bytes */
struct paper_signed {
    char session[64], format[8];
    uint64_t records;
    char head[STR_HEX_MAX(SHA256_SIZE)];
};
/* Is `signature` of this key, and for these bytes? Pure. ERROR_CHECKSUM when not. */
MUST_USE bool paper_verify(const unsigned char key[SIGN_PUBLIC_SIZE], struct str bytes,
                           struct str signature, struct paper_signed *ret, struct error *err);

/* The summary of an exam: counts and how its reviewers judged, without names of candidates. */
MUST_USE bool paper_exam(struct proctor *p, struct str exam_id, const struct paper_wish *wish,
                         struct buf *to, struct error *err);
/* The same as CSV (RFC 4180): group, item, measure, value. */
MUST_USE bool paper_exam_csv(struct proctor *p, struct str exam_id, int64_t reader_ref,
                             struct buf *to, struct error *err);

/* Recordings that were analysed by themselves, judged by `policy`. */
MUST_USE bool paper_recordings(const struct policy *policy,
                               const struct report_recording *recordings, size_t len,
                               const struct paper_wish *wish, struct buf *to, struct error *err);
