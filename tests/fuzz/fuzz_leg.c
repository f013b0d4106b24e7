/*
 * Any fields in any requests and answers: three bytes a message choose the
 * call, the way and what is said, a line of the input is a field of it.  The
 * laws: legs that messages tie see each other, what is told is there, a message
 * leaves an element after it came, changes lie within their messages, and
 * memory holds.
 */
#include "../unit/call/say.h"

#include "sipmon/call/leg.h"
#include "sipmon/call/passage.h"
#include "sipmon/sip/charging.h"
#include "sipmon/sip/replaces.h"
#include "sipmon/sip/session_id.h"

#define MEMORY       (UINT64_C(600) * 1024)
#define MESSAGES_MAX 2000

static void require(int truth)
{
	if (!truth)
		abort();
}

static void require_within(struct slice s, struct slice text)
{
	if (slice_is_set(s) && s.len > 0)
		require(s.ptr >= text.ptr &&
			s.ptr + s.len <= text.ptr + text.len);
}

static void check_parsers(struct slice text)
{
	char out[64];
	struct sip_session_id id;
	struct sip_replaces r;
	struct slice value;

	if (sip_session_id_parse(&id, text) == ERR_OK) {
		require(id.local.len == SIP_UUID_BYTES);
		require_within(id.local, text);
		require_within(id.remote, text);
	}
	if (sip_replaces_parse(&r, text) == ERR_OK) {
		require_within(r.call_id, text);
		require_within(r.to_tag, text);
	}
	require_within(sip_icid_of(text), text);
	if (sip_uri_header(text, SLICE("a"), out, sizeof(out), &value) ==
	    ERR_OK)
		require(value.ptr == out && value.len <= sizeof(out));
}

static bool has_leg(const struct view *v, const struct call *c, uint64_t id)
{
	struct leg legs[LEG_ROOM];
	unsigned n = leg_list(v, c, legs, LEG_ROOM);

	for (unsigned i = 0; i < n; i++)
		if (legs[i].call == id)
			return true;
	return n == LEG_ROOM;
}

static void check_legs(const struct view *v, const struct call *c)
{
	struct leg legs[LEG_ROOM];
	unsigned n = leg_list(v, c, legs, LEG_ROOM);

	require(n <= LEG_ROOM);
	for (unsigned i = 0; i < n; i++) {
		const struct call *other = view_call(v, legs[i].call);

		require(other != NULL && other != c);
		require(legs[i].tie >= LEG_SESSION_ID &&
			legs[i].tie < LEG_TIES);
		require(i == 0 || legs[i].call > legs[i - 1].call);
		if (legs[i].tie != LEG_GUESS)
			require(has_leg(v, other, c->id));
	}
}

static void check_passages(const struct view *v, const struct call *c)
{
	struct passage p[PASSAGE_ROOM];
	unsigned n = passage_list(v, c, p, PASSAGE_ROOM);

	require(n <= PASSAGE_ROOM);
	for (unsigned i = 0; i < n; i++) {
		const struct captured_msg *in = view_msg(v, p[i].in);
		const struct captured_msg *out = view_msg(v, p[i].out);

		require(in != out && in->method == out->method);
		require(view_call_of(v, in) == c && view_call_of(v, out) == c);
		require(p[i].delay_ns >= 0);
		require(p[i].delay_ns == out->time_ns - in->time_ns);
	}
}

static void check_changes(struct slice a, struct slice b)
{
	struct header_change list[HEADER_CHANGES_MAX];
	struct sip_msg x;
	struct sip_msg y;
	unsigned n;

	if (!sip_msg_parse(&x, a) || !sip_msg_parse(&y, b))
		return;
	require(header_changes(&x, &x, list, HEADER_CHANGES_MAX) == 0);
	n = header_changes(&x, &y, list, HEADER_CHANGES_MAX);
	require(n <= HEADER_CHANGES_MAX);
	for (unsigned i = 0; i < n; i++) {
		require_within(list[i].before, x.raw);
		require_within(list[i].after, y.raw);
	}
}

static void send(struct store *s, const uint8_t *p, int64_t now_ms,
		 struct slice field, struct buf *before)
{
	static const char *const ids[] = { "one",  "two", "three", "four",
					   "five", "six", "seven", "eight" };
	static const char *const ways[] = { "A>P", "P>B",   "B>P",   "P>A",
					    "B>C", "A1>A2", "A2>A3", "P>Q" };
	static const char *const lines[] = { "INVITE", "REFER", "180", "200",
					     "BYE",    "ACK",   "486", "INFO" };
	static const char *const branches[] = { "1", "2", "3", "4" };
	struct words w = { .at_ms = now_ms,
			   .id = ids[p[0] & 7],
			   .way = ways[p[0] >> 3 & 7],
			   .line = lines[p[1] & 7],
			   .branch = branches[p[1] >> 3 & 3],
			   .to = (p[1] & 32) != 0 ? "b" : NULL };
	struct flow flow = say_flow(w.way, TRANSPORT_UDP);
	struct buf b;

	buf_init(&b, (size_t)1 << 20);
	say_text(&b, &w);
	b.len -= 2; /* of the empty line */
	buf_add(&b, field);
	buf_add_text(&b, "\r\n\r\n");
	push_text(s, buf_slice(&b), &flow, &w);
	if (before->len > 0)
		check_changes(buf_slice(before), buf_slice(&b));
	buf_clear(before);
	buf_add(before, buf_slice(&b));
	buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice input = { (const char *)data, size };
	struct store *s =
		new_store_of(size > 0 && (data[0] & 1) != 0 ? MEMORY : 0);
	const struct view *v = store_view(s);
	struct buf before;
	int64_t now_ms = 0;

	check_parsers(slice_sub(input, 0, 4000));
	buf_init(&before, (size_t)1 << 20);
	while (input.len >= 3 && view_totals(v)->messages < MESSAGES_MAX) {
		const uint8_t *p = (const uint8_t *)input.ptr;
		struct slice line;

		input = slice_sub(input, 3, input.len);
		line = slice_sub(slice_split(input, '\n', NULL), 0, 4000);
		input = slice_sub(input, line.len + 1, input.len);
		now_ms += p[2] * 10 - 300;
		send(s, p, now_ms < 0 ? 0 : now_ms, line, &before);
	}
	for (const struct call *c = view_first(v); c != NULL;
	     c = view_next(v, c)) {
		check_legs(v, c);
		check_passages(v, c);
	}
	require(view_memory(v) <= MEMORY || (data[0] & 1) == 0);
	buf_free(&before);
	store_free(s);
	return 0;
}
