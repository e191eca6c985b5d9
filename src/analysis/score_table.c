/* Labels and rules. Conventions of the labels: docs/accuracy.md.
 *
 * Objects are labelled where somebody looked for them; a camera's span that counts faces and names
 * no phone was looked at as well, so there is none in it. What is debatable says nothing: the half
 * dark for "too dark", a covered lens for "nobody in view", a person cut off for "more than one".
 */
#include "analysis/score_table.h"

#include <string.h>

static enum score_mark mark_if(bool yes) { return yes ? SCORE_SAYS_YES : SCORE_SAYS_NO; }

/* The span's own number, else that of the whole file. */
static bool number_of(const struct truth_file *f, const struct truth_span *s, const char *key,
                      double *ret)
{
    return truth_number(s->labels, key, ret) || truth_number(f->labels, key, ret);
}

static bool says(const struct truth_file *f, const struct truth_span *s, const char *key,
                 const char *text)
{
    const char *value = truth_text(s->labels, key);
    return value ? strcmp(value, text) == 0 : truth_is(f->labels, key, text);
}

static bool is_event(const struct truth_span *s, const char *event)
{
    return truth_is(s->labels, "event", event);
}

static bool any_event(const struct truth_span *s) { return truth_text(s->labels, "event") != NULL; }

/* The least and the most faces that a viewer can see; false when they were not counted. */
static bool faces_of(const struct truth_file *f, const struct truth_span *s, double *ret_min,
                     double *ret_max)
{
    double n;
    if (number_of(f, s, "faces", &n)) {
        *ret_min = *ret_max = n;
        return true;
    }
    return number_of(f, s, "faces_min", ret_min) && number_of(f, s, "faces_max", ret_max);
}

static bool has_people_labels(const struct truth_file *f, const struct truth_span *s)
{
    double min, max;
    return faces_of(f, s, &min, &max) || any_event(s);
}

/* ---- camera ---- */

static enum score_mark mark_no_face(const struct truth_file *f, const struct truth_span *s)
{
    double min, max;
    if (is_event(s, "camera_covered") || !faces_of(f, s, &min, &max))
        return is_event(s, "absent") ? SCORE_SAYS_YES : SCORE_SAYS_NOTHING;
    if (min == 0 && max > 0)
        return SCORE_SAYS_NOTHING;
    return mark_if(max == 0);
}

static enum score_mark mark_several_faces(const struct truth_file *f, const struct truth_span *s)
{
    double min, max, persons;
    if (!faces_of(f, s, &min, &max))
        return SCORE_SAYS_NOTHING;
    if (min >= 2)
        return SCORE_SAYS_YES;
    if (max >= 2 || (number_of(f, s, "persons", &persons) && persons >= 2))
        return SCORE_SAYS_NOTHING; /* somebody is there whose face can hardly be seen */
    return SCORE_SAYS_NO;
}

/* People whose faces are not seen: with two faces in view the rule above speaks. */
static enum score_mark mark_several_people(const struct truth_file *f, const struct truth_span *s)
{
    double min, max, persons;
    if (!faces_of(f, s, &min, &max) || max > 1)
        return SCORE_SAYS_NOTHING;
    if (number_of(f, s, "persons", &persons))
        return mark_if(persons >= 2);
    return SCORE_SAYS_NO;
}

static enum score_mark mark_too_dark(const struct truth_file *f, const struct truth_span *s)
{
    if (says(f, s, "light", "very_dark"))
        return SCORE_SAYS_YES;
    if (says(f, s, "light", "dark") || is_event(s, "camera_covered") || !has_people_labels(f, s))
        return SCORE_SAYS_NOTHING;
    return SCORE_SAYS_NO;
}

static enum score_mark mark_overexposed(const struct truth_file *f, const struct truth_span *s)
{
    const char *light = truth_text(s->labels, "light");
    if (light && strncmp(light, "overexposed", 11) == 0)
        return SCORE_SAYS_YES;
    return has_people_labels(f, s) && !is_event(s, "camera_covered") ? SCORE_SAYS_NO
                                                                     : SCORE_SAYS_NOTHING;
}

