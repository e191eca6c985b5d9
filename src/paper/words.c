#include "paper/words.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

const struct words *words_of(enum paper_language language)
{
    return language == PAPER_GERMAN ? &words_de : &words_en;
}

void words_into(const struct words *w, struct doc *ret)
{
    ret->author = STR("Proctortrack " PT_VERSION);
    ret->words = (struct doc_words){.contents = w->contents,
                                    .page = w->page,
                                    .program = w->program,
                                    .person = w->person,
                                    .candidate = w->candidate};
}

const char *words_rule_title(enum paper_language language, enum rule rule)
{
    return language == PAPER_GERMAN && words_rules_de[rule].title ? words_rules_de[rule].title
                                                                  : rule_title(rule);
}

const char *words_rule_meaning(enum paper_language language, enum rule rule)
{
    return language == PAPER_GERMAN && words_rules_de[rule].meaning ? words_rules_de[rule].meaning
                                                                    : rule_meaning(rule);
}

static const char *find(const struct words_kind *list, struct str kind)
{
    for (; list->kind; list++)
        if (str_eq(kind, str_from(list->kind)))
            return list->text;
    return NULL;
}

const char *words_event(enum paper_language language, struct str kind, const char *english)
{
    const char *text = language == PAPER_GERMAN ? find(words_events_de, kind) : NULL;
    return text ? text : english;
}

const char *words_act(enum paper_language language, struct str action)
{
    return find(language == PAPER_GERMAN ? words_acts_de : words_acts_en, action);
}

/* ---- times ---- */

static bool utc(int64_t us, struct tm *ret)
{
    time_t at = (time_t)(us / SECOND_US);
    return gmtime_r(&at, ret) != NULL;
}

struct str words_time(struct doc *d, enum paper_language language, int64_t us)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm;
    if (us == 0 || !utc(us, &tm))
        return str_from(words_of(language)->not_yet);
    if (language == PAPER_GERMAN)
        return doc_format(d, "%02d.%02d.%d, %02d:%02d:%02d UTC", tm.tm_mday, tm.tm_mon + 1,
                          tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
    return doc_format(d, "%d %s %d, %02d:%02d:%02d UTC", tm.tm_mday, months[tm.tm_mon],
                      tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

struct str words_clock(struct doc *d, int64_t us)
{
    struct tm tm;
    if (!utc(us, &tm))
        return STR("?");
    return doc_format(d, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

struct str words_length(struct doc *d, int64_t us)
{
    int64_t s = (MAX(us, 0) + SECOND_US / 2) / SECOND_US;
    if (us < 10 * SECOND_US)
        return doc_format(d, "%.1f s", (double)MAX(us, 0) / SECOND_US);
    if (s < 60)
        return doc_format(d, "%d s", (int)s);
    if (s < 3600)
        return doc_format(d, "%d min %02d s", (int)(s / 60), (int)(s % 60));
    return doc_format(d, "%" PRId64 " h %02d min %02d s", s / 3600, (int)(s / 60 % 60),
                      (int)(s % 60));
}

struct str words_span(struct doc *d, int64_t from_us, int64_t to_us)
{
    struct str from = words_clock(d, from_us), to = words_clock(d, to_us);
    struct str length = words_length(d, to_us - from_us);
    return doc_format(d, STR_FMT "\xe2\x80\x93" STR_FMT " (" STR_FMT ")", STR_ARG(from),
                      STR_ARG(to), STR_ARG(length));
}
