/* Sound devices and the microphone (WASAPI). */
#pragma once
#include "app_core/facts.h"

void sound_devices(struct facts *ret);
/* Listens for a second and a half. Nothing is kept but the loudest sample. */
MUST_USE bool sound_listen(struct sound_look *ret, struct error *err);
