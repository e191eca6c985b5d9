/* People of the portal and their passwords. Only this module touches the table `person`. */
#pragma once
#include "base/arena.h"
#include "campus/campus.h"

#define USER_NAME_MAX 64       /* bytes of a user name: [a-z0-9._-], starts with a letter */
#define USER_FULL_NAME_MAX 128 /* bytes */
#define USER_EMAIL_MAX 254     /* RFC 5321, section 4.5.3.1.3 */

enum user_role {
    USER_ROLE_NONE = 0,
    USER_CANDIDATE,
    USER_INSTRUCTOR,
    USER_PROCTOR,
    USER_SUPPORT,
    USER_ADMIN,
};

struct user {
    int64_t id;
    char username[USER_NAME_MAX + 1];
    char full_name[USER_FULL_NAME_MAX + 1];
    char email[USER_EMAIL_MAX + 1];
    enum user_role role;
    bool active;
};

const char *user_role_name(enum user_role role);     /* "candidate"; static */
enum user_role user_role_from_name(struct str name); /* USER_ROLE_NONE for another text */

/* Do people of this role work on exams that they are assigned to (proctor/staff.h)? Administrators
 * see all exams, others none. */
bool user_role_is_exam_staff(enum user_role role);

struct user_spec {
    struct str username, full_name, email, password;
    enum user_role role;
};
/* ERROR_INVALID says which part is wrong; a user name that is taken is ERROR_CONFLICT. Takes the
 * time of a password hash (crypto/password.h). */
MUST_USE bool user_create(struct campus *c, const struct user_spec *spec, int64_t *ret_id,
                          struct error *err);
MUST_USE bool user_set_password(struct campus *c, struct str username, struct str password,
                                struct error *err);
/* ERROR_UNAUTHORIZED, with one message and after the same time, for a wrong name, a wrong password
 * and an account that is not active. */
MUST_USE bool user_check_password(struct campus *c, struct str username, struct str password,
                                  struct user *ret, struct error *err);
MUST_USE bool user_find(struct campus *c, int64_t id, struct user *ret, struct error *err);
MUST_USE bool user_find_name(struct campus *c, struct str username, struct user *ret,
                             struct error *err);
MUST_USE bool user_find_in(struct db *db, int64_t id, struct user *ret, struct error *err);
/* A full name: 1 to USER_FULL_NAME_MAX bytes of text; ERROR_INVALID. */
MUST_USE bool user_check_full_name(struct str name, struct error *err);
/* The caller has checked the name and keeps the history of it (campus/name_request.h). */
MUST_USE bool user_rename_in(struct db *db, int64_t id, struct str full_name, struct error *err);
/* Active instructors and proctors with this text in their user name or full name (any case), by
 * user name, at most `max`; in the arena. */
MUST_USE bool user_search_staff(struct campus *c, struct str text, size_t max, struct arena *arena,
                                struct user **ret, size_t *ret_len, struct error *err);
/* All, by user name; in the arena. */
MUST_USE bool user_list(struct campus *c, struct arena *arena, struct user **ret, size_t *ret_len,
                        struct error *err);

/* Nobody can sign in to it any more. */
MUST_USE bool user_deactivate(struct campus *c, int64_t id, struct error *err);
/* Who it was is forgotten: the account is a number that has no name, address or password. */
MUST_USE bool user_forget_in(struct db *db, int64_t id, struct error *err);
