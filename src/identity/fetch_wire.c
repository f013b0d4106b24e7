#include "sipmon/identity/fetch_wire.h"

#include <stdio.h>

#include "sipmon/base/bytes.h"

/* A downloader of another version says another number. */
#define MAGIC UINT32_C(0x534d4601)

#define REPLY_HEAD 11
#define HELLO_BODY (FETCH_HELLO_BYTES - 4)

/* clang-format off */
static const char *const reasons[FETCH_REASONS] = {
	[FETCH_GOOD]           = "downloaded",
	[FETCH_URL_TOO_LONG]   = "the URL is too long",
	[FETCH_URL_MALFORMED]  = "the URL is malformed",
	[FETCH_NOT_HTTPS]      = "only https is downloaded",
	[FETCH_HAS_USER]       = "the URL holds a user",
	[FETCH_BAD_PORT]       = "only ports 443 and 8443 are asked",
	[FETCH_BAD_HOST]       = "the host is no public name",
	[FETCH_HAS_PARAMETERS] = "the URL holds a query, fragment or parameters",
	[FETCH_NOT_LISTED]     = "the host is none of those allowed",
	[FETCH_NO_ADDRESS]     = "the host has no address",
	[FETCH_NOT_PUBLIC]     = "an address of the host is not public",
	[FETCH_LOOKUP_SLOW]    = "the name was not looked up in time",
	[FETCH_NO_CONNECTION]  = "no connection",
	[FETCH_TOO_SLOW]       = "the server was too slow",
	[FETCH_NO_TLS]         = "TLS failed",
	[FETCH_UNTRUSTED]      = "the certificate of the web server is not valid",
	[FETCH_STATUS]         = "the web server answered %u",
	[FETCH_TOO_LARGE]      = "the answer is longer than 256 KiB",
	[FETCH_CUT_SHORT]      = "the answer ended early",
	[FETCH_ENCODED]        = "the answer is compressed",
	[FETCH_EMPTY]          = "the answer is empty",
	[FETCH_FAILED]         = "the download failed (%u)",
};
/* clang-format on */

char *fetch_wire_reason(unsigned reason, unsigned detail,
			char out[FETCH_REASON_BYTES])
{
	const char *text = reasons[FETCH_FAILED];
	size_t cut;

	if (reason < FETCH_REASONS)
		text = reasons[reason];
	cut = slice_search(slice_of(text), SLICE("%u"), false);
	(void)slice_copy((struct slice){ text, cut }, out, FETCH_REASON_BYTES);
	if (text[cut] != '\0')
		(void)snprintf(out + cut, FETCH_REASON_BYTES - cut, "%u%s",
			       detail, text + cut + 2);
	return out;
}

static void put32(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)(value >> 24);
	p[1] = (uint8_t)(value >> 16);
	p[2] = (uint8_t)(value >> 8);
	p[3] = (uint8_t)value;
}

static void add32(struct buf *out, uint32_t value)
{
	uint8_t bytes[4];

	put32(bytes, value);
	buf_add(out, (struct slice){ (const char *)bytes, sizeof(bytes) });
}

void fetch_wire_hello(const struct fetch_hello *h,
		      uint8_t out[FETCH_HELLO_BYTES])
{
	put32(out, HELLO_BODY);
	put32(out + 4, MAGIC);
	out[8] = (uint8_t)h->stage;
	put32(out + 9, h->error);
}

void fetch_wire_add_request(struct buf *out, const struct fetch_request *r)
{
	add32(out, (uint32_t)(4 + r->url.len));
	add32(out, r->id);
	buf_add(out, r->url);
}

void fetch_wire_add_reply(struct buf *out, const struct fetch_reply *r)
{
	add32(out, (uint32_t)(REPLY_HEAD + r->content.len));
	add32(out, r->id);
	buf_add_char(out, (char)r->reason);
	buf_add_char(out, (char)(r->detail >> 8));
	buf_add_char(out, (char)(r->detail & 0xff));
	add32(out, r->keep_s);
	buf_add(out, r->content);
}

/* The body of a frame of `min` to `max` bytes. */
static enum err take_frame(struct slice bytes, uint32_t min, uint32_t max,
			   struct bytes *body, size_t *used)
{
	struct bytes all = bytes_of(bytes.ptr, bytes.len);
	uint32_t len;

	if (bytes.len < 4)
		return ERR_AGAIN;
	len = bytes_be32(&all);
	if (len < min || len > max)
		return ERR_MALFORMED;
	if (all.len < len)
		return ERR_AGAIN;
	*body = bytes_of(all.ptr, len);
	*used = 4 + (size_t)len;
	return ERR_OK;
}

static struct slice rest_of(const struct bytes *b)
{
	return (struct slice){ (const char *)b->ptr, b->len };
}

enum err fetch_wire_take_hello(struct slice bytes, struct fetch_hello *out,
			       size_t *used)
{
	struct bytes body;
	enum err e = take_frame(bytes, HELLO_BODY, HELLO_BODY, &body, used);
	uint8_t stage;

	if (e)
		return e;
	if (bytes_be32(&body) != MAGIC)
		return ERR_MALFORMED;
	stage = bytes_u8(&body);
	if (stage >= FETCH_STAGES)
		return ERR_MALFORMED;
	out->stage = (enum fetch_stage)stage;
	out->error = bytes_be32(&body);
	return ERR_OK;
}

enum err fetch_wire_take_request(struct slice bytes, struct fetch_request *out,
				 size_t *used)
{
	struct bytes body;
	enum err e = take_frame(bytes, 5, 4 + FETCH_URL_BYTES_MAX, &body, used);

	if (e)
		return e;
	out->id = bytes_be32(&body);
	out->url = rest_of(&body);
	return ERR_OK;
}

enum err fetch_wire_take_reply(struct slice bytes, struct fetch_reply *out,
			       size_t *used)
{
	struct bytes body;
	enum err e =
		take_frame(bytes, REPLY_HEAD,
			   REPLY_HEAD + FETCH_CONTENT_BYTES_MAX, &body, used);
	uint8_t reason;

	if (e)
		return e;
	out->id = bytes_be32(&body);
	reason = bytes_u8(&body);
	out->detail = bytes_be16(&body);
	out->keep_s = bytes_be32(&body);
	out->content = rest_of(&body);
	/* Only what was downloaded has content, and it has some. */
	if (reason >= FETCH_REASONS ||
	    (reason == FETCH_GOOD) != (out->content.len > 0))
		return ERR_MALFORMED;
	out->reason = (enum fetch_reason)reason;
	return ERR_OK;
}
