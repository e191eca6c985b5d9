/* Sound devices and the microphone, by PulseAudio's protocol (PipeWire speaks it, too). */
#pragma once
#include "app_core/facts.h"

/* Fills sounds of *ret; sounds_known stays false where there is no sound server. */
void sound_devices(struct facts *ret);
/* Listens for a second and a half. Nothing is kept but the loudest sample. */
MUST_USE bool sound_listen(struct sound_look *ret, struct error *err);
