/* Barcodes in a picture: QR, and PDF417 as on driving licences. Found and decoded by ZXing-C++
 * (barcode.cc, the one file of ours that is C++), with the error correction of their standards:
 * what is given is what was printed. */
#pragma once
#include "base/base.h"

#define BARCODE_BYTES_MAX 2048 /* longer ones are passed over: a licence has 300 to 800 */

enum barcode_kind { BARCODE_NONE = 0, BARCODE_QR, BARCODE_PDF417 };
struct barcode {
    enum barcode_kind kind; /* NONE: there is none */
    size_t len;
    char bytes[BARCODE_BYTES_MAX]; /* as encoded; a stranger's */
};

#ifdef __cplusplus
extern "C" {
#endif
/* Luma without gaps between rows. In any turn; a PDF417 before a QR. */
MUST_USE bool barcode_find(const uint8_t *pixels, int width, int height, struct barcode *ret,
                           struct error *err);
#ifdef __cplusplus
}
#endif
