/* The chat between a candidate and the support center. A thread is tied to its candidate and, once
 * they wrote from within one, to a session. One that is closed stays as it is: what the candidate
 * writes next begins another. Only this module touches the tables `support_thread` and
 * `support_message`.
 *
 * Every message has a number that only grows; a stream of messages goes on behind the last number
 * that was seen. A message's `client_id` is chosen by the page that sends it: sent again (after a
 * cut, nobody knows whether it arrived), it gives the message that is there. */
#pragma once
#include "base/arena.h"
#include "base/id.h"
#include "proctor/proctor.h"

#define SUPPORT_TEXT_MAX 4000    /* bytes of UTF-8: about a page */
#define SUPPORT_CLIENT_ID_MAX 64 /* bytes */
#define SUPPORT_MESSAGES_MAX 200 /* given at a time, the newest */
#define SUPPORT_THREADS_MAX 300  /* listed */
#define SUPPORT_RATE_MESSAGES 15 /* of one person... */
#define SUPPORT_RATE_S 60        /* ...within so many seconds */

enum support_state {
    SUPPORT_STATE_NONE = 0,
    SUPPORT_OPEN,     /* the candidate wrote last: somebody should answer */
    SUPPORT_ANSWERED, /* the center wrote last */
    SUPPORT_CLOSED,
};
const char *support_state_name(enum support_state state); /* "open"; static */

struct support_thread {
    int64_t id, user_ref; /* the candidate */
    struct str candidate; /* their name */
    struct str session_id;
    enum support_state state;
    int64_t created_us, changed_us;
    int64_t unread;       /* messages of the candidate that no agent has seen */
    struct str last_text; /* of the newest message */
};

struct support_message {
    int64_t id, thread_id, time_us;
    bool from_center;
    struct str author, text, client_id;
};

/* Who writes, as the server knows them. */
struct support_author {
    int64_t user_ref;
    struct str name;
};

struct support_post {
    struct support_author by;
    struct str client_id, text;
    /* The candidate: the session they write from, or empty; somebody else's is ERROR_NOT_FOUND. */
    struct str session_id;
};
/* Durable when it returns. ERROR_INVALID for an empty or too long text, or one with control
 * characters; ERROR_THROTTLED over the rate. In the arena. */
MUST_USE bool support_ask(struct proctor *p, const struct support_post *post, struct arena *arena,
                          struct support_message *ret, struct error *err);
/* An agent writes: into a thread, or (thread 0) to the candidate of post->session_id. A closed
 * thread is ERROR_CONFLICT. */
MUST_USE bool support_answer(struct proctor *p, int64_t thread, const struct support_post *post,
                             struct arena *arena, struct support_message *ret, struct error *err);

/* The newest messages of this candidate, oldest first, and how many of the center's they have not
 * seen. */
MUST_USE bool support_of_candidate(struct proctor *p, int64_t user_ref, struct arena *arena,
                                   struct support_message **ret, size_t *ret_len,
                                   int64_t *ret_unread, enum support_state *ret_state,
                                   struct error *err);
MUST_USE bool support_thread_find(struct proctor *p, int64_t thread, struct arena *arena,
                                  struct support_thread *ret, struct error *err);
/* The conversation of this candidate that is not closed; 0: there is none. */
MUST_USE bool support_current(struct proctor *p, int64_t user_ref, int64_t *ret_thread,
                              struct error *err);
MUST_USE bool support_messages(struct proctor *p, int64_t thread, struct arena *arena,
                               struct support_message **ret, size_t *ret_len, struct error *err);
/* Those that wait first, then by when something happened; closed ones of the last day, too. Of the
 * sessions that the viewer sees (proctor/staff.h). */
MUST_USE bool support_list(struct proctor *p, int64_t viewer, struct arena *arena,
                           struct support_thread **ret, size_t *ret_len, struct error *err);

/* What came after message `after`, oldest first, at most `max`: of all threads of a candidate, or
 * of one thread. */
enum support_log { SUPPORT_LOG_NONE = 0, SUPPORT_LOG_CANDIDATE, SUPPORT_LOG_THREAD };
MUST_USE bool support_after(struct proctor *p, enum support_log log, int64_t key, int64_t after,
                            size_t max, struct arena *arena, struct support_message **ret,
                            size_t *ret_len, struct error *err);

/* Everything up to this message was shown. */
MUST_USE bool support_read_by_candidate(struct proctor *p, int64_t user_ref, int64_t up_to,
                                        struct error *err);
MUST_USE bool support_read_by_center(struct proctor *p, int64_t thread, int64_t up_to,
                                     struct error *err);
/* The conversation is over; again is fine. Audited. */
MUST_USE bool support_close(struct proctor *p, int64_t thread, const struct support_author *by,
                            struct error *err);

/* Notices (proctor/change.h): the logs of a candidate and of a thread, and "support" for all that
 * an agent's list shows. */
#define SUPPORT_TOPIC "support"
#define SUPPORT_TOPIC_MAX 48
void support_topic(enum support_log log, int64_t key, char ret[SUPPORT_TOPIC_MAX]);

/* The conversations of a candidate go; or, when `session_id` is not empty, those of that session.
 */
MUST_USE bool support_forget_in(struct db *db, int64_t user_ref, struct str session_id,
                                struct error *err);
