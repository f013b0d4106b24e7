/*
 * http.h - the HTTP heads that make a connection a WebSocket (RFC 6455 section
 * 4, RFC 7118 section 3).  Other HTTP is only told from it.
 */
#ifndef SIPMON_STREAM_HTTP_H
#define SIPMON_STREAM_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/stream/stream.h"

/* What servers take at most, cookies and all; longer heads are none. */
#define HTTP_HEAD_BYTES_MAX 16384

/* Who may say so: the first index of http_head.no_takeover. */
enum http_end { HTTP_CLIENT, HTTP_SERVER, HTTP_ENDS };

struct http_head {
	bool is_answer;
	uint32_t status;             /* of an answer */
	bool is_websocket;           /* Upgrade: websocket */
	bool has_protocol;           /* Sec-WebSocket-Protocol is there */
	bool has_sip;                /* and lists "sip" */
	bool has_deflate;            /* permessage-deflate (RFC 7692) */
	bool no_takeover[HTTP_ENDS]; /* who begins each message anew */
};

/* Does a request with GET begin here, or an answer that upgrades? */
enum stream_begins http_begins(struct slice bytes);

/* The same for a GET and any answer, told by its first word. */
enum stream_begins http_speaks(struct slice bytes);

/*
 * Length of a head, 0 if it is not whole; `*scanned`, 0 at first, are the
 * bytes that need not be looked at again.
 */
size_t http_head_length(struct slice bytes, uint32_t *scanned);

void http_head_read(struct http_head *out, struct slice head);

/* Does it ask for or agree on a WebSocket that may carry SIP? */
bool http_head_upgrades(const struct http_head *h);

#endif