static enum score_mark mark_backlit(const struct truth_file *f, const struct truth_span *s)
{
    if (says(f, s, "light", "backlit"))
        return SCORE_SAYS_YES;
    double min, max; /* only a face can be darker than what is around it */
    return faces_of(f, s, &min, &max) && min > 0 && !any_event(s) ? SCORE_SAYS_NO
                                                                  : SCORE_SAYS_NOTHING;
}

static enum score_mark mark_covered(const struct truth_file *f, const struct truth_span *s)
{
    return is_event(s, "camera_covered") ? SCORE_SAYS_YES
           : has_people_labels(f, s)     ? SCORE_SAYS_NO
                                         : SCORE_SAYS_NOTHING;
}

/* Only a person is known to move; an empty room, a lens under a finger and a picture that was held
 * into the camera may stand still. */
static enum score_mark mark_frozen(const struct truth_file *f, const struct truth_span *s)
{
    double min, max;
    if (is_event(s, "frozen"))
        return SCORE_SAYS_YES;
    if (any_event(s) && !is_event(s, "different_person") && !is_event(s, "loop_replay"))
        return SCORE_SAYS_NOTHING;
    return faces_of(f, s, &min, &max) && min > 0 && !says(f, s, "made", "still picture moved")
               ? SCORE_SAYS_NO
               : SCORE_SAYS_NOTHING;
}

static enum score_mark mark_loop(const struct truth_file *f, const struct truth_span *s)
{
    if (is_event(s, "loop_replay"))
        return SCORE_SAYS_YES;
    return has_people_labels(f, s) && !is_event(s, "frozen") ? SCORE_SAYS_NO : SCORE_SAYS_NOTHING;
}

static enum score_mark mark_drawn(const struct truth_file *f, const struct truth_span *s)
{
    if (is_event(s, "drawn_picture"))
        return SCORE_SAYS_YES;
    return has_people_labels(f, s) ? SCORE_SAYS_NO : SCORE_SAYS_NOTHING;
}

static enum score_mark mark_person(const struct truth_file *f, const struct truth_span *s)
{
    double min, max;
    if (is_event(s, "different_person"))
        return SCORE_SAYS_YES;
    if (!faces_of(f, s, &min, &max) || max > 1)
        return SCORE_SAYS_NOTHING;
    return SCORE_SAYS_NO;
}

/* Somebody else than who was enrolled: the persons of the spans tell, else the session as a whole.
 */
static enum score_mark mark_mismatch(const struct truth_file *f, const struct truth_span *s)
{
    double min, max;
    const char *person = truth_text(s->labels, "person");
    if (!f->enrolled || !faces_of(f, s, &min, &max) || max != 1)
        return SCORE_SAYS_NOTHING;
    if (says(f, s, "light", "very_dark"))
        return SCORE_SAYS_NOTHING; /* nobody could tell */
    if (!f->enrolled_sits)
        return SCORE_SAYS_YES;
    return person && f->enrolled[0] ? mark_if(strcmp(person, f->enrolled) != 0)
                                    : SCORE_SAYS_NOTHING;
}

static enum score_mark mark_spoof(const struct truth_file *f, const struct truth_span *s)
{
    double spoof = 0;
    if (number_of(f, s, "spoof", &spoof) && spoof > 0)
        return SCORE_SAYS_YES;
    double min, max; /* other pictures that were moved are neither real nor an attack */
    return faces_of(f, s, &min, &max) && !says(f, s, "made", "still picture moved") &&
                   !is_event(s, "loop_replay") && !is_event(s, "frozen")
               ? SCORE_SAYS_NO
               : SCORE_SAYS_NOTHING;
}

static enum score_mark mark_object(const struct truth_file *f, const struct truth_span *s,
                                   const char *key)
{
    double n;
    if (number_of(f, s, key, &n))
        return mark_if(n > 0);
    return has_people_labels(f, s) ? SCORE_SAYS_NO : SCORE_SAYS_NOTHING;
}

