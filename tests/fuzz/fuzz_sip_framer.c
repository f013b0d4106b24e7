/*
 * A stream, and the rule by which it is cut.  The law: what comes out does not
 * depend on the cuts, every byte is given away once, in order, and what is
 * called a message the parser reads as one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/sip/framer.h"
#include "sipmon/sip/message.h"

#define FRAMES_MAX 4096

struct frames {
	struct {
		enum sip_frame kind;
		size_t to;
	} list[FRAMES_MAX];
	size_t count;
};

static void require(int truth)
{
	if (!truth)
		abort();
}

static void require_message(struct slice bytes)
{
	struct sip_msg m;

	require(bytes.len <= SIP_MESSAGE_BYTES_MAX);
	require(sip_msg_parse(&m, bytes));
	require(m.raw.ptr == bytes.ptr);
	require(m.body.ptr <= bytes.ptr + bytes.len);
	/* an empty line ends the head, and nothing is behind the body */
	require(m.body.len > 0 || m.body.ptr == bytes.ptr + bytes.len);
}

static void note(struct frames *out, enum sip_frame kind, size_t to)
{
	if (kind == SIP_FRAME_OTHER && out->count > 0 &&
	    out->list[out->count - 1].kind == kind)
		out->count--;
	require(out->count < FRAMES_MAX);
	out->list[out->count].kind = kind;
	out->list[out->count++].to = to;
}

/* Takes all that `f` gives of `all`, of which [0, there) has come. */
static size_t take(struct sip_framer *f, struct frames *out, struct slice all,
		   size_t done, size_t there, size_t *need)
{
	bool last = there == all.len;

	*need = 0;
	while (done < there) {
		struct slice rest = slice_sub(all, done, there - done);
		size_t len = 0;
		enum sip_frame kind = sip_framer_next(f, rest, last, &len);

		if (kind == SIP_FRAME_MORE) {
			require(!last && (len == 0 || len > rest.len));
			*need = len;
			break;
		}
		require(len > 0 && len <= rest.len);
		if (kind != SIP_FRAME_OTHER)
			require_message(slice_sub(rest, 0, len));
		require(kind != SIP_FRAME_CUT || last);
		done += len;
		note(out, kind, done);
	}
	return done;
}

/* `rule`: 0 at once; 1 byte by byte; else portions of a sort of chance. */
static void run(struct frames *out, struct slice all, uint32_t rule)
{
	struct sip_framer f = { .flags = 0 };
	uint32_t chance = rule;
	size_t there = 0;
	size_t done = 0;
	size_t need = 0;

	out->count = 0;
	while (there < all.len) {
		size_t step = all.len;

		chance = chance * 1664525 + 1013904223;
		if (rule == 1)
			step = 1;
		else if (rule > 1)
			step = 1 + (chance >> 16) % (1 + (rule & 63));
		there = step > all.len - there ? all.len : there + step;
		if (there == all.len || there - done >= need)
			done = take(&f, out, all, done, there, &need);
	}
	require(done == all.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct frames whole;
	static struct frames cut;
	struct slice all = { (const char *)data, size };
	uint32_t rule = 1;

	if (size >= 2) {
		rule = (uint32_t)data[size - 1] << 8 | data[size - 2];
		all.len -= 2;
	}
	require(sip_framer_seek(all) <= all.len);
	run(&whole, all, 0);
	run(&cut, all, rule);
	require(whole.count == cut.count);
	for (size_t i = 0; i < whole.count; i++)
		require(whole.list[i].kind == cut.list[i].kind &&
			whole.list[i].to == cut.list[i].to);
	return 0;
}
