#include "campus/demo.h"

#include "base/buf.h"
#include "base/id.h"
#include "campus/exam.h"

#include <stdio.h>
#include <string.h>

/* ---- people ---- */

static const struct {
    const char *username, *full_name, *email;
    enum user_role role;
} people[DEMO_USERS] = {
    {"amara.okafor", "Amara Okafor", "amara.okafor@campus.example", USER_CANDIDATE},
    {"jonas.lindqvist", "Jonas Lindqvist", "jonas.lindqvist@campus.example", USER_CANDIDATE},
    {"helena.marsh", "Helena Marsh", "helena.marsh@campus.example", USER_INSTRUCTOR},
    {"tomas.rivera", "Tomas Rivera", "tomas.rivera@campus.example", USER_PROCTOR},
    {"mei.tanaka", "Mei Tanaka", "mei.tanaka@campus.example", USER_SUPPORT},
    {"ruth.adeyemi", "Ruth Adeyemi", "ruth.adeyemi@campus.example", USER_ADMIN},
};

/* Eight syllables, "kobade-vimuro-tase": easy to read out and to type; log2(70^8) is 49 bits, and
 * the server throttles whoever guesses. */
static void random_password(char ret[DEMO_PASSWORD_SIZE])
{
    static const char consonants[] = "bdfgklmnprstvz", vowels[] = "aeiou";
    size_t at = 0;
    for (int group = 0; group < 3; group++) {
        if (group)
            ret[at++] = '-';
        for (int i = 0; i < 6; i++) {
            unsigned char byte;
            do /* every letter equally likely */
                random_bytes(&byte, 1);
            while (byte >= (i % 2 ? 255 : 252));
            ret[at++] = i % 2 ? vowels[byte % 5] : consonants[byte % 14];
            if (group == 2 && i == 3)
                break;
        }
    }
    ret[at] = '\0';
}

/* ---- exams ---- */

#define OPTION(words, is_correct)                                                                  \
    {                                                                                              \
        .text = {words, sizeof(words) - 1}, .correct = (is_correct)                                \
    }
#define TEXT(words)                                                                                \
    {                                                                                              \
        words, sizeof(words) - 1                                                                   \
    }

static const struct item_option capital_options[] = {
    OPTION("Sydney", false), OPTION("Melbourne", false), OPTION("Canberra", true),
    OPTION("Perth", false)};
static const struct item_option prime_options[] = {OPTION("2", true), OPTION("9", false),
                                                   OPTION("11", true), OPTION("15", false),
                                                   OPTION("17", true)};
static const struct item_option cell_options[] = {
    OPTION("Nucleus", false), OPTION("Ribosome", false), OPTION("Mitochondrion", true),
    OPTION("Golgi apparatus", false)};
static const struct item_option gas_options[] = {
    OPTION("Carbon dioxide", true), OPTION("Nitrogen", false), OPTION("Methane", true),
    OPTION("Water vapour", true), OPTION("Argon", false)};
static const struct item_option control_options[] = {
    OPTION("It is given to half of the participants at random.", false),
    OPTION("It shows what happens without the treatment.", true),
    OPTION("It makes the sample larger.", false)};

static const struct item practice_items[] = {
    {.kind = ITEM_SINGLE,
     .prompt = TEXT("Which city is the capital of Australia?"),
     .points = 1,
     .options = capital_options,
     .options_len = ARRAY_LEN(capital_options)},
    {.kind = ITEM_MULTIPLE,
     .prompt = TEXT("Which of these numbers are prime?"),
     .points = 1,
     .options = prime_options,
     .options_len = ARRAY_LEN(prime_options)},
    {.kind = ITEM_NUMERIC, .prompt = TEXT("What is 12.5 % of 240?"), .points = 1, .number = 30},
    {.kind = ITEM_DESCRIPTIVE,
     .prompt = TEXT("In one or two sentences: how did you get to this room today?"),
     .points = 1},
};
static const struct item exam_items[] = {
    {.kind = ITEM_SINGLE,
     .prompt = TEXT("In which part of an animal cell is most of its ATP made?"),
     .points = 2,
     .options = cell_options,
     .options_len = ARRAY_LEN(cell_options)},
    {.kind = ITEM_MULTIPLE,
     .prompt = TEXT("Which of these gases of the atmosphere absorb infrared radiation?"),
     .points = 3,
     .options = gas_options,
     .options_len = ARRAY_LEN(gas_options)},
    {.kind = ITEM_SINGLE,
     .prompt = TEXT("What is the control group of an experiment for?"),
     .points = 2,
     .options = control_options,
     .options_len = ARRAY_LEN(control_options)},
    {.kind = ITEM_NUMERIC,
     .prompt =
         TEXT("A population of 800 bacteria doubles every 20 minutes. How many are there after "
              "one hour?"),
     .points = 3,
     .number = 6400},
    {.kind = ITEM_DESCRIPTIVE,
     .prompt =
         TEXT("Explain why leaving out part of the data can change the result of a study. Give "
              "an example of your own."),
     .points = 10},
};

