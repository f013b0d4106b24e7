/*
 * cert_pem.h - blocks of PEM with any text around them (RFC 7468), and files
 * read with a bound; for this room.
 */
#ifndef SIPMON_IDENTITY_CERT_PEM_H
#define SIPMON_IDENTITY_CERT_PEM_H

#include <stdbool.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

enum pem_kind { PEM_OTHER = 0, PEM_CERTIFICATE, PEM_CRL, PEM_PRIVATE_KEY };

struct pem_block {
	enum pem_kind kind;
	bool is_good;     /* it has an end, and what is between is base64 */
	struct slice der; /* lives until `room` changes; if good */
};

/*
 * The next block of `*rest`, which shrinks; false if there is none.  `room` is
 * a buffer of the caller.  Private keys are told, never decoded.
 */
bool pem_next(struct slice *rest, struct buf *room, struct pem_block *out);

/* Is there nothing but blanks and ends of lines? */
bool pem_is_blank(struct slice text);

/*
 * Reads the file `name` of the open folder `folder` (AT_FDCWD: any path) into
 * `*out`, which is set up here and freed by the caller in any case.  `flags` as
 * for openat(), O_NOFOLLOW or 0.  ERR_UNSUPPORTED: there is none; ERR_LIMIT:
 * larger than `max`; ERR_NOMEM; ERR_SYSTEM (errno), also for what is no regular
 * file.
 */
MUST_CHECK enum err file_read_at(int folder, const char *name, int flags,
				 size_t max, struct buf *out);

/* The same of a path below the folder: no part of it may be a link. */
MUST_CHECK enum err file_read_below(int folder, const char *path, size_t max,
				    struct buf *out);

#endif
