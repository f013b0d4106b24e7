#include "sipmon/media/sdp.h"

#include <arpa/inet.h>
#include <string.h>

#include "sipmon/media/codec.h"

#define PORT_DISCARD 9 /* what ICE writes before it knows one, RFC 8840 */

/* What holds for a media line unless it says otherwise. */
struct reader {
	struct sdp *out;
	struct sdp_media *media; /* NULL: of the session */
	struct endpoint address; /* c= of the session */
	uint8_t flags;
	uint8_t direction;
	bool has_address; /* c= of this media line was read */
	bool done;        /* SDP_MEDIA_MAX lines were read */
	uint64_t mapped[2];
};

/* The next line of `*rest` without its end. */
static struct slice next_line(struct slice *rest)
{
	struct slice line = slice_split(*rest, '\n', rest);

	while (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* The next word of `*rest`; empty at its end. */
static struct slice next_word(struct slice *rest)
{
	const char *p = rest->ptr;
	const char *end;
	const char *word;

	if (rest->len == 0)
		return SLICE("");
	end = p + rest->len;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	word = p;
	while (p < end && *p != ' ' && *p != '\t')
		p++;
	*rest = (struct slice){ p, (size_t)(end - p) };
	return (struct slice){ word, (size_t)(p - word) };
}

/* The lengths differ most often: then no function is called. */
static inline bool is_word(struct slice a, struct slice b)
{
	return a.len == b.len && slice_eq_nocase(a, b);
}

/* The name of an attribute; `*value` is what follows its colon. */
static struct slice attribute_name(struct slice line, struct slice *value)
{
	return slice_trim(slice_split(line, ':', value));
}

static void add_type(uint64_t types[2], unsigned type)
{
	types[type >> 6] |= UINT64_C(1) << (type & 63);
}

/* ---- c= */

/* Addresses that say nowhere: RFC 2543 appendix B, RFC 3264 section 8.4. */
static bool is_nowhere(const struct endpoint *e)
{
	static const uint8_t zeros[sizeof(e->address)];

	return e->family != 0 &&
	       memcmp(e->address, zeros, sizeof(e->address)) == 0;
}

/* "IN IP4 192.0.2.1", of a multicast address with "/ttl" (RFC 8866 5.7). */
static bool read_connection(struct slice s, struct endpoint *out)
{
	char text[64];
	struct slice net = next_word(&s);
	struct slice family = next_word(&s);
	struct slice host = slice_split(next_word(&s), '/', NULL);
	bool six = is_word(family, SLICE("IP6"));

	*out = (struct endpoint){ .family = 0 };
	if (!is_word(net, SLICE("IN")) || host.len == 0 ||
	    (!six && !is_word(family, SLICE("IP4"))))
		return false;
	if (host.len >= sizeof(text))
		return true; /* a host name */
	slice_copy(host, text, sizeof(text));
	if (inet_pton(six ? AF_INET6 : AF_INET, text, out->address) == 1)
		out->family = six ? 6 : 4;
	return true;
}

static bool take_connection(struct reader *r, struct slice value)
{
	struct endpoint address;

	if (!read_connection(value, &address))
		return false;
	if (r->media == NULL) {
		r->address = address;
	} else if (!r->has_address) {
		/* Of several, which are layers of multicast, the first. */
		address.port = r->media->endpoint.port;
		r->media->endpoint = address;
		r->has_address = true;
	}
	return true;
}

/* ---- m= */

static uint8_t kind_of(struct slice media)
{
	if (is_word(media, SLICE("audio")))
		return SDP_AUDIO;
	if (is_word(media, SLICE("video")))
		return SDP_VIDEO;
	if (is_word(media, SLICE("image")))
		return SDP_IMAGE;
	return SDP_OTHER;
}

static uint8_t transport_flags(struct slice transport)
{
	uint8_t flags = 0;

	if (slice_search(transport, SLICE("RTP/"), true) < transport.len)
		flags |= SDP_RTP;
	if (slice_search(transport, SLICE("/SAVP"), true) < transport.len)
		flags |= SDP_SECURE;
	return flags;
}

static bool read_types(struct sdp_media *m, struct slice formats)
{
	bool good = true;

	while (formats.len > 0) {
		struct slice word = next_word(&formats);
		uint32_t type;

		if (word.len == 0)
			break;
		if (slice_to_u32(word, 127, &type))
			add_type(m->types, type);
		else
			good = false;
	}
	return good;
}

/* What the lines behind m= did not say. */
static void finish_media(struct reader *r)
{
	struct sdp_media *m = r->media;

	if (m == NULL)
		return;
	if (is_nowhere(&m->endpoint) &&
	    !((m->flags & SDP_ICE) != 0 && m->endpoint.port == PORT_DISCARD))
		m->flags |= SDP_HELD;
	if ((m->flags & SDP_RTP) == 0)
		return;
	if (m->rtcp_port == 0 && m->endpoint.port != 0 &&
	    m->endpoint.port != UINT16_MAX)
		m->rtcp_port = (uint16_t)(m->endpoint.port + 1);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t left = m->types[i] & ~r->mapped[i];

		for (; left != 0; left &= left - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(left);

			m->codecs |= CODEC_BIT(codec_of_type(64 * i + bit));
		}
	}
}

/* media port ["/" number] transport formats */
static bool take_media(struct reader *r, struct slice value)
{
	struct slice kind = next_word(&value);
	struct slice ports = next_word(&value);
	struct slice transport = next_word(&value);
	struct sdp_media *m;
	uint32_t port = 0;
	bool good = slice_to_u32(slice_split(ports, '/', NULL), UINT16_MAX,
				 &port) &&
		    transport.len > 0;

	finish_media(r);
	if (r->out->media_count == SDP_MEDIA_MAX) {
		r->media = NULL;
		r->done = true;
		return true;
	}
	m = &r->out->media[r->out->media_count++];
	*m = (struct sdp_media){ .endpoint = r->address,
				 .kind = kind_of(kind),
				 .direction = r->direction };
	m->endpoint.port = (uint16_t)port;
	m->flags = r->flags | transport_flags(transport);
	if ((m->flags & SDP_RTP) != 0 && !read_types(m, value))
		good = false;
	r->media = m;
	r->has_address = false;
	memset(r->mapped, 0, sizeof(r->mapped));
	return good;
}

/* ---- a= */

static bool take_rtpmap(struct reader *r, struct slice value)
{
	struct slice word = next_word(&value);
	struct slice encoding = next_word(&value);
	uint32_t type;

	if (!slice_to_u32(word, 127, &type) || encoding.len == 0)
		return false;
	if (r->media == NULL || (r->media->flags & SDP_RTP) == 0 ||
	    !sdp_has_type(r->media->types, type))
		return true; /* of no line, or of a type that is not offered */
	if (!sdp_has_type(r->mapped, type))
		r->media->codecs |= CODEC_BIT(codec_find(encoding));
	add_type(r->mapped, type);
	return true;
}

/* RFC 3605: a port, and an address of its own that is not kept. */
static bool take_rtcp(struct reader *r, struct slice value)
{
	uint32_t port;

	if (!slice_to_u32(next_word(&value), UINT16_MAX, &port))
		return false;
	if (r->media != NULL)
		r->media->rtcp_port = (uint16_t)port;
	return true;
}

static bool take_direction(struct reader *r, unsigned direction)
{
	if (r->media != NULL)
		r->media->direction = (uint8_t)direction;
	else
		r->direction = (uint8_t)direction;
	return true;
}

static bool take_flag(struct reader *r, unsigned flag)
{
	if (r->media != NULL)
		r->media->flags |= (uint8_t)flag;
	else
		r->flags |= (uint8_t)flag;
	return true;
}

enum attribute { DIRECTION, FLAG, RTCP, RTPMAP };

static const struct {
	struct slice name;
	enum attribute kind;
	unsigned value;
} attributes[] = {
	{ { "rtpmap", 6 }, RTPMAP, 0 },
	{ { "rtcp", 4 }, RTCP, 0 },
	{ { "sendrecv", 8 }, DIRECTION, SDP_SENDRECV },
	{ { "sendonly", 8 }, DIRECTION, SDP_SENDONLY },
	{ { "recvonly", 8 }, DIRECTION, SDP_RECVONLY },
	{ { "inactive", 8 }, DIRECTION, SDP_INACTIVE },
	{ { "crypto", 6 }, FLAG, SDP_SECURE },
	{ { "fingerprint", 11 }, FLAG, SDP_SECURE },
	{ { "candidate", 9 }, FLAG, SDP_ICE },
	{ { "ice-ufrag", 9 }, FLAG, SDP_ICE },
	{ { "ice-options", 11 }, FLAG, SDP_ICE },
	{ { "rtcp-mux", 8 }, FLAG, SDP_RTCP_MUX },
};

/* Most lines are others (fmtp, ptime, ssrc): a letter or two tell them. */
static bool may_be_known(struct slice line)
{
	if (line.len < 4)
		return false;
	switch (line.ptr[0] | 0x20) {
	case 'r': /* rtpmap, rtcp, recvonly */
	case 'i': /* inactive, ice-ufrag */
	case 'c': /* crypto, candidate */
	case ' ': /* blanks before the name */
	case '\t' | 0x20:
		return true;
	case 's': /* sendrecv, and not ssrc */
		return (line.ptr[1] | 0x20) == 'e';
	case 'f': /* fingerprint, and not fmtp */
		return (line.ptr[1] | 0x20) == 'i';
	default:
		return false;
	}
}

/* False if the value of one that is known cannot be read. */
static bool take_attribute(struct reader *r, struct slice line)
{
	struct slice value;
	struct slice name;

	if (!may_be_known(line))
		return true;
	name = attribute_name(line, &value);
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]);
	     i++) {
		if (!is_word(name, attributes[i].name))
			continue;
		switch (attributes[i].kind) {
		case DIRECTION:
			return take_direction(r, attributes[i].value);
		case FLAG:
			return take_flag(r, attributes[i].value);
		case RTCP:
			return take_rtcp(r, value);
		case RTPMAP:
			return take_rtpmap(r, value);
		}
	}
	return true;
}

