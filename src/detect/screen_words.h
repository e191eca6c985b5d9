/* What is looked for in the text of a screen: words by which a kind of application or site is known
 * (screen_table.c), and the exam's own.
 *
 * A name alone says little, since an exam may speak of it: "ChatGPT" in a question is no AI chat.
 * So words have points, and a kind is there when its words on the screen come to SCREEN_POINTS_MIN:
 * its address, or words that only its window has, or its name together with such a word. A word of
 * the exam's own list is enough by itself. */
#pragma once
#include "base/base.h"

enum screen_kind {
    SCREEN_NONE = 0,
    SCREEN_AI_CHAT,
    SCREEN_SEARCH,
    SCREEN_MESSENGER,
    SCREEN_REMOTE,  /* somebody else sees or moves this screen */
    SCREEN_ANSWERS, /* sites of answers, solvers, encyclopedias */
    SCREEN_OWN,     /* the exam's own words */
    SCREEN_KINDS,
};
#define SCREEN_KINDS_ALL (((1u << SCREEN_OWN) - 1) & ~1u)
#define SCREEN_POINTS_MIN 3
#define SCREEN_OWN_MAX 64
#define SCREEN_WORD_MIN 2  /* bytes of one of the exam's own */
#define SCREEN_WORD_MAX 61 /* and at most, with the NUL */

const char *screen_kind_name(enum screen_kind kind);     /* "ai-chat": as in a policy; static */
const char *screen_kind_title(enum screen_kind kind);    /* "an AI chat": for people; static */
enum screen_kind screen_kind_from_name(struct str name); /* SCREEN_NONE for another text */

/* Words are known by a number made of their text, so that one kept in a track means the same word
 * to every later version. 1..SCREEN_ID_MAX. */
#define SCREEN_ID_MAX 0xffffff
int32_t screen_word_id(struct str text);
/* A built-in word and its kind; NULL when there is none of this number. */
const char *screen_word_text(int32_t id, enum screen_kind *ret_kind);
/* Has the word any letter or digit that can be looked for? */
bool screen_word_is_good(struct str text);

/* Where a line was read: an address counts in full only where a browser shows it. */
struct screen_place {
    bool top; /* in the upper part of a screen, where bars of address and title are */
};
struct screen_match {
    int32_t id;
    enum screen_kind kind;
    int points; /* 1..SCREEN_POINTS_MIN */
    bool name;  /* a name: all names of a kind together come to no more than the best of them */
};
#define SCREEN_LINE_MATCHES_MAX 6

struct screen_words;
/* `own` are the exam's, each NUL-terminated and good; copied. */
MUST_USE bool screen_words_create(const char (*own)[SCREEN_WORD_MAX], size_t own_len,
                                  struct screen_words **ret, struct error *err);
void screen_words_destroy(struct screen_words *w); /* NULL is fine */
bool screen_words_has_own(const struct screen_words *w);
/* The words in one line as it was read; the first of each, at most SCREEN_LINE_MATCHES_MAX. */
size_t screen_words_match(const struct screen_words *w, struct str line,
                          const struct screen_place *place,
                          struct screen_match ret[SCREEN_LINE_MATCHES_MAX]);

/* Private to screen_words.c and screen_table.c. */
struct screen_word {
    enum screen_kind kind;
    const char *text;  /* lower case; "N" is any number; '$' at the end: the line ends with it */
    int alone, within; /* points in a line of at most five words, and in a longer one */
    enum { WORD_PLAIN = 0, WORD_NAME, WORD_ADDRESS } is;
};
extern const struct screen_word screen_table[];
extern const size_t screen_table_len;
