/* Where the binary finds what was installed with it. */
#pragma once
#include "base/base.h"

#include <limits.h>

/* The folder of the models: `given` when it is not NULL (the option --models), else `models` beside
 * the binary, else `../share/proctortrack/models` from there. ERROR_NOT_FOUND says where it looked.
 */
MUST_USE bool paths_models(const char *given, char ret[PATH_MAX], struct error *err);
