/* RFC 8794: an id keeps its length marker, a size does not, and a size of all ones is unknown. */
#include "media/ebml.h"

size_t ebml_number_len(uint8_t first)
{
    size_t len = 1;
    while (len < 9 && !(first & (0x100u >> len)))
        len++;
    return len;
}

uint64_t ebml_big_endian(const uint8_t *bytes, size_t len)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++)
        value = value << 8 | bytes[i];
    return value;
}

enum ebml_got ebml_element(struct str bytes, struct ebml_element *ret, size_t *ret_need)
{
    const uint8_t *from = (const uint8_t *)bytes.ptr;
    if (bytes.len < 2) {
        *ret_need = 2;
        return EBML_GOT_TOO_LITTLE;
    }
    size_t id_len = ebml_number_len(from[0]);
    if (id_len > 4)
        return EBML_GOT_WRONG;
    if (bytes.len < id_len + 1) {
        *ret_need = id_len + 1;
        return EBML_GOT_TOO_LITTLE;
    }
    size_t size_len = ebml_number_len(from[id_len]);
    if (size_len > 8)
        return EBML_GOT_WRONG;
    if (bytes.len < id_len + size_len) {
        *ret_need = id_len + size_len;
        return EBML_GOT_TOO_LITTLE;
    }
    uint64_t mask = (UINT64_C(1) << (7 * size_len)) - 1;
    uint64_t size = ebml_big_endian(from + id_len, size_len) & mask;
    *ret = (struct ebml_element){
        .id = (uint32_t)ebml_big_endian(from, id_len),
        .size = size == mask ? EBML_SIZE_UNKNOWN : size,
        .head_len = id_len + size_len,
    };
    return EBML_GOT;
}

bool ebml_next_child(struct str *rest, struct ebml_element *ret, struct str *ret_content)
{
    size_t need;
    if (ebml_element(*rest, ret, &need) != EBML_GOT || ret->size > rest->len - ret->head_len)
        return false;
    size_t end = ret->head_len + (size_t)ret->size;
    *ret_content = str_slice(*rest, ret->head_len, end);
    *rest = str_slice(*rest, end, rest->len);
    return true;
}

uint64_t ebml_number(struct str content)
{
    return ebml_big_endian((const uint8_t *)content.ptr, MIN(content.len, 8));
}

void ebml_put_big_endian(struct buf *to, uint64_t value, int len)
{
    for (int i = len - 1; i >= 0; i--)
        buf_add_char(to, (char)(value >> (8 * i)));
}

void ebml_put_id(struct buf *to, uint32_t id)
{
    ebml_put_big_endian(to, id, id >> 24 ? 4 : id >> 16 ? 3 : id >> 8 ? 2 : 1);
}

void ebml_put_head(struct buf *to, uint32_t id, uint64_t size)
{
    ebml_put_id(to, id);
    ebml_put_big_endian(to, size | UINT64_C(1) << 56, 8);
}

void ebml_put_number(struct buf *to, uint32_t id, uint64_t value)
{
    ebml_put_id(to, id);
    buf_add_char(to, (char)0x88);
    ebml_put_big_endian(to, value, 8);
}
