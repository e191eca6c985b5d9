/* Rules about what is heard (detect/sound.h). docs/policy.md tells the measurements. */
#include "analysis/rule_table.h"

#include <stdio.h>

/* Two steps of 16 bits: no microphone and no amplifier is that quiet, even in an empty room. */
#define NOTHING_RANGE_MAX 0.000064F
/* Of a room with a hum of 20 dB more than all else; strokes of keys and voices are far less like
 * themselves a tenth of a second before. */
#define HUM_MIN 0.99F
/* A room's rumble may repeat itself for a moment when there is hardly any sound. */
#define HUM_LEVEL_MIN (-80.0F)
/* Half of the sound is below the 100 Hz from which on its level is measured. */
#define LOW_HUM_MIN 3.0F
/* For what is about something else: there is a voice, there is music. */
#define SPEECH_MIN 0.5F
#define MUSIC_MIN 0.5F
/* Strokes of keys let the level fall in between by 10 dB and more; rain, a train, a hoover do not.
 */
#define LASTING_SWING_MAX 10.0F

static enum look hit_if(bool hit) { return hit ? LOOK_HIT : LOOK_MISS; }

static bool is_nothing(const struct sound_observation *o) { return o->range <= NOTHING_RANGE_MAX; }

static bool is_hum(const struct sound_observation *o)
{
    return o->hum >= HUM_MIN && o->rms_db >= HUM_LEVEL_MIN;
}

/* A melody resembles a voice a little: where there is music, a voice must be surer. */
static enum look hear_speech(const struct policy *p, const struct sound_observation *o)
{
    double threshold = p->rules[RULE_SOUND_SPEECH].threshold, speech = (double)o->speech;
    if (speech < threshold)
        return LOOK_MISS;
    return o->music < MUSIC_MIN || speech >= (1 + threshold) / 2 ? LOOK_HIT : LOOK_UNKNOWN;
}

static enum look hear_music(const struct policy *p, const struct sound_observation *o)
{
    return hit_if(o->music >= p->rules[RULE_SOUND_MUSIC].threshold);
}

/* One flag for one thing: a voice and music have rules of their own, and mains hum, most of it
 * under 100 Hz, is the cable's. A telephone's tones repeat themselves like hum, but higher. */
static enum look hear_loud(const struct policy *p, const struct sound_observation *o)
{
    if (o->speech >= SPEECH_MIN || o->music >= MUSIC_MIN)
        return LOOK_UNKNOWN;
    return hit_if(o->median_db >= p->rules[RULE_SOUND_LOUD].threshold &&
                  o->swing_db <= LASTING_SWING_MAX &&
                  !(is_hum(o) && o->rms_db >= o->median_db + LOW_HUM_MIN));
}

static enum look hear_muted(const struct policy *p, const struct sound_observation *o)
{
    (void)p;
    return hit_if(is_nothing(o) || is_hum(o));
}

static double heard_level(const struct sound_observation *o) { return (double)o->rms_db; }

static double heard_median(const struct sound_observation *o) { return (double)o->median_db; }

static double heard_hum(const struct sound_observation *o) { return is_hum(o) ? 1 : 0; }

static void numbers_speech(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "speech in %u of %u half seconds, %.0f dBFS on the average, %.1f s",
             n->hits, n->samples, n->value_mean, n->seconds);
}

static void numbers_music(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "music in %u of %u half seconds, %.0f dBFS on the average, %.1f s", n->hits,
             n->samples, n->value_mean, n->seconds);
}

static void numbers_loud(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "noise of %.0f dBFS (%.0f at its loudest) in %u of %u half seconds, %.1f s",
             n->value_mean, n->value_max, n->hits, n->samples, n->seconds);
}

static void numbers_muted(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "%s in %u of %u half seconds, %.1f s",
             n->value_mean > 0.5 ? "nothing but mains hum" : "no sound at all", n->hits, n->samples,
             n->seconds);
}

#define RULE(is_on, severity, min_s, threshold)                                                    \
    {                                                                                              \
        (is_on), (severity), (min_s), (threshold)                                                  \
    }
#define ROW(rule) [(rule)-RULE_SOUND_SPEECH]

const struct rule_row rule_sounds[RULE_SOUNDS_LEN] = {
    ROW(RULE_SOUND_SPEECH) =
        {
            .name = "sound-speech",
            .title = "Somebody speaks",
            .meaning = "A voice was heard for a while. Often a candidate reads a question aloud; "
                       "listen whether somebody answers.",
            .has_threshold = true,
            .threshold_min = 0,
            .threshold_max = 1,
            .defaults = {RULE(false, SEVERITY_LOW, 10, 0.5), RULE(true, SEVERITY_LOW, 5, 0.5),
                         RULE(true, SEVERITY_MEDIUM, 2, 0.5)},
            .wants = RULE_WANTS_HEAD,
            .of_mouth = true,
            .hear = hear_speech,
            .heard = heard_level,
            .numbers = numbers_speech,
            .tolerated = 3, /* who speaks pauses for a breath, or for an answer */
            .share_min = 0.6,
        },
    ROW(RULE_SOUND_MUSIC) =
        {
            .name = "sound-music",
            .title = "Music or television",
            .meaning = "Tones that are held and begin anew, as in music. A television or a radio "
                       "in the next room is heard like this, too.",
            .has_threshold = true,
            .threshold_min = 0,
            .threshold_max = 1,
            .defaults = {RULE(false, SEVERITY_LOW, 10, 0.5), RULE(true, SEVERITY_LOW, 5, 0.5),
                         RULE(true, SEVERITY_MEDIUM, 4, 0.5)},
            .hear = hear_music,
            .heard = heard_level,
            .numbers = numbers_music,
            .tolerated = 3, /* rests, and speech over the music */
            .share_min = 0.6,
        },
    ROW(RULE_SOUND_LOUD) =
        {
            .name = "sound-loud",
            .title = "Loud noise",
            .meaning = "A noise that lasted and was neither a voice nor music, loud enough to "
                       "cover either: traffic, rain, a machine, a ringing telephone.",
            .has_threshold = true,
            .threshold_min = -90,
            .threshold_max = 0,
            .defaults = {RULE(false, SEVERITY_LOW, 10, -30), RULE(true, SEVERITY_LOW, 4, -30),
                         RULE(true, SEVERITY_LOW, 2, -35)},
            .hear = hear_loud,
            .heard = heard_median,
            .numbers = numbers_loud,
            .tolerated = 2,
            .share_min = 0.7,
        },
    ROW(RULE_MICROPHONE_MUTED) =
        {
            .name = "microphone-muted",
            .title = "Microphone hears nothing",
            .meaning =
                "The sound was empty, or nothing but the hum of the mains, or no sound came any "
                "more. A microphone that is muted, unplugged or broken does that; a working one "
                "always hears the room.",
            .defaults = {RULE(true, SEVERITY_LOW, 30, 0), RULE(true, SEVERITY_MEDIUM, 10, 0),
                         RULE(true, SEVERITY_MEDIUM, 5, 0)},
            .hear = hear_muted,
            .heard = heard_hum,
            .numbers = numbers_muted,
            .tolerated = 1, /* the click of a switch */
            .share_min = 0.8,
            .gap_is_hit = true,
        },
};
