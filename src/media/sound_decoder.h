/* Sound packets of one stream to what reader.h promises: mono, SOUND_RATE, times that rise. For
 * this folder only. */
#pragma once
#include "media/reader.h"

#include <libavcodec/avcodec.h>

struct sound_decoder;

MUST_USE bool sound_decoder_open(const AVCodecParameters *about, const struct reader_ear *ear,
                                 struct sound_decoder **ret, struct error *err);
/* The next packet, its time mended and in microseconds; NULL at the end of the recording. What
 * cannot be decoded is counted. */
MUST_USE bool sound_decoder_take(struct sound_decoder *d, const AVPacket *packet,
                                 struct error *err);
uint64_t sound_decoder_damaged(const struct sound_decoder *d);
uint64_t sound_decoder_jumps(const struct sound_decoder *d);
int64_t sound_decoder_end_us(const struct sound_decoder *d); /* of the last sound given */
void sound_decoder_close(struct sound_decoder *d);           /* NULL is fine */
void sound_decoder_closep(struct sound_decoder **d);
