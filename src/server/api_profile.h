/* An identity profile as staff see it: ENTRY of docs/protocol.md. */
#pragma once
#include "proctor/profile.h"
#include "server/http.h"

/* With its reading and history. The caller ends *ret with json_decref(). */
MUST_USE bool api_profile_whole_json(struct proctor *p, const struct profile *profile,
                                     struct arena *arena, json_t **ret, struct error *err);
