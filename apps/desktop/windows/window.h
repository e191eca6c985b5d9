/* The window: shows what the engine tells and passes on what is pressed. */
#pragma once
#include "app_core/engine.h"

#include "wide.h"

/* Runs until the app is to end. "Uninstall" ends the engine before it removes its files: then
 * *engine is NULL afterwards. */
MUST_USE bool window_run(HINSTANCE program, struct engine **engine, struct error *err);
