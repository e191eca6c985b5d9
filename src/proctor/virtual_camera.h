/* Programs that pretend to be a camera, by the names they give it. Whoever renames one passes: it
 * is the first of several checks, and says in clear words what to change. */
#pragma once
#include "base/base.h"

/* The known name in the label, e.g. "OBS"; NULL for one that is no virtual camera. Static. */
const char *virtual_camera_find(struct str label);
