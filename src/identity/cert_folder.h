/*
 * cert_folder.h - a folder of certificates by URL: index.tsv, else files named
 * by the SHA-256 of the URL; for this room.
 */
#ifndef SIPMON_IDENTITY_CERT_FOLDER_H
#define SIPMON_IDENTITY_CERT_FOLDER_H

#include "cert_cache.h"

struct cert_folder;

/* ERR_SYSTEM, ERR_MALFORMED (no folder, an index that is too large), ERR_NOMEM:
 * `*problem` says why. */
MUST_CHECK enum err cert_folder_open(struct cert_folder **out, const char *path,
				     struct problem *problem);
void cert_folder_close(struct cert_folder *f);

/* Lines of the index that name no file of the folder: the first, or 0. */
unsigned cert_folder_bad_line(const struct cert_folder *f);

/*
 * Looks for the certificate of a URL.  ERR_UNSUPPORTED: none, `*problem` says
 * so if there is a file that cannot be read, else it is empty; ERR_MALFORMED;
 * ERR_NOMEM.
 */
MUST_CHECK enum err cert_folder_find(const struct cert_folder *f,
				     const struct cert_url *url,
				     struct cert **out,
				     struct problem *problem);

#define CERT_FILE_NAME_BYTES 80

/*
 * Writes a file named by the SHA-256 of the URL, and a line of the index.
 * ERR_SYSTEM: `*problem` says why.
 */
MUST_CHECK enum err cert_folder_write(struct cert_folder *f, struct slice url,
				      struct slice content,
				      char name[CERT_FILE_NAME_BYTES],
				      struct problem *problem);

#endif