static const struct exam_spec exams[] = {
    {.title = TEXT("Practice test"),
     .kind = EXAM_PRACTICE,
     .duration_s = 10 * 60,
     .items = practice_items,
     .items_len = ARRAY_LEN(practice_items)},
    {.title = TEXT("Introduction to the life sciences"),
     .kind = EXAM_EXAM,
     .duration_s = 30 * 60,
     .items = exam_items,
     .items_len = ARRAY_LEN(exam_items)},
};

/* ---- seeding ---- */

static bool seed_user(struct campus *c, size_t i, const char *password, struct demo_user *ret,
                      bool *made, struct error *err)
{
    struct error why = {0};
    int64_t id;
    *ret = (struct demo_user){
        .username = people[i].username, .full_name = people[i].full_name, .role = people[i].role};
    char chosen[DEMO_PASSWORD_SIZE] = "";
    if (!password)
        random_password(chosen);
    struct user_spec spec = {
        .username = str_from(people[i].username),
        .full_name = str_from(people[i].full_name),
        .email = str_from(people[i].email),
        .role = people[i].role,
        .password = str_from(password ? password : chosen),
    };
    if (user_create(c, &spec, &id, &why)) {
        *made = ret->made = true;
        memcpy(ret->password, chosen, sizeof chosen);
        return true;
    }
    return why.code == ERROR_CONFLICT || error_set(err, why.code, "%s", why.message);
}

/* Is this a database that already has people, but not those of the demo? Then it is somebody's own.
 */
static bool belongs_to_others(const struct user *users, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (strcmp(users[i].username, people[0].username) == 0)
            return false;
    return len > 0;
}

static const struct user *find_user(const struct user *users, size_t len, const char *username)
{
    for (size_t i = 0; i < len; i++)
        if (strcmp(users[i].username, username) == 0)
            return &users[i];
    return NULL;
}

static bool seed_users(struct campus *c, const char *password, struct demo *d, bool *ret_others,
                       struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct user *users;
    size_t len;
    if (!user_list(c, &arena, &users, &len, err))
        return false;
    *ret_others = belongs_to_others(users, len);
    for (size_t i = 0; i < DEMO_USERS && !*ret_others; i++) {
        d->users[i] = (struct demo_user){.username = people[i].username,
                                         .full_name = people[i].full_name,
                                         .role = people[i].role};
        if (find_user(users, len, people[i].username))
            continue; /* also spares the time of a password hash at every start */
        if (!seed_user(c, i, password, &d->users[i], &d->made, err))
            return error_wrap(err, "demo user %s", people[i].username);
    }
    return true;
}

/* Those of the demo who review and watch: the staff of its exams. */
static bool find_staff(struct campus *c, int64_t ret[DEMO_USERS], size_t *ret_len,
                       struct error *err)
{
    for (size_t i = 0; i < DEMO_USERS; i++) {
        struct user user;
        if (!user_role_is_exam_staff(people[i].role))
            continue;
        if (!user_find_name(c, str_from(people[i].username), &user, err))
            return false;
        ret[(*ret_len)++] = user.id;
    }
    return true;
}

/* What is there already is left alone, so that a seeding that was cut off can be done again. */
bool campus_demo_seed(struct campus *c, const char *password, struct demo *ret, struct error *err)
{
    struct demo d = {0};
    int64_t staff[DEMO_USERS];
    size_t staff_len = 0;
    bool others;
    if (!seed_users(c, password, &d, &others, err) ||
        (!others && !find_staff(c, staff, &staff_len, err)))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(exams) && !others; i++) {
        struct exam_spec spec = exams[i];
        struct error why = {0};
        int64_t id;
        spec.staff = staff;
        spec.staff_len = staff_len;
        if (!exam_create(c, &spec, &id, &why) && why.code != ERROR_CONFLICT)
            return error_set(err, why.code, "demo exam: %s", why.message);
    }
    d.others = others;
    *ret = d;
    return true;
}

void campus_demo_text(const struct demo *d, struct buf *to)
{
    if (d->others) {
        buf_add_c(to, "No demo: this database has people of its own.\n");
        return;
    }
    if (!d->made) {
        buf_printf(
            to,
            "The demo institution was here already; sign in as before (candidate: %s,\n"
            "instructor: %s). A new password: proctortrack admin user passwd NAME --data DIR\n",
            people[0].username, people[2].username);
        return;
    }
    buf_add_c(to, "Sign in with one of these. The passwords are not shown again.\n\n");
    buf_printf(to, "  %-16s %-20s %-11s %s\n", "username", "password", "role", "name");
    for (size_t i = 0; i < DEMO_USERS; i++) {
        const struct demo_user *u = &d->users[i];
        buf_printf(to, "  %-16s %-20s %-11s %s\n", u->username,
                   u->password[0] ? u->password
                   : u->made      ? "(the one you gave)"
                                  : "(was here already)",
                   user_role_name(u->role), u->full_name);
    }
    buf_add_char(to, '\n');
}
