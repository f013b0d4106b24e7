/*
 * fetch_wire.h - what sipmon and its downloader say to each other.
 *
 * Over a socket pair, each frame a length (4 bytes, big-endian) and as many
 * bytes.  Either end takes the other for hostile: a frame that is not one of
 * these ends the talk.
 *
 *	hello     downloader, once   magic(4) stage(1) error(4)
 *	request   sipmon             id(4) url(1..)
 *	reply     downloader         id(4) reason(1) detail(2) keep_s(4) content
 */
#ifndef SIPMON_IDENTITY_FETCH_WIRE_H
#define SIPMON_IDENTITY_FETCH_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

#define FETCH_URL_BYTES_MAX     2048
#define FETCH_CONTENT_BYTES_MAX 262144 /* 256 KiB */
#define FETCH_WAITING_MAX       256    /* URLs asked for and not answered */

/* The descriptor on which the downloader finds the socket. */
#define FETCH_SOCKET 3

#define FETCH_HELLO_BYTES       13
#define FETCH_REQUEST_BYTES_MAX (8 + FETCH_URL_BYTES_MAX)
#define FETCH_REPLY_BYTES_MAX   (15 + FETCH_CONTENT_BYTES_MAX)

enum fetch_reason {
	FETCH_GOOD = 0,
	/* the URL itself */
	FETCH_URL_TOO_LONG,
	FETCH_URL_MALFORMED,
	FETCH_NOT_HTTPS,
	FETCH_HAS_USER,
	FETCH_BAD_PORT,
	FETCH_BAD_HOST,
	FETCH_HAS_PARAMETERS,
	FETCH_NOT_LISTED,
	/* its host */
	FETCH_NO_ADDRESS,
	FETCH_NOT_PUBLIC,
	FETCH_LOOKUP_SLOW,
	/* the server */
	FETCH_NO_CONNECTION,
	FETCH_TOO_SLOW,
	FETCH_NO_TLS,
	FETCH_UNTRUSTED,
	FETCH_STATUS, /* detail: the status code */
	FETCH_TOO_LARGE,
	FETCH_CUT_SHORT,
	FETCH_ENCODED,
	FETCH_EMPTY,
	FETCH_FAILED, /* detail: the code of libcurl */
	FETCH_REASONS
};

/* In English, into `out`, which is returned; `reason` may be anything. */
#define FETCH_REASON_BYTES 80
char *fetch_wire_reason(unsigned reason, unsigned detail,
			char out[FETCH_REASON_BYTES]);

/* How far the downloader came before it could be asked. */
enum fetch_stage {
	FETCH_READY = 0,
	FETCH_STAGE_EXEC,
	FETCH_STAGE_LIBRARY,
	FETCH_STAGE_RIGHTS,
	FETCH_STAGES
};

struct fetch_hello {
	enum fetch_stage stage;
	uint32_t error; /* errno, unless ready */
};

struct fetch_request {
	uint32_t id;
	struct slice url;
};

struct fetch_reply {
	uint32_t id;
	enum fetch_reason reason;
	uint16_t detail;
	uint32_t keep_s;
	struct slice content; /* empty unless good */
};

void fetch_wire_hello(const struct fetch_hello *h,
		      uint8_t out[FETCH_HELLO_BYTES]);
void fetch_wire_add_request(struct buf *out, const struct fetch_request *r);
void fetch_wire_add_reply(struct buf *out, const struct fetch_reply *r);

/*
 * The frame that `bytes` begin with; slices point into them and `*used` is its
 * length.  ERR_AGAIN: there are too few bytes yet.  ERR_MALFORMED: what comes
 * is no such frame.
 */
MUST_CHECK enum err fetch_wire_take_hello(struct slice bytes,
					  struct fetch_hello *out,
					  size_t *used);
MUST_CHECK enum err fetch_wire_take_request(struct slice bytes,
					    struct fetch_request *out,
					    size_t *used);
MUST_CHECK enum err fetch_wire_take_reply(struct slice bytes,
					  struct fetch_reply *out,
					  size_t *used);

#endif
