/* The mesh of half a second before says where the face was: the crop for the mesh moves, grows and
 * turns with it, since the detector made it. A mesh that still says "a face" in it has followed it.
 *
 * The detector looks again when the mesh is lost and every two seconds all the same. When the
 * picture has changed much anywhere but at the faces a glance, by a smaller detector, must see
 * nobody else; somebody too far off for it (face_detector.h) waits for the two seconds. Faces that
 * are not plain to see (a low score of the mesh) are not followed, nor is nobody: then it looks
 * each time. */
#include "detect/faces_track.h"

#include "base/clock.h"

#include <math.h>
#include <string.h>

#define BEAT_US (2 * SECOND_US)
#define MESH_MIN 0.9f /* of 800 looks the 11 below had a hand or a phone before the face */
/* Somebody who comes into view changes a cell by 0.3 to 0.6; the smallest face that is found, which
 * covers a quarter of a cell, by 0.05 and more: it waits for the beat. */
#define CHANGE_MIN 0.25f
/* What moves with a face, in its sizes: hair, ears, chin. */
#define SIDE_MARGIN 0.5f
#define TOP_MARGIN 0.8f
#define BOTTOM_MARGIN 0.4f
/* The mesh was trained with crops that are off by so much: parts of the square's side, radians. */
#define OFF_MAX 0.10
#define GROWN_MAX 1.15
#define TURNED_MAX 0.25

struct face_place face_place_of(const struct detect_landmark mesh[DETECT_LANDMARKS])
{
    double x = 0, y = 0, spread = 0;
    for (int i = 0; i < DETECT_LANDMARKS; i++) {
        x += (double)mesh[i].x / DETECT_LANDMARKS;
        y += (double)mesh[i].y / DETECT_LANDMARKS;
    }
    for (int i = 0; i < DETECT_LANDMARKS; i++)
        spread += ((double)mesh[i].x - x) * ((double)mesh[i].x - x) +
                  ((double)mesh[i].y - y) * ((double)mesh[i].y - y);
    double right = (double)(mesh[263].x + mesh[362].x - mesh[33].x - mesh[133].x);
    double down = (double)(mesh[263].y + mesh[362].y - mesh[33].y - mesh[133].y);
    return (struct face_place){x, y, sqrt(spread / DETECT_LANDMARKS), atan2(down, right)};
}

void faces_track_note(struct faces_track *t, const struct frame *f, const struct observation *o,
                      const struct frame_square *squares, const struct detector_finds *finds)
{
    t->begun = finds->has_cells;
    t->width = f->width;
    t->height = f->height;
    t->detected_us = f->time_us;
    memcpy(t->cells, finds->cells, sizeof t->cells);
    t->len = o->faces_len > 0 ? o->faces_len : -1;
    for (int i = 0; i < t->len; i++) {
        struct face_place place = face_place_of(finds->landmarks[i]);
        t->list[i] = (struct faces_tracked){o->faces[i], squares[i], place, place};
        if (!(o->faces[i].mesh_score >= MESH_MIN) || !(place.size >= 1)) {
            t->len = -1;
            return;
        }
    }
}

/* ---- following one face ---- */

/* The square moved, grown and turned as the mesh has since it was detected. */
static struct frame_square moved(const struct faces_tracked *k, const struct face_place *to)
{
    double scale = to->size / k->first.size, turn = to->angle - k->first.angle;
    double x = (k->square.centre_x - k->first.x) * scale;
    double y = (k->square.centre_y - k->first.y) * scale;
    return (struct frame_square){
        .centre_x = to->x + x * cos(turn) - y * sin(turn),
        .centre_y = to->y + x * sin(turn) + y * cos(turn),
        .side = k->square.side * scale,
        .angle = k->square.angle + turn,
    };
}

struct frame_square faces_track_square(const struct faces_track *t, int i)
{
    return moved(&t->list[i], &t->list[i].now);
}

