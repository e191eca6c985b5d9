/* Everything of the library's stays in here: its types, and its exceptions. */
#define ZX_USE_UTF8
#include <ZXing/ReadBarcode.h>

#include <cstring>
#include <new>

extern "C" {
#include "identity/barcode.h"
}

static void take(const ZXing::Result &result, struct barcode *ret)
{
    const ZXing::ByteArray &bytes = result.bytes();
    bool licence = result.format() == ZXing::BarcodeFormat::PDF417;
    if (!result.isValid() || bytes.size() == 0 || bytes.size() > sizeof ret->bytes ||
        (ret->kind != BARCODE_NONE && !licence))
        return;
    ret->kind = licence ? BARCODE_PDF417 : BARCODE_QR;
    ret->len = bytes.size();
    std::memcpy(ret->bytes, bytes.data(), bytes.size());
}

extern "C" bool barcode_find(const uint8_t *pixels, int width, int height, struct barcode *ret,
                             struct error *err)
{
    std::memset(ret, 0, sizeof *ret);
    try {
        ZXing::DecodeHints hints;
        hints.setFormats(ZXing::BarcodeFormat::PDF417 | ZXing::BarcodeFormat::QRCode);
        ZXing::ImageView view(pixels, width, height, ZXing::ImageFormat::Lum);
        for (const ZXing::Result &result : ZXing::ReadBarcodes(view, hints))
            take(result, ret);
        return true;
    } catch (const std::bad_alloc &) {
        return error_no_memory(err);
    } catch (const std::exception &e) {
        return error_set(err, ERROR_INTERNAL, "reading barcodes: %s", e.what());
    }
}
