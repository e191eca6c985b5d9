#include "campus/staff.h"

#include "campus/campus_private.h"
#include "campus/user.h"
#include "proctor/provider.h"

static bool adopt(struct campus *c, struct arena *arena, struct error *err)
{
    struct user *users;
    size_t users_len, len = 0;
    if (!user_list(c, arena, &users, &users_len, err))
        return false;
    struct provider_person *people = arena_alloc(arena, (users_len + 1) * sizeof *people);
    if (!people)
        return error_no_memory(err);
    for (size_t i = 0; i < users_len; i++)
        if (user_role_is_exam_staff(users[i].role))
            people[len++] = (struct provider_person){users[i].id, str_from(users[i].full_name)};
    return provider_adopt_staff(c->proctor, people, len, err);
}

bool campus_staff_adopt(struct campus *c, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    bool wanted;
    return provider_wants_staff(c->proctor, &wanted, err) && (!wanted || adopt(c, &arena, err));
}
