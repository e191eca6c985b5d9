#include "proctor/signed_text.h"

#include <stdlib.h>

static bool add_hex(json_t *object, const char *key, struct str bytes, struct error *err)
{
    char hex[STR_HEX_MAX(SIGN_SIZE)];
    str_to_hex(bytes, hex);
    if (json_object_set_new(object, key, json_string(hex)))
        return error_no_memory(err);
    return true;
}

bool signed_text(const struct sign_key *key, json_t *object, char **ret, struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    unsigned char signature[SIGN_SIZE];
    if (!object)
        return error_no_memory(err);
    if (!add_hex(object, "public_key", str_bytes(key->public_bytes, SIGN_PUBLIC_SIZE), err) ||
        !json_text(object, &text, err))
        return false;
    sign_bytes(key, str_from(text), signature);
    return add_hex(object, "signature", str_bytes(signature, sizeof signature), err) &&
           json_text(object, ret, err);
}

bool signed_text_verify(const unsigned char public_bytes[SIGN_PUBLIC_SIZE], struct str text,
                        struct error *err)
{
    CLEANUP(json_decrefp) json_t *object = NULL;
    CLEANUP(freep) char *rest = NULL;
    unsigned char signature[SIGN_SIZE];
    struct str hex;
    if (!json_parse(text, &object, err))
        return false;
    if (!json_get_str(object, "", "signature", 2 * SIGN_SIZE, &hex, err))
        return false;
    if (!str_from_hex(hex, signature, sizeof signature))
        return error_set(err, ERROR_INVALID, "signature: must be hex of %d bytes", SIGN_SIZE);
    if (json_object_del(object, "signature"))
        return error_no_memory(err);
    if (!json_text(object, &rest, err))
        return false;
    if (!sign_verify(public_bytes, str_from(rest), signature))
        return error_set(err, ERROR_CHECKSUM, "the signature is not that of this text and key");
    return true;
}
