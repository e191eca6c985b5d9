/* Checking, repairing and reading follow the table of mrz_layout.c.
 *
 * Repair, by ICAO 9303-3 section 4.9: a date and a check digit have digits only, a name and a state
 * letters only, so there a wrong kind of character is known to be wrong. In numbers O may be 0, and
 * in a number without other letters I may be 1, B 8, S 5 and Z 2. All of these change the check
 * digit, which is a sum modulo 10; G for 6 does not, so it is left alone where both are possible.
 *
 * There is no search among ways to make digits agree: with four characters that may be swapped one
 * of seven errors elsewhere in the field would be made to agree, too. A reader that sees the
 * picture does better (mrz_solve.c). */
#include "identity/mrz_layout.h"

#include <string.h>

/* Years. A document is valid for 15 at most, but "no expiry" is printed as a far date. */
#define EXPIRY_AHEAD 49

int mrz_format_lines(enum mrz_format format) { return mrz_layout(format)->lines; }
int mrz_format_columns(enum mrz_format format) { return mrz_layout(format)->columns; }

const char *mrz_checked_text(enum mrz_checked what)
{
    static const char *const texts[MRZ_CHECKED] = {
        [MRZ_CHECKED_NUMBER] = "document number", [MRZ_CHECKED_BIRTH] = "date of birth",
        [MRZ_CHECKED_EXPIRY] = "date of expiry",  [MRZ_CHECKED_OPTIONAL] = "personal number",
        [MRZ_CHECKED_COMPOSITE] = "whole zone",
    };
    return (unsigned)what < MRZ_CHECKED ? texts[what] : "";
}

/* ---- check digits ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

static int add_digits(struct str field, int *at, int sum)
{
    static const int weights[3] = {7, 3, 1};
    for (size_t i = 0; i < field.len && sum >= 0; i++) {
        char c = field.ptr[i];
        int value = is_digit(c) ? c - '0' : is_letter(c) ? c - 'A' + 10 : c == '<' ? 0 : -1;
        sum = value < 0 ? -1 : sum + value * weights[(*at)++ % 3];
    }
    return sum;
}

int mrz_check_digit(struct str field)
{
    int at = 0;
    int sum = add_digits(field, &at, 0);
    return sum < 0 ? -1 : sum % 10;
}

static struct str slice(const struct mrz *m, const struct mrz_place *p)
{
    return str_bytes(m->lines[p->line] + p->from, (size_t)(p->to - p->from));
}

static int composite_digit(const struct mrz *m)
{
    const struct mrz_layout *l = mrz_layout(m->format);
    int at = 0, sum = 0;
    for (int i = 0; i < MRZ_COMPOSITE_PARTS; i++)
        sum = add_digits(slice(m, &l->composite[i]), &at, sum);
    return sum < 0 ? -1 : sum % 10;
}

/* A number of more than nine characters goes on in the first optional field, with its check digit
 * behind it and '<' where it would stand (9303-5 note j; TD1 and TD2). *ret_len is how much of that
 * field is the number's, without the check digit; false when it is an ordinary number. */
static bool long_number(const struct mrz *m, size_t *ret_len)
{
    const struct mrz_layout *l = mrz_layout(m->format);
    if (m->format != MRZ_TD1 && m->format != MRZ_TD2)
        return false;
    if (slice(m, &l->check[MRZ_CHECKED_NUMBER]).ptr[0] != '<')
        return false;
    struct str more = slice(m, &l->optional[0]);
    size_t len = 0;
    while (len < more.len && more.ptr[len] != '<')
        len++;
    if (len < 2)
        return false;
    *ret_len = len - 1;
    return true;
}

static enum mrz_check judge_number(const struct mrz *m)
{
    const struct mrz_layout *l = mrz_layout(m->format);
    struct str number = slice(m, &l->number);
    char digit = slice(m, &l->check[MRZ_CHECKED_NUMBER]).ptr[0];
    size_t more;
    int sum, at = 0;
    if (long_number(m, &more)) {
        struct str tail = slice(m, &l->optional[0]);
        sum = add_digits(number, &at, 0);
        sum = add_digits(str_slice(tail, 0, more), &at, sum);
        digit = tail.ptr[more];
    } else {
        sum = add_digits(number, &at, 0);
    }
    return sum >= 0 && digit == '0' + sum % 10 ? MRZ_CHECK_RIGHT : MRZ_CHECK_WRONG;
}

