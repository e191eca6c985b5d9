/* `proctortrack admin exam`: how an exam is proctored. */
#include "admin.h"

#include "analysis/policy.h"
#include "base/file.h"
#include "campus/exam.h"

#include <stdlib.h>

bool admin_exam_policy(struct data *d, const struct admin_settings *s, struct error *err)
{
    CLEANUP(freep) char *policy = NULL;
    size_t len = 0;
    int64_t id;
    return file_read(s->words[3], POLICY_BYTES_MAX, &policy, &len, err) &&
           admin_exam_of(d, s->words[2], &id, err) &&
           (exam_set_policy(d->campus, id, str_bytes(policy, len), err) ||
            error_wrap(err, "%s", s->words[3]));
}
