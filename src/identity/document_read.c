/* From a picture to facts: which way is up, whose face, which letters. */
#include "identity/document.h"

#include "identity/mrz_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct document_reader {
    struct detect *detect;    /* owned; faces only */
    struct face_reader *face; /* owned */
    struct mrz_reader *mrz;   /* owned */
};

void document_reader_destroy(struct document_reader *r)
{
    if (!r)
        return;
    detect_destroy(r->detect);
    face_reader_destroy(r->face);
    mrz_reader_destroy(r->mrz);
    free(r);
}

void document_reader_destroyp(struct document_reader **r) { document_reader_destroy(*r); }

bool document_reader_create(const char *models_folder, struct document_reader **ret,
                            struct error *err)
{
    CLEANUP(document_reader_destroyp) struct document_reader *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err);
    if (!detect_create_faces(models_folder, &r->detect, err) ||
        !face_reader_create(models_folder, &r->face, err) || !mrz_reader_create(&r->mrz, err))
        return false;
    *ret = TAKE(r);
    return true;
}

static bool read_face(struct document_reader *r, struct frame *f, struct document_facts *facts,
                      struct error *err)
{
    struct observation o;
    if (!detect_look(r->detect, f, &o, err))
        return false;
    facts->faces = MAX(o.faces_len, 0);
    if (!facts->faces)
        return true;
    struct face_quality q =
        face_measure(r->face, f, detect_landmarks(r->detect, 0), o.faces[0].mesh_score);
    facts->face_fault = (int32_t)q.fault;
    if (q.fault == FACE_FAULT_NONE) {
        if (!face_embed(r->face, &facts->embedding, err))
            return false;
        facts->embedded = 1;
    }
    return true;
}

bool document_read(struct document_reader *r, struct frame *f, int this_year,
                   struct document_facts *ret, struct error *err)
{
    CLEANUP(grey_done) struct grey grey = {0};
    struct mrz_reading mrz;
    memset(ret, 0, sizeof *ret);
    if (!read_face(r, f, ret, err) || !grey_from_frame(f, &grey, err) ||
        !mrz_read(r->mrz, &grey, this_year, &mrz, err))
        return false;
    ret->mrz_found = mrz.found;
    size_t len = 0;
    for (int i = 0; mrz.found && i < mrz_format_lines(mrz.mrz.format); i++) {
        size_t line = strlen(mrz.mrz.lines[i]);
        memcpy(&ret->mrz[len], mrz.mrz.lines[i], line);
        len += line;
        ret->mrz[len++] = '\n';
    }
    ret->guidance = ret->faces ? DOCUMENT_OK : DOCUMENT_TURN_OVER;
    return true;
}

bool document_guide(struct document_reader *r, struct frame *f, enum document_guidance *ret,
                    struct error *err)
{
    struct observation o;
    if (!detect_look(r->detect, f, &o, err))
        return false;
    *ret = o.faces_len > 0 ? DOCUMENT_OK : DOCUMENT_TURN_OVER;
    return true;
}
