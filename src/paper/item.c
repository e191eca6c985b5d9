#include "paper/item.h"

#include "paper/jpeg.h"
#include "paper/lanes.h"

static void put_picture(struct doc *d, const struct words *w, struct doc_block *b,
                        const struct item *item, const char *title)
{
    if (item->jpeg.len && jpeg_size(item->jpeg, &b->jpeg_width, &b->jpeg_height)) {
        b->jpeg = item->jpeg;
        b->alt = doc_fill(d, w->picture_alt, str_from(title), item->seen);
    } else {
        b->alt = doc_clean(d, item->jpeg.len ? str_from(w->picture_altered) : item->why_none);
    }
}

static struct str threshold(struct doc *d, const struct policy_rule *r)
{
    return r->threshold != 0 ? doc_format(d, "%g", r->threshold) : STR("");
}

static void add_numbers(struct doc *d, const struct words *w, const struct item *item)
{
    const struct flag *f = item->flag;
    const struct policy_rule *r = &item->policy->rules[f->rule];
    struct str percent = doc_format(d, "%.0f", 100 * f->confidence);
    doc_fact_english(d, w->measured, str_from(f->numbers));
    doc_fact(d, w->confidence,
             f->samples ? doc_fill(d, w->confidence_value, percent, STR(""))
                        : doc_format(d, STR_FMT " %%", STR_ARG(percent)));
    doc_fact(d, w->raised,
             doc_fill(d, r->threshold != 0 ? w->raised_threshold : w->raised_value,
                      doc_format(d, "%g", r->min_s), threshold(d, r)));
}

void item_add(struct doc *d, enum paper_language language, const struct item *item)
{
    const struct words *w = words_of(language);
    const struct flag *f = item->flag;
    const char *title = words_rule_title(language, f->rule);
    struct doc_block *b =
        doc_item(d, str_from(title), str_from(w->severities[f->severity]), lanes_inks[f->severity]);
    b->text = doc_clean(d, str_from(words_rule_meaning(language, f->rule)));
    put_picture(d, w, b, item, title);
    doc_fact(d, w->when,
             f->open ? doc_format(d, STR_FMT ", %s", STR_ARG(item->when), w->going_on)
                     : item->when);
    add_numbers(d, w, item);
    if (item->place.len)
        doc_fact(d, w->recording, item->place);
}

static void add_rule(struct doc *d, enum paper_language language, const struct policy *policy,
                     enum rule rule)
{
    const struct words *w = words_of(language);
    const struct policy_rule *r = &policy->rules[rule];
    doc_row(d, (const struct str[]){str_from(words_rule_title(language, rule)),
                                    str_from(policy_judges(policy, rule) ? w->yes : w->no),
                                    str_from(w->severities[r->severity]),
                                    doc_fill(d, w->seconds, doc_format(d, "%g", r->min_s), STR("")),
                                    threshold(d, r)});
}

void item_rules(struct doc *d, enum paper_language language, const struct policy *policy)
{
    const struct words *w = words_of(language);
    const struct doc_column columns[] = {{.title = w->rule, .weight = 50},
                                         {.title = w->applied, .weight = 16},
                                         {.title = w->severity, .weight = 16},
                                         {.title = w->after, .weight = 22, .number = true},
                                         {.title = w->threshold, .weight = 18, .number = true}};
    doc_table(d, STR(""), columns, ARRAY_LEN(columns), w->none);
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        add_rule(d, language, policy, (enum rule)rule);
}
