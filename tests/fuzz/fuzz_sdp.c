/*
 * Any bytes as a session description.  The laws: nothing is told of more lines
 * than there may be, an encoding lies within the body and names the codec of
 * its type, and the ends of lines change nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/media/codec.h"
#include "sipmon/media/sdp.h"

static void require(int truth)
{
	if (!truth)
		abort();
}

static void check_encodings(const struct sdp *s, struct slice body,
			    unsigned line)
{
	const struct sdp_media *m = &s->media[line];

	for (unsigned type = 0; type < 128; type++) {
		struct slice e = sdp_encoding(body, line, type);

		if (!slice_is_set(e))
			continue;
		require(e.ptr >= body.ptr && e.len <= body.len &&
			e.ptr + e.len <= body.ptr + body.len);
		if (e.len == 0 || (m->flags & SDP_RTP) == 0 ||
		    !sdp_has_type(m->types, type))
			continue;
		require((m->codecs & CODEC_BIT(codec_find(e))) != 0);
	}
}

static void check(const struct sdp *s, struct slice body)
{
	require(s->media_count <= SDP_MEDIA_MAX);
	for (unsigned i = 0; i < s->media_count; i++) {
		const struct sdp_media *m = &s->media[i];
		bool has_types = m->types[0] != 0 || m->types[1] != 0;

		require(m->kind <= SDP_OTHER && m->direction <= SDP_INACTIVE);
		require(has_types == (m->codecs != 0));
		require(!has_types || (m->flags & SDP_RTP) != 0);
		require(m->endpoint.family == 0 || m->endpoint.family == 4 ||
			m->endpoint.family == 6);
		check_encodings(s, body, i);
	}
}

static void require_same(const struct sdp *a, const struct sdp *b)
{
	require(a->media_count == b->media_count);
	require(a->malformed == b->malformed);
	for (unsigned i = 0; i < a->media_count; i++) {
		const struct sdp_media *m = &a->media[i];
		const struct sdp_media *n = &b->media[i];

		require(endpoint_eq(&m->endpoint, &n->endpoint));
		require(m->rtcp_port == n->rtcp_port && m->kind == n->kind);
		require(m->direction == n->direction && m->flags == n->flags);
		require(m->codecs == n->codecs);
		require(memcmp(m->types, n->types, sizeof(m->types)) == 0);
	}
}

/* Without the CR in front of each LF, and at the end. */
static size_t without_cr(const uint8_t *data, size_t size, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		if (data[i] == '\n')
			while (n > 0 && out[n - 1] == '\r')
				n--;
		out[n++] = (char)data[i];
	}
	while (n > 0 && out[n - 1] == '\r')
		n--;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice body = { (const char *)data, size };
	char *bare = malloc(size + 1);
	struct sdp s;
	struct sdp t;

	require(bare != NULL);
	if (sdp_parse(&s, body)) {
		struct slice other = { bare, without_cr(data, size, bare) };

		check(&s, body);
		require(sdp_parse(&t, other));
		require_same(&s, &t);
	}
	free(bare);
	return 0;
}
