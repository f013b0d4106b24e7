/*
 * A content type, a line end, a body.  The law: each part lies within the
 * body, parts of one depth do not overlap, and there are no more than room.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/sip/body.h"

static void require(int truth)
{
	if (!truth)
		abort();
}

static void require_within(struct slice s, struct slice whole)
{
	if (!slice_is_set(s))
		return;
	require(s.ptr >= whole.ptr && s.len <= whole.len &&
		s.ptr + s.len <= whole.ptr + whole.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { (const char *)data, size };
	struct slice type = slice_split(rest, '\n', &rest);
	struct sip_part parts[SIP_BODY_PARTS_MAX];
	const char *reached[SIP_BODY_DEPTH_MAX] = { NULL };
	bool broken;
	unsigned count =
		sip_body_parts(type, rest, parts, SIP_BODY_PARTS_MAX, &broken);
	struct slice sdp = sip_body_sdp(type, rest);

	require(count <= SIP_BODY_PARTS_MAX);
	require_within(sdp, rest);
	for (unsigned i = 0; i < count; i++) {
		const struct sip_part *p = &parts[i];

		require(p->depth < SIP_BODY_DEPTH_MAX);
		require_within(p->body, rest);
		require_within(p->headers, rest);
		require(reached[p->depth] == NULL ||
			p->body.ptr >= reached[p->depth]);
		reached[p->depth] = p->body.ptr + p->body.len;
	}
	return 0;
}
