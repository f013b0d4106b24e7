/*
 * forge.h - signed messages that nobody would send, and the files to judge
 * them by.
 *
 * There is one signer, who may speak for every number; its certificate lies in
 * a folder, and the root above it is trusted.  All messages go into one
 * capture, until it is reported on.  What fails here fails the test.
 */
#ifndef SIPMON_TESTS_FORGE_H
#define SIPMON_TESTS_FORGE_H

#include <jansson.h>

#include "../tools/child.h"
#include "../tools/pki.h"
#include "capture.h"

#define FORGE_TIME_S    INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define FORGE_TIME      "1767225600"
#define FORGE_HOST      "https://certs.example.net/"
#define FORGE_URL       FORGE_HOST "sp.pem"
#define FORGE_BYTES_MAX (64U << 20)

/* Claims with others in front of them and behind; in the order of RFC 8225
 * section 9 if those are. */
#define FORGE_CLAIMS(first, last)                                              \
	"{" first "\"attest\":\"A\",\"dest\":{\"tn\":[\"12155550199\"]},"      \
	"\"iat\":" FORGE_TIME ",\"orig\":{\"tn\":\"12155550101\"},"            \
	"\"origid\":\"123e4567-e89b-12d3-a456-426655440000\"" last "}"
#define FORGE_JOSE(url)                                                        \
	"{\"alg\":\"ES256\",\"ppt\":\"shaken\",\"typ\":\"passport\","          \
	"\"x5u\":\"" url "\"}"

struct forge {
	char folder[CHILD_PATH_BYTES];
	char certs[CHILD_PATH_BYTES]; /* the folder of certificates */
	char trust[CHILD_PATH_BYTES];
	char path[CHILD_PATH_BYTES]; /* of the capture */
	struct pki root;
	struct pki signer; /* sp.pem */
	struct capture capture;
	struct buf index; /* index.tsv */
	struct buf value; /* of a header, as forge_sign() made it last */
	struct buf bytes; /* of a message, as forge_tell() put it together */
	unsigned sent;
};

/* For setup and teardown of a test; the state is a struct forge. */
int forge_open(void **state);
int forge_close(void **state);

/* What is left out is that of a shaken PASSporT which holds. */
struct forge_token {
	const char *jose;
	const char *claims;
	const char *url;  /* of x5u and info */
	const char *ppt;  /* "" for none */
	const char *more; /* other parameters, with ";" in front */
	const struct pki *by;
};

/* The value of an Identity header, in `value`. */
void forge_sign(struct forge *f, const struct forge_token *t);

/* What is left out is that of an INVITE which fits the token. */
struct forge_message {
	const char *call; /* Call-ID */
	const char *start;
	const char *from;
	const char *to;
	struct slice lines; /* other fields, each with its CRLF */
	struct slice body;
};

/* A message in `bytes`, behind what is there. */
void forge_tell(struct forge *f, const struct forge_message *m);

/* The two above, with `value` as its Identity; and sent in a datagram. */
void forge_call(struct forge *f, const char *call, const struct forge_token *t);

enum forge_way { FORGE_DATAGRAM = 0, FORGE_FRAGMENTS, FORGE_STREAM };

/* What is in `bytes` goes into the capture, from a host of its own. */
void forge_send(struct forge *f, enum forge_way way);

/* The same in a datagram between two hosts (capture_host()). */
void forge_pass(struct forge *f, unsigned from, unsigned to);

/* A file in the folder of certificates, and a line of the index: the URL is
 * FORGE_HOST and the name of the file. */
void forge_file(struct forge *f, const char *name, struct slice bytes);
void forge_line(struct forge *f, const char *url, const char *name);

/* Writes capture and index. */
void forge_write(struct forge *f);

/*
 * The same, and runs `sipmon report`; `options` up to NULL, or
 * NULL.  It has twenty seconds.
 */
void forge_run(struct forge *f, struct child *c, const char *const *options);

/* The same for JSON; with exit 0.  What it complained of is in `*complaints`
 * (may be NULL) lines. */
json_t *forge_report(struct forge *f, const char *const *options,
		     unsigned *complaints);

/* "VALID/-/valid", of the first element of the call; "-" if there is none. */
const char *forge_outcome(json_t *report, const char *call, char text[64]);

/* Fails the test unless that is `want`. */
void forge_expect(json_t *report, const char *call, const char *want);

#endif