enum faces_follow faces_track_take(struct faces_track *t, int i,
                                   const struct detect_landmark mesh[DETECT_LANDMARKS],
                                   float mesh_score)
{
    struct faces_tracked *k = &t->list[i];
    struct face_place now = face_place_of(mesh);
    if (!(mesh_score >= MESH_MIN) || !(now.size >= 1))
        return FACES_FOLLOW_LOST;
    struct frame_square before = moved(k, &k->now), after = moved(k, &now);
    k->now = now;
    double off = hypot(after.centre_x - before.centre_x, after.centre_y - before.centre_y);
    double grown = after.side / before.side;
    return off <= OFF_MAX * before.side && grown <= GROWN_MAX && grown >= 1 / GROWN_MAX &&
                   fabs(remainder(after.angle - before.angle, 2 * M_PI)) <= TURNED_MAX
               ? FACES_FOLLOW_FOUND
               : FACES_FOLLOW_AGAIN;
}

struct detect_face faces_track_face(const struct faces_track *t, int i, float mesh_score)
{
    const struct faces_tracked *k = &t->list[i];
    struct frame_square square = moved(k, &k->now);
    float scale = (float)(k->now.size / k->first.size);
    struct detect_face face = k->face;
    face.width *= scale;
    face.height *= scale;
    face.x = (float)(square.centre_x / t->width) - face.width / 2;
    face.y = (float)(square.centre_y / t->height) - face.height / 2;
    face.mesh_score = mesh_score;
    return face;
}

/* ---- what else has changed ---- */

static bool is_at(const struct detect_face *face, float x, float y)
{
    return x > face->x - SIDE_MARGIN * face->width &&
           x < face->x + (1 + SIDE_MARGIN) * face->width &&
           y > face->y - TOP_MARGIN * face->height &&
           y < face->y + (1 + BOTTOM_MARGIN) * face->height;
}

/* Cells at no face, neither where it was detected nor where it is. */
static int cells_elsewhere(const struct faces_track *t, int ret[DETECT_CELLS])
{
    struct detect_face now[DETECT_FACES_MAX];
    int len = 0;
    for (int i = 0; i < t->len; i++)
        now[i] = faces_track_face(t, i, 1);
    for (int cell = 0; cell < DETECT_CELLS; cell++) {
        float x = ((float)(cell % DETECT_CELLS_WIDE) + 0.5f) / DETECT_CELLS_WIDE;
        float y = ((float)(cell / DETECT_CELLS_WIDE) + 0.5f) / DETECT_CELLS_HIGH;
        bool elsewhere = true;
        for (int i = 0; i < t->len && elsewhere; i++)
            elsewhere = !is_at(&t->list[i].face, x, y) && !is_at(&now[i], x, y);
        if (elsewhere)
            ret[len++] = cell;
    }
    return len;
}

/* The most that a cell elsewhere has changed since the detection. The camera's exposure moves all
 * cells alike: that is no change. */
static float change(const struct faces_track *t, const float cells[DETECT_CELLS])
{
    int elsewhere[DETECT_CELLS], len = cells_elsewhere(t, elsewhere);
    float shift = 0, most = 0;
    for (int i = 0; i < len; i++)
        shift += (cells[elsewhere[i]] - t->cells[elsewhere[i]]) / (float)len;
    for (int i = 0; i < len; i++)
        most = fmaxf(most, fabsf(cells[elsewhere[i]] - t->cells[elsewhere[i]] - shift));
    return most;
}

enum faces_track_way faces_track_way(const struct faces_track *t, const struct frame *f,
                                     const struct detector_finds *finds)
{
    int64_t since_us = f->time_us - t->detected_us;
    if (!t->begun || t->len <= 0 || !finds->has_cells || f->width != t->width ||
        f->height != t->height || since_us >= BEAT_US)
        return FACES_TRACK_DETECT;
    return change(t, finds->cells) < CHANGE_MIN ? FACES_TRACK_FOLLOW : FACES_TRACK_GLANCE;
}

void faces_track_glanced(struct faces_track *t, const struct detector_finds *finds)
{
    memcpy(t->cells, finds->cells, sizeof t->cells);
}

bool faces_track_has(const struct faces_track *t, double x, double y)
{
    for (int i = 0; i < t->len; i++) {
        struct detect_face face = faces_track_face(t, i, 1);
        double across = x / t->width - (double)face.x, down = y / t->height - (double)face.y;
        if (across >= 0 && down >= 0 && across <= (double)face.width && down <= (double)face.height)
            return true;
    }
    return false;
}