static enum score_mark mark_phone(const struct truth_file *f, const struct truth_span *s)
{
    double spoof = 0; /* a portrait on a phone held into the camera: a phone, and not the point */
    if (number_of(f, s, "spoof", &spoof) && spoof > 0)
        return SCORE_SAYS_NOTHING;
    return mark_object(f, s, "phone");
}

static enum score_mark mark_book(const struct truth_file *f, const struct truth_span *s)
{
    return mark_object(f, s, "book");
}

static enum score_mark mark_laptop(const struct truth_file *f, const struct truth_span *s)
{
    return mark_object(f, s, "laptop");
}

static enum score_mark mark_monitor(const struct truth_file *f, const struct truth_span *s)
{
    return mark_object(f, s, "monitor");
}

static enum score_mark mark_headphones(const struct truth_file *f, const struct truth_span *s)
{
    return mark_object(f, s, "headphones");
}

/* To a side, by the head or by the eyes; which of them is not always said. */
static enum score_mark mark_looking(const struct truth_span *s, const char *how)
{
    const char *looking = truth_text(s->labels, "looking");
    if (!looking)
        return SCORE_SAYS_NOTHING;
    if (strncmp(looking, "left", 4) == 0 || strncmp(looking, "right", 5) == 0)
        return truth_is(s->labels, "how", how) ? SCORE_SAYS_YES : SCORE_SAYS_NOTHING;
    return strcmp(looking, "center") == 0 || strcmp(looking, "camera") == 0 ? SCORE_SAYS_NO
                                                                            : SCORE_SAYS_NOTHING;
}

static enum score_mark mark_head_away(const struct truth_file *f, const struct truth_span *s)
{
    (void)f;
    return mark_looking(s, "head");
}

static enum score_mark mark_eyes_away(const struct truth_file *f, const struct truth_span *s)
{
    (void)f;
    return mark_looking(s, "eyes");
}

static enum score_mark mark_eyes_closed(const struct truth_file *f, const struct truth_span *s)
{
    if (truth_is(s->labels, "eyes", "closed"))
        return SCORE_SAYS_YES;
    double min, max;
    return faces_of(f, s, &min, &max) && min > 0 && !truth_is(s->labels, "looking", "down")
               ? SCORE_SAYS_NO
               : SCORE_SAYS_NOTHING;
}

/* ---- microphone ---- */

static enum score_mark mark_kind(const struct truth_span *s, const char *kind)
{
    return truth_text(s->labels, "kind") ? mark_if(truth_is(s->labels, "kind", kind))
                                         : SCORE_SAYS_NOTHING;
}

static enum score_mark mark_speech(const struct truth_file *f, const struct truth_span *s)
{
    double singing = 0;
    (void)f;
    if (truth_number(s->labels, "singing", &singing) && singing > 0)
        return SCORE_SAYS_NOTHING;
    return mark_kind(s, "speech");
}

static enum score_mark mark_music(const struct truth_file *f, const struct truth_span *s)
{
    (void)f;
    return mark_kind(s, "music");
}

/* Nothing at all, or nothing but the hum of the mains: no microphone is at work. */
static enum score_mark mark_silence(const struct truth_file *f, const struct truth_span *s)
{
    (void)f;
    return truth_is(s->labels, "what", "mains hum") ? SCORE_SAYS_YES
                                                    : mark_kind(s, "digital_silence");
}

static enum score_mark mark_noise(const struct truth_file *f, const struct truth_span *s)
{
    (void)f;
    return truth_is(s->labels, "kind", "quiet") || truth_is(s->labels, "kind", "digital_silence")
               ? SCORE_SAYS_NO
               : SCORE_SAYS_NOTHING; /* how loud a noise was is no label */
}

/* ---- screen ---- */