static bool is_empty(struct str field)
{
    for (size_t i = 0; i < field.len; i++)
        if (field.ptr[i] != '<')
            return false;
    return true;
}

static enum mrz_check judge(const struct mrz *m, enum mrz_checked what)
{
    const struct mrz_layout *l = mrz_layout(m->format);
    const struct mrz_place *check = &l->check[what];
    if (check->to == 0)
        return MRZ_CHECK_ABSENT;
    if (what == MRZ_CHECKED_NUMBER)
        return judge_number(m);
    char digit = slice(m, check).ptr[0];
    struct str field = slice(m, mrz_checked_place(l, what));
    if (what == MRZ_CHECKED_OPTIONAL && digit == '<' && is_empty(field))
        return MRZ_CHECK_ABSENT; /* 9303-4 note: zero or '<' when it is not used */
    int want = what == MRZ_CHECKED_COMPOSITE ? composite_digit(m) : mrz_check_digit(field);
    return want >= 0 && digit == '0' + want ? MRZ_CHECK_RIGHT : MRZ_CHECK_WRONG;
}

static bool all_agree(const struct mrz *m)
{
    for (int i = 0; i < MRZ_CHECKED; i++)
        if (judge(m, (enum mrz_checked)i) == MRZ_CHECK_WRONG)
            return false;
    return true;
}

/* ---- repair ---- */

static const char pairs[][2] = {{'O', '0'}, {'I', '1'}, {'B', '8'}, {'S', '5'}, {'Z', '2'}};

static char swapped(char c)
{
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        if (c == pairs[i][0])
            return pairs[i][1];
        if (c == pairs[i][1])
            return pairs[i][0];
    }
    return '\0';
}

/* The one possible reading where the kind of character is known. */
static char as_digit(char c)
{
    static const char more[][2] = {{'Q', '0'}, {'D', '0'}, {'L', '1'}, {'G', '6'}};
    for (size_t i = 0; i < ARRAY_LEN(more); i++)
        if (c == more[i][0])
            return more[i][1];
    return is_letter(c) && swapped(c) ? swapped(c) : c;
}

static char as_letter(char c)
{
    return c == '6' ? 'G' : is_digit(c) && swapped(c) ? swapped(c) : c;
}

/* Turns every character that has the wrong kind for its place; gives how many. */
static int turn_kinds(struct mrz *m, bool letters_too)
{
    int turned = 0;
    for (int line = 0; line < mrz_layout(m->format)->lines; line++)
        for (int column = 0; column < mrz_layout(m->format)->columns; column++) {
            unsigned may = mrz_may(m->format, line, column);
            char *c = &m->lines[line][column], want = *c;
            if ((may & (MRZ_MAY_LETTER | MRZ_MAY_DIGIT)) == MRZ_MAY_DIGIT)
                want = as_digit(*c);
            else if ((may & (MRZ_MAY_LETTER | MRZ_MAY_DIGIT)) == MRZ_MAY_LETTER && letters_too)
                want = as_letter(*c);
            turned += want != *c;
            *c = want;
        }
    return turned;
}

static bool may_be_both(const struct mrz *m, int line, int column)
{
    return (mrz_may(m->format, line, column) & (MRZ_MAY_LETTER | MRZ_MAY_DIGIT)) ==
           (MRZ_MAY_LETTER | MRZ_MAY_DIGIT);
}

/* Does the field have letters that can be no digits? Then its other letters are letters, too. */
static bool has_real_letters(const struct mrz *m, const struct mrz_place *p)
{
    for (int column = p->from; column < p->to; column++) {
        char c = m->lines[p->line][column];
        if (is_letter(c) && !swapped(c))
            return true;
    }
    return false;
}

static int turn_letters(struct mrz *m, const struct mrz_place *p, bool only_o)
{
    int turned = 0;
    for (int column = p->from; column < p->to; column++) {
        char *c = &m->lines[p->line][column];
        if (!is_letter(*c) || !swapped(*c) || (only_o && *c != 'O') ||
            !may_be_both(m, p->line, column))
            continue;
        *c = swapped(*c);
        turned++;
    }
    return turned;
}

/* Letters of numbers become digits: first every O, which issuers avoid, then all that may be
 * digits in a number that is of digits only. */
