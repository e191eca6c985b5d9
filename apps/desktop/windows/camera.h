/* A look at the camera (Media Foundation). */
#pragma once
#include "app_core/facts.h"

MUST_USE bool camera_look_mf(struct camera_look *ret, struct error *err);
