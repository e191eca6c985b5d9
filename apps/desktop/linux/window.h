/* The window: shows what the engine tells and passes on what is pressed. GTK's thread. */
#pragma once
#include "app_core/engine.h"

/* Runs until the app is to end. `program` is the path of the running program, for "Uninstall". */
MUST_USE bool window_run(struct engine *e, const char *program, struct error *err);
