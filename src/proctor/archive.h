/* The evidence of one session as one file that can be checked by anybody who has the deployment's
 * public key: a tar archive (POSIX 1003.1, written and read by libarchive) with
 *
 *   evidence.jsonl   the records of the hash chain, one canonical JSON object a line: "seq",
 *                    "time_us", "kind", "payload" (the payload's text), "hash" (hex)
 *   streams/ID.EXT   the plain bytes of each stream; each piece of it is a record of the chain
 *   receipt.json     as the candidate got it, once there is one (signed)
 *   report.json      the report of the analysis, once there is one (signed)
 *   manifest.json    signed: the session, how many records the chain has and the hash of the last,
 *                    and name, bytes and SHA-256 of every other file, in their order
 *
 * The archive is canonical: there is one way to write these files, so a changed byte anywhere, in a
 * header or a padding too, is found. */
#pragma once
#include "base/id.h"
#include "crypto/chain.h"
#include "crypto/sign.h"
#include "proctor/proctor.h"

/* Takes the next bytes of the archive. */
typedef bool archive_take(void *context, struct str bytes, struct error *err);
/* Writes the archive of a session as it is now. What was erased is left out: the chain says so.
 * ERROR_CHECKSUM when the evidence or a recording was altered here already. */
MUST_USE bool archive_write_session(struct proctor *p, struct str session_id, archive_take *take,
                                    void *context, struct error *err);

/* Gives up to `size` bytes of an archive; *ret_len is 0 at its end. */
typedef bool archive_give(void *context, void *ret, size_t size, size_t *ret_len,
                          struct error *err);
#define ARCHIVE_TEXT_MAX 200 /* bytes of a name in the findings; longer ones are cut */
struct archive_findings {
    char session[ID_TEXT_SIZE];
    char candidate[ARCHIVE_TEXT_MAX + 1], exam[ARCHIVE_TEXT_MAX + 1];
    int64_t exported_us;
    uint64_t records, checkpoints, streams, stream_bytes;
    uint64_t erased; /* streams that the chain tells of and that are not in the archive */
    bool report;     /* the signed report is in it */
};
/* Checks all of it with nothing but the key. ERROR_CHECKSUM names the first record that is wrong,
 * or the file when every record is right; ERROR_INVALID is no such archive. */
MUST_USE bool archive_verify(const unsigned char public_key[SIGN_PUBLIC_SIZE], archive_give *give,
                             void *context, struct archive_findings *ret, struct error *err);