static bool is_help(const char *what)
{
    static const char *const kinds[] = {"search_engine", "ai_chat", "messenger",
                                        "code_editor_with_ai_chat"};
    for (size_t i = 0; what && i < ARRAY_LEN(kinds); i++)
        if (strcmp(what, kinds[i]) == 0)
            return true;
    return false;
}

static enum score_mark mark_forbidden(const struct truth_file *f, const struct truth_span *s)
{
    const char *overlay = truth_text(s->labels, "overlay");
    (void)f;
    if (is_help(truth_text(s->labels, "shows")) || is_help(overlay) ||
        is_help(truth_text(s->labels, "second_monitor")))
        return SCORE_SAYS_YES;
    return truth_is(s->labels, "shows", "exam") && !overlay ? SCORE_SAYS_NO : SCORE_SAYS_NOTHING;
}

static enum score_mark mark_screen_black(const struct truth_file *f, const struct truth_span *s)
{
    (void)f;
    return truth_text(s->labels, "shows") ? mark_if(truth_is(s->labels, "shows", "black"))
                                          : SCORE_SAYS_NOTHING;
}

static enum score_mark mark_screen_frozen(const struct truth_file *f, const struct truth_span *s)
{
    (void)f;
    if (truth_is(s->labels, "shows", "black"))
        return SCORE_SAYS_NOTHING;
    return truth_text(s->labels, "shows") ? mark_if(is_event(s, "frozen")) : SCORE_SAYS_NOTHING;
}

const struct score_row score_table[] = {
    {"no-face", "faces 0, event absent", SCORE_CAMERA, mark_no_face},
    {"several-faces", "faces 2 and more", SCORE_CAMERA, mark_several_faces},
    {"several-people", "persons 2 and more, faces fewer", SCORE_CAMERA, mark_several_people},
    {"identity-mismatch", "sessions: another person", SCORE_CAMERA, mark_mismatch},
    {"person-changed", "event different_person", SCORE_CAMERA, mark_person},
    {"too-dark", "light very_dark", SCORE_CAMERA, mark_too_dark},
    {"overexposed", "light overexposed", SCORE_CAMERA, mark_overexposed},
    {"backlit", "light backlit", SCORE_CAMERA, mark_backlit},
    {"camera-covered", "event camera_covered", SCORE_CAMERA, mark_covered},
    {"camera-frozen", "event frozen", SCORE_CAMERA, mark_frozen},
    {"camera-looped", "event loop_replay", SCORE_CAMERA, mark_loop},
    {"camera-still", "spoof", SCORE_CAMERA, mark_spoof},
    {"camera-drawn", "event drawn_picture", SCORE_CAMERA, mark_drawn},
    {"phone", "phone", SCORE_CAMERA, mark_phone},
    {"book", "book", SCORE_CAMERA, mark_book},
    {"laptop", "laptop", SCORE_CAMERA, mark_laptop},
    {"second-screen", "monitor", SCORE_CAMERA, mark_monitor},
    {"headphones", "headphones", SCORE_CAMERA, mark_headphones},
    {"looking-away", "looking left or right, head", SCORE_CAMERA, mark_head_away},
    {"gaze-away", "looking left or right, eyes", SCORE_CAMERA, mark_eyes_away},
    {"eyes-closed", "eyes closed", SCORE_CAMERA, mark_eyes_closed},
    {"sound-speech", "kind speech", SCORE_SOUND, mark_speech},
    {"sound-music", "kind music", SCORE_SOUND, mark_music},
    {"microphone-muted", "kind digital_silence, mains hum", SCORE_SOUND, mark_silence},
    {"sound-loud", "kind noise", SCORE_SOUND, mark_noise},
    {"screen-forbidden", "search engine, AI chat, messenger", SCORE_SCREEN, mark_forbidden},
    {"screen-black", "shows black", SCORE_SCREEN, mark_screen_black},
    {"screen-frozen", "event frozen", SCORE_SCREEN, mark_screen_frozen},
};
const size_t score_table_len = ARRAY_LEN(score_table);
