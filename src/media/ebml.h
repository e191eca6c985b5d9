/* EBML (RFC 8794) and the elements of Matroska (RFC 9559) that are read or written here: numbers,
 * element heads, nothing that keeps a state. For this folder only. */
#pragma once
#include "base/buf.h"

#define EBML_SIZE_UNKNOWN UINT64_MAX
#define EBML_ELEMENT_HEAD_MAX 12 /* four bytes of id, eight of size */

enum id {
    ID_EBML = 0x1A45DFA3,
    ID_SEGMENT = 0x18538067,
    ID_VOID = 0xEC,
    ID_CRC = 0xBF,
    /* in a segment */
    ID_INFO = 0x1549A966,
    ID_TRACKS = 0x1654AE6B,
    ID_CLUSTER = 0x1F43B675,
    ID_CUES = 0x1C53BB6B,
    ID_SEEK_HEAD = 0x114D9B74,
    ID_TAGS = 0x1254C367,
    ID_CHAPTERS = 0x1043A770,
    ID_ATTACHMENTS = 0x1941A469,
    /* in Info and Tracks */
    ID_SCALE = 0x2AD7B1,
    ID_DURATION = 0x4489,
    ID_MUXING_APP = 0x4D80,
    ID_WRITING_APP = 0x5741,
    ID_TRACK = 0xAE,
    ID_TRACK_NUMBER = 0xD7,
    ID_TRACK_TYPE = 0x83,
    ID_DEFAULT_DURATION = 0x23E383,
    /* in a cluster */
    ID_TIME = 0xE7,
    ID_SIMPLE_BLOCK = 0xA3,
    ID_GROUP = 0xA0,
    ID_BLOCK = 0xA1,
    ID_BLOCK_DURATION = 0x9B,
    ID_REFERENCE = 0xFB,
    ID_POSITION = 0xA7,
    ID_PREVIOUS_SIZE = 0xAB,
    ID_SILENT_TRACKS = 0x5854,
    ID_ENCRYPTED_BLOCK = 0xAF,
    /* written here */
    ID_CUE_POINT = 0xBB,
    ID_CUE_TIME = 0xB3,
    ID_CUE_POSITIONS = 0xB7,
    ID_CUE_TRACK = 0xF7,
    ID_CUE_CLUSTER = 0xF1,
    ID_CUE_RELATIVE = 0xF0,
};
struct ebml_element {
    uint32_t id;
    uint64_t size;   /* of the content; EBML_SIZE_UNKNOWN */
    size_t head_len; /* of id and size */
};
enum ebml_got { EBML_GOT = 0, EBML_GOT_TOO_LITTLE, EBML_GOT_WRONG };

/* The length of the number that begins with `first`, 1..8; 9 when it cannot be one. */
size_t ebml_number_len(uint8_t first);
uint64_t ebml_big_endian(const uint8_t *bytes, size_t len); /* up to eight */
/* The head of the element that begins with `bytes`; of too few, *ret_need says how many it takes.
 */
enum ebml_got ebml_element(struct str bytes, struct ebml_element *ret, size_t *ret_need);
/* The next element inside of a whole one; false at its end or where it is broken. */
bool ebml_next_child(struct str *rest, struct ebml_element *ret, struct str *ret_content);
uint64_t ebml_number(struct str content);

void ebml_put_big_endian(struct buf *to, uint64_t value, int len);
void ebml_put_id(struct buf *to, uint32_t id);
/* A size in eight bytes, so that the length of what is written does not hang on it. */
void ebml_put_head(struct buf *to, uint32_t id, uint64_t size);
void ebml_put_number(struct buf *to, uint32_t id, uint64_t value); /* 10 bytes when the id is one */