static int repair_places(struct mrz *m, enum mrz_checked what,
                         const struct mrz_place *const *places, int len)
{
    for (int only_o = 1; only_o >= 0; only_o--) {
        struct mrz tried = *m;
        int turned = 0;
        for (int i = 0; i < len; i++)
            if (only_o || !has_real_letters(m, places[i]))
                turned += turn_letters(&tried, places[i], only_o);
        if (turned && judge(&tried, what) == MRZ_CHECK_RIGHT) {
            *m = tried;
            return turned;
        }
    }
    return 0;
}

static int repair_field(struct mrz *m, enum mrz_checked what)
{
    const struct mrz_layout *l = mrz_layout(m->format);
    const struct mrz_place *places[2];
    int len = 0;
    size_t more;
    if (judge(m, what) != MRZ_CHECK_WRONG)
        return 0;
    if (what != MRZ_CHECKED_COMPOSITE) {
        places[len++] = mrz_checked_place(l, what);
        if (what == MRZ_CHECKED_NUMBER && long_number(m, &more))
            places[len++] = &l->optional[0];
    } else if (l->check[MRZ_CHECKED_OPTIONAL].to == 0) { /* what no other digit is over */
        places[len++] = &l->optional[0];
        places[len++] = &l->optional[1];
    }
    return repair_places(m, what, places, len);
}

/* All or nothing: a zone whose digits do not agree in the end stays as it was read. */
static void repair(struct mrz *m)
{
    struct mrz tried = *m;
    int repaired = turn_kinds(&tried, false);
    for (enum mrz_checked what = 0; what < MRZ_CHECKED; what++)
        repaired += repair_field(&tried, what);
    if (!all_agree(&tried))
        return;
    repaired += turn_kinds(&tried, true);
    *m = tried;
    m->repaired = repaired;
}

/* ---- fields ---- */

static void copy_field(struct str field, char *ret, size_t size)
{
    while (field.len && field.ptr[field.len - 1] == '<')
        field.len--;
    (void)str_into(field, ret, size);
    for (char *c = ret; *c; c++)
        if (*c == '<')
            *c = ' ';
}

/* Fillers become single spaces. */
static void copy_name(struct str name, char ret[MRZ_NAME_MAX])
{
    size_t len = 0;
    for (size_t i = 0; i < name.len && len < MRZ_NAME_MAX - 1; i++) {
        if (name.ptr[i] != '<')
            ret[len++] = name.ptr[i];
        else if (len && ret[len - 1] != ' ')
            ret[len++] = ' ';
    }
    while (len && ret[len - 1] == ' ')
        len--;
    ret[len] = '\0';
}

static bool read_name(struct mrz *m)
{
    struct str name = slice(m, &mrz_layout(m->format)->name);
    size_t split = name.len;
    for (size_t i = 0; i + 1 < name.len && split == name.len; i++)
        if (name.ptr[i] == '<' && name.ptr[i + 1] == '<')
            split = i;
    m->name_cut = name.ptr[name.len - 1] != '<';
    copy_name(str_slice(name, 0, split), m->surname);
    copy_name(str_slice(name, split, name.len), m->given);
    for (size_t i = 0; i < name.len; i++)
        if (!is_letter(name.ptr[i]) && name.ptr[i] != '<')
            return false;
    /* Behind the end of the name there are fillers only: letters there were misread fillers. */
    size_t end = name.len;
    for (size_t i = split + 2; i + 1 < name.len && end == name.len; i++)
        if (name.ptr[i] == '<' && name.ptr[i + 1] == '<')
            end = i;
    return m->surname[0] && is_empty(str_slice(name, end, name.len));
}