/* ---- lines */

static bool take_line(struct reader *r, struct slice line)
{
	struct slice value = slice_sub(line, 2, line.len);

	if (line.len == 0)
		return true;
	if (line.len < 2 || line.ptr[1] != '=')
		return false;
	switch (line.ptr[0]) {
	case 'c':
		return take_connection(r, value);
	case 'm':
		return take_media(r, value);
	case 'a':
		return take_attribute(r, value);
	default:
		return true;
	}
}

/* Some put an empty line in front of it, as between parts of a body. */
static struct slice without_blank_lines(struct slice body)
{
	size_t n = 0;

	while (n < body.len && (body.ptr[n] == '\r' || body.ptr[n] == '\n'))
		n++;
	return slice_sub(body, n, body.len);
}

bool sdp_parse(struct sdp *out, struct slice body)
{
	struct reader r = { .out = out };
	struct slice rest = without_blank_lines(body);

	out->media_count = 0;
	out->malformed = false;
	if (rest.len < 2 || memcmp(rest.ptr, "v=", 2) != 0)
		return false;
	while (rest.len > 0 && !r.done)
		if (!take_line(&r, next_line(&rest)))
			out->malformed = true;
	finish_media(&r);
	return true;
}

struct slice sdp_encoding(struct slice body, unsigned line, unsigned type)
{
	struct slice rest = body;
	unsigned media = 0; /* number of m= lines so far */
	uint32_t number;

	if (line >= SDP_MEDIA_MAX)
		return SLICE_NONE;
	while (rest.len > 0 && media <= line + 1) {
		struct slice here = next_line(&rest);
		struct slice value;

		if (here.len < 2 || here.ptr[1] != '=')
			continue;
		value = slice_sub(here, 2, here.len);
		if (here.ptr[0] == 'm')
			media++;
		if (here.ptr[0] != 'a' || media != line + 1 ||
		    !is_word(attribute_name(value, &value), SLICE("rtpmap")))
			continue;
		if (slice_to_u32(next_word(&value), 127, &number) &&
		    number == type)
			return next_word(&value);
	}
	return SLICE_NONE;
}
