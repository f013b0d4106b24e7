/*
 * inflate.h - what a compressed file holds: gzip (RFC 1952), zstd (RFC 8878).
 *
 * It stands between two inputs and unpacks as it is read, so a file that
 * swells costs no more memory than any other: the window of the format, 32 KiB
 * with gzip and at most 128 MiB with zstd.
 */
#ifndef SIPMON_CAPTURE_INFLATE_H
#define SIPMON_CAPTURE_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "input.h"
#include "sipmon/base/err.h"

struct inflate;

/* "gzip" or "zstd" if these four bytes begin such a file, or NULL. */
const char *inflate_recognise(const uint8_t *magic);

/*
 * Unpacks what `packed` gives from its next byte on, of which four are at hand
 * and were recognised.  Takes `packed` over and leaves an empty one; on failure
 * (ERR_NOMEM) it is untouched.
 */
MUST_CHECK enum err inflate_new(struct inflate **out, struct input *packed);
void inflate_free(struct inflate *z);

/* An input_read_fn, with the inflate as its context. */
ssize_t inflate_read(void *ctx, void *out, size_t size, bool wait);

/* Sets the allowance of the packed bytes: some unpack to nothing at all. */
void inflate_allow(struct inflate *z, uint64_t bytes);

/* How many packed bytes were used. */
uint64_t inflate_offset(const struct inflate *z);

const char *inflate_name(const struct inflate *z);

/*
 * Why inflate_read failed, once all before it was given: ERR_MALFORMED,
 * ERR_TRUNCATED, ERR_UNSUPPORTED, ERR_LIMIT or ERR_NOMEM, and `*why` goes on
 * from "the gzip data".  ERR_OK if the packed bytes could not be read.
 */
enum err inflate_fault(const struct inflate *z, const char **why);

#endif