static int days_of(int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* True for a date, and for one whose month and day, or all of it, are unknown ('<'). */
static bool read_date(struct str field, int this_year, bool is_birth, struct mrz_date *ret)
{
    int numbers[3];
    for (size_t i = 0; i < 3; i++) {
        char high = field.ptr[2 * i], low = field.ptr[2 * i + 1];
        if (high == '<' && low == '<')
            numbers[i] = -1;
        else if (is_digit(high) && is_digit(low))
            numbers[i] = (high - '0') * 10 + low - '0';
        else
            return false;
    }
    if (numbers[0] < 0)
        return numbers[1] < 0 && numbers[2] < 0;
    int latest = is_birth ? this_year : this_year + EXPIRY_AHEAD;
    int year = latest - latest % 100 + numbers[0];
    if (year > latest)
        year -= 100;
    int month = MAX(numbers[1], 0), day = MAX(numbers[2], 0);
    if (month > 12 || (month == 0 && (numbers[1] == 0 || day > 0)) || numbers[2] == 0 ||
        (month > 0 && day > days_of(year, month)))
        return false;
    *ret = (struct mrz_date){year, month, day};
    return true;
}

static void read_number(struct mrz *m)
{
    const struct mrz_layout *l = mrz_layout(m->format);
    char text[32] = "";
    size_t more;
    struct str number = slice(m, &l->number), tail = slice(m, &l->optional[0]);
    memcpy(text, number.ptr, number.len);
    if (long_number(m, &more)) {
        memcpy(text + number.len, tail.ptr, more);
        number.len += more;
        tail = str_slice(tail, more + 1, tail.len);
    }
    copy_field(str_bytes(text, number.len), m->number, sizeof m->number);
    copy_field(tail, m->optional[0], sizeof m->optional[0]);
    if (l->optional[1].to > 0)
        copy_field(slice(m, &l->optional[1]), m->optional[1], sizeof m->optional[1]);
}

static bool has_letters_only(struct str field)
{
    for (size_t i = 0; i < field.len; i++)
        if (!is_letter(field.ptr[i]) && field.ptr[i] != '<')
            return false;
    return true;
}

static void read_fields(struct mrz *m, int this_year)
{
    const struct mrz_layout *l = mrz_layout(m->format);
    copy_field(slice(m, &l->type), m->type, sizeof m->type);
    copy_field(slice(m, &l->issuer), m->issuer, sizeof m->issuer);
    copy_field(slice(m, &l->nationality), m->nationality, sizeof m->nationality);
    read_number(m);
    m->sex = slice(m, &l->sex).ptr[0];
    bool ok = read_name(m);
    ok = read_date(slice(m, &l->birth), this_year, true, &m->birth) && ok;
    ok = read_date(slice(m, &l->expiry), this_year, false, &m->expiry) && ok;
    ok = has_letters_only(slice(m, &l->issuer)) && has_letters_only(slice(m, &l->nationality)) &&
         (m->sex == 'F' || m->sex == 'M' || m->sex == 'X' || m->sex == '<') && m->number[0] && ok;
    for (int i = 0; i < MRZ_CHECKED; i++) {
        m->checks[i] = judge(m, (enum mrz_checked)i);
        ok = ok && m->checks[i] != MRZ_CHECK_WRONG;
    }
    m->valid = ok;
}

/* ---- lines ---- */

static bool take_line(struct str line, struct mrz *m, int *lines, size_t *ret_len,
                      struct error *err)
{
    size_t len = 0;
    for (size_t i = 0; i < line.len; i++) {
        char c = line.ptr[i];
        if (c == ' ' || c == '\r' || c == '\t')
            continue;
        if (!is_letter(c) && !is_digit(c) && c != '<')
            return error_set(err, ERROR_INVALID, "no machine-readable zone has such characters");
        if (*lines == MRZ_LINES_MAX || len == MRZ_LINE_MAX)
            return error_set(err, ERROR_INVALID, "too long for a machine-readable zone");
        m->lines[*lines][len++] = c;
    }
    if (len) {
        m->lines[*lines][len] = '\0';
        ret_len[(*lines)++] = len;
    }
    return true;
}

bool mrz_parse(struct str text, int this_year, struct mrz *ret, struct error *err)
{
    struct mrz m = {0};
    size_t len[MRZ_LINES_MAX] = {0};
    int lines = 0;
    struct str line;
    while (str_split(&text, '\n', &line))
        if (!take_line(line, &m, &lines, len, err))
            return false;
    for (int i = 1; i < lines; i++)
        if (len[i] != len[0])
            return error_set(err, ERROR_INVALID, "lines of different length");
    bool visa = lines == 2 && m.lines[0][0] == 'V';
    if (lines == 3 && len[0] == 30)
        m.format = MRZ_TD1;
    else if (lines == 2 && len[0] == 36)
        m.format = visa ? MRZ_VISA_B : MRZ_TD2;
    else if (lines == 2 && len[0] == 44)
        m.format = visa ? MRZ_VISA_A : MRZ_TD3;
    else
        return error_set(err, ERROR_INVALID, "%d lines of %zu are no machine-readable zone", lines,
                         len[0]);
    if (!is_letter(m.lines[0][0]))
        return error_set(err, ERROR_INVALID, "a document's type is a letter");
    if (!all_agree(&m))
        repair(&m);
    else
        m.repaired = turn_kinds(&m, true);
    read_fields(&m, this_year);
    *ret = m;
    return true;
}
