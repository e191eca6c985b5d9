/* What of an attempt both sides are shown: time that was given, files, answers. NULL when out of
 * memory. */
#pragma once
#include "base/json.h"

struct answer;
struct attempt_view;
struct item;
struct item_state;
json_t *api_times_json(const struct attempt_view *v);
json_t *api_files_json(const struct attempt_view *v);
/* The options of an item, without which is right. */
json_t *api_options_json(const struct item *item);
/* What was answered to the item; null where nothing was. */
MUST_USE bool api_answer_json(const struct answer *answers, size_t len, int64_t item_id,
                              json_t **ret, struct error *err);
/* NULL: it was never seen. */
const struct item_state *api_item_state(const struct item_state *states, size_t len,
                                        int64_t item_id);
