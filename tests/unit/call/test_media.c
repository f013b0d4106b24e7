/* Notes of SDP, and the streams that belong to a call. */
#include <arpa/inet.h>

#include "rtp.h"
#include "sipmon/call/media.h"
#include "sipmon/call/peer.h"

#define S       1000
#define YEAR_MS (INT64_C(365) * 24 * 3600 * S)

static const struct media_note *note_nth(const struct store *s,
					 const struct call *c, unsigned n)
{
	const struct view *v = store_view(s);
	const struct media_note *note = view_media(v, c->first_media);

	while (note != NULL && n-- > 0)
		note = view_media(v, note->next);
	return note;
}

static unsigned count_notes(const struct store *s, const struct call *c)
{
	unsigned n = 0;

	while (note_nth(s, c, n) != NULL)
		n++;
	assert_int_equal(n, c->media_count);
	return n;
}

/* The number of a note's message in its call. */
static unsigned msg_of(const struct store *s, const struct call *c,
		       const struct media_note *note)
{
	unsigned n = 0;

	while (msg_nth(s, c, n) != view_msg(store_view(s), note->msg))
		n++;
	return n;
}

/* ---- notes */

static void each_media_line_has_a_note(void **state)
{
	struct store *s = *state;
	const struct media_note *n;

	SAY(s, .way = "A>B", .line = "INVITE", .more = SDP_TYPE,
	    .body = SDP_A "m=video 40002 RTP/AVP 99\r\nc=IN IP4 192.0.2.3\r\n");
	SAY(s, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .way = "B>A", .line = "200", .to = "b", .more = SDP_TYPE,
	    .body = SDP_B);
	assert_int_equal(count_notes(s, the_call(s)), 3);
	n = note_nth(s, the_call(s), 0);
	assert_int_equal(n->line, 0);
	assert_int_equal(msg_of(s, the_call(s), n), 0);
	assert_int_equal(n->media.kind, SDP_AUDIO);
	assert_int_equal(n->media.endpoint.port, 40000);
	assert_int_equal(n->media.endpoint.address[3], 1);
	n = note_nth(s, the_call(s), 1);
	assert_int_equal(n->line, 1);
	assert_int_equal(n->media.kind, SDP_VIDEO);
	assert_int_equal(n->media.endpoint.port, 40002);
	assert_int_equal(n->media.endpoint.address[3], 3);
	n = note_nth(s, the_call(s), 2);
	assert_int_equal(n->line, 0);
	assert_int_equal(msg_of(s, the_call(s), n), 2);
	assert_int_equal(n->media.endpoint.address[3], 2);
}

static void copies_add_no_note_but_other_hops_do(void **state)
{
	struct store *s = *state;
	const struct media_note *n;

	SAY(s, .way = "A>P", .line = "INVITE", .more = SDP_TYPE,
	    .body = SDP_A "m=audio 40002 RTP/AVP 8\r\n");
	SAY(s, .way = "A>P", .line = "INVITE", .more = SDP_TYPE,
	    .body = SDP_A "m=audio 40002 RTP/AVP 8\r\n");
	SAY(s, .way = "P>B", .line = "INVITE", .branch = "2", .more = SDP_TYPE,
	    .body = SDP_A "m=audio 40002 RTP/AVP 8\r\n");
	assert_int_equal(count_notes(s, the_call(s)), 4);
	n = note_nth(s, the_call(s), 3);
	assert_int_equal(n->line, 1);
	assert_int_equal(msg_of(s, the_call(s), n), 2);
	assert_int_equal(n->media.endpoint.port, 40002);
	assert_int_equal(n->body, note_nth(s, the_call(s), 0)->body);
	SAY(s, .way = "B>P", .line = "200", .branch = "2", .to = "b",
	    .more = SDP_TYPE, .body = SDP_B);
	assert_int_not_equal(note_nth(s, the_call(s), 4)->body, n->body);
}

static void a_part_of_a_body_has_its_notes(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE",
	    .more = "Content-Type: multipart/mixed;boundary=x\r\n",
	    .body = "--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
		    "--x\r\nContent-Type: application/sdp\r\n\r\n" SDP_A
		    "\r\n--x--\r\n");
	assert_int_equal(count_notes(s, the_call(s)), 1);
	assert_int_equal(note_nth(s, the_call(s), 0)->media.endpoint.port,
			 40000);
}

static void what_is_cut_or_no_sdp_has_none(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE", .more = SDP_TYPE, .body = SDP_A,
	    .cut = true);
	SAY(s, .way = "A>B", .line = "INFO", .more = SDP_TYPE,
	    .body = "m=audio 40000 RTP/AVP 8\r\n");
	SAY(s, .way = "A>B", .line = "MESSAGE",
	    .more = "Content-Type: text/plain\r\n", .body = SDP_A);
	SAY(s, .way = "A>B", .line = "OPTIONS", .more = SDP_TYPE);
	SAY(s, .way = "A>B", .line = "UPDATE",
	    .more = "Content-Type: multipart/mixed\r\n", .body = SDP_A);
	assert_int_equal(count_notes(s, the_call(s)), 0);
	assert_null(view_media(store_view(s), 0));
	assert_null(view_media(store_view(s), UINT32_MAX));
}

/* `n` media lines, the first to port `port`. */
static const char *many_lines(unsigned n, unsigned port)
{
	static char out[256 * 40];
	size_t at = (size_t)snprintf(out, sizeof(out), SDP_OF("192.0.2.1"));

	for (unsigned i = 0; i < n; i++)
		at += (size_t)snprintf(out + at, sizeof(out) - at,
				       "m=audio %u RTP/AVP 8\r\n", port + i);
	return out;
}

static void a_flood_of_media_lines_is_bounded(void **state)
{
	struct store *s = *state;
	struct call_media list[2];

	SAY(s, .way = "A>B", .line = "INVITE", .more = SDP_TYPE,
	    .body = many_lines(255, 1000));
	assert_int_equal(count_notes(s, the_call(s)), SDP_MEDIA_MAX);
	for (int i = 2; i < 100; i++)
		SAY(s, .way = "A>B", .line = "INVITE", .more = SDP_TYPE,
		    .to = "b", .cseq = i, .branch = i % 2 != 0 ? "1" : "2",
		    .body = many_lines(255, 1000 + 255 * (unsigned)i));
	assert_int_equal(count_notes(s, the_call(s)), 256);
	RTP(s, .at_ms = 100, .way = "B>A", .ssrc = 1, .count = 9);
	assert_int_equal(call_media_list(store_view(s), the_call(s), list, 2),
			 0);
}

/* ---- memory */

static void forgotten_calls_give_their_notes_back(void **state)
{
	static char id[16];
	struct store *s = new_store_of(UINT64_C(2) << 20);
	const struct view *v = store_view(s);
	struct flow flow;
	uint32_t kept = 0;
	unsigned notes = 0;

	(void)state;
	for (unsigned i = 0; i < 6000; i++) {
		(void)snprintf(id, sizeof(id), "%u", i);
		SAY(s, .way = "A>B", .line = "INVITE", .id = id,
		    .more = SDP_TYPE, .body = many_lines(8, i),
		    .in_file = true);
		assert_true(view_memory(v) <= UINT64_C(2) << 20);
		if (i == 3000)
			kept = view_call_count(v);
	}
	assert_true(view_totals(v)->forgotten_calls > 3000);
	/* what is given back is used again, for as many calls */
	assert_true(view_call_count(v) + 100 > kept);
	assert_true(kept > 500);
	for (const struct call *c = view_first(v); c != NULL;
	     c = view_next(v, c))
		notes += count_notes(s, c);
	assert_int_equal(notes, 8 * view_call_count(v));
	/* what a host did is remembered */
	flow = say_flow("A>B", TRANSPORT_UDP);
	assert_int_equal(view_peer(v, &flow.source)->began, 6000);
	store_free(s);
}

static void notes_count_as_memory(void **state)
{
	struct store *s = *state;
	uint64_t before;

	SAY(s, .way = "A>B", .line = "INVITE");
	before = view_memory(store_view(s));
	SAY(s, .way = "A>B", .line = "INVITE", .more = SDP_TYPE, .to = "b",
	    .branch = "2", .cseq = 2, .body = many_lines(8, 1000));
	assert_true(view_memory(store_view(s)) >=
		    before + 8 * sizeof(struct media_note));
}

static void nothing_is_counted_unless_it_is_wanted(void **state)
{
	struct store *s = new_store_of(0);

	(void)state;
	say_talk(s, "one", 0, true);
	RTP(s, .at_ms = 2 * S, .way = "B>A", .count = 10);
	assert_non_null(view_streams(store_view(s)));
	assert_int_equal(streams_seen(view_streams(store_view(s))), 0);
	assert_int_equal(count_notes(s, the_call(s)), 2);
	store_free(s);
}

static void a_clear_forgets_streams_and_notes(void **state)
{
	struct store *s = *state;
	struct call_media list[1];

	say_talk(s, "one", 0, true);
	RTP(s, .at_ms = 2 * S, .way = "B>A", .count = 10);
	assert_int_equal(streams_seen(view_streams(store_view(s))), 1);
	store_clear(s);
	assert_int_equal(streams_seen(view_streams(store_view(s))), 0);
	say_talk(s, "one", 0, true);
	assert_int_equal(count_notes(s, the_call(s)), 2);
	assert_int_equal(call_media_list(store_view(s), the_call(s), list, 1),
			 0);
}

static void a_new_stream_changes_the_view_but_not_each_packet(void **state)
{
	struct store *s = *state;
	uint64_t change = view_change(store_view(s));

	RTP(s, .way = "B>A", .count = 2);
	assert_int_not_equal(view_change(store_view(s)), change);
	change = view_change(store_view(s));
	RTP(s, .at_ms = 40, .way = "B>A", .count = 10, .sequence = 2);
	assert_int_equal(view_change(store_view(s)), change);
	assert_int_equal(streams_packets(view_streams(store_view(s))), 12);
}

/* ---- streams */

/* SSRCs of the call's streams, in order, as digits; '-' in front of one that
 * is known by its source. */
static const char *streams_of(const struct store *s, const char *id)
{
	static char out[64];
	struct call_media list[CALL_MEDIA_ROOM];
	unsigned n = call_media_list(store_view(s), call_named(s, id), list,
				     CALL_MEDIA_ROOM);
	size_t at = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		assert_non_null(list[i].note);
		at += (size_t)snprintf(out + at, sizeof(out) - at, "%s%u",
				       list[i].by_source ? "-" : "",
				       list[i].stream->ssrc);
	}
	return out;
}

static void streams_to_what_was_promised_are_the_calls(void **state)
{
	struct store *s = *state;
	struct call_media list[CALL_MEDIA_ROOM];

	say_talk(s, "one", 0, true);
	RTP(s, .at_ms = 1500, .way = "B>A", .ssrc = 2, .count = 300);
	RTP(s, .at_ms = 1100, .way = "A>B", .ssrc = 1, .count = 300);
	RTP(s, .at_ms = 1100, .way = "C>D", .ssrc = 3, .count = 300);
	RTP(s, .at_ms = 1100, .way = "B>A2", .ssrc = 4, .count = 300);
	/* one packet is no proof */
	RTP(s, .at_ms = 1100, .way = "B>A", .ssrc = 5, .count = 1);
	assert_string_equal(streams_of(s, "one"), "12");
	assert_int_equal(call_media_list(store_view(s), the_call(s), list,
					 CALL_MEDIA_ROOM),
			 2);
	assert_ptr_equal(list[0].note, note_nth(s, the_call(s), 1));
	assert_ptr_equal(list[1].note, note_nth(s, the_call(s), 0));
}

static void the_first_ones_have_room(void **state)
{
	struct store *s = *state;
	struct call_media list[2];
	unsigned n;

	say_talk(s, "one", 0, true);
	for (uint32_t i = 9; i > 0; i--)
		RTP(s, .at_ms = 1000 + i, .way = "B>A", .ssrc = i, .count = 2);
	n = call_media_list(store_view(s), the_call(s), list, 2);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].stream->ssrc, 1);
	assert_int_equal(list[1].stream->ssrc, 2);
	assert_int_equal(call_media_list(store_view(s), the_call(s), list, 0),
			 0);
}

static void the_way_back_is_known_by_its_source(void **state)
{
	struct store *s = *state;

	/* C is where the NAT in front of A sends from */
	SAY(s, .way = "A>B", .line = "INVITE", .more = SDP_TYPE,
	    .body = AUDIO_AT("10.0.0.1", "40000"));
	SAY(s, .at_ms = S, .way = "B>A", .line = "200", .to = "b",
	    .more = SDP_TYPE, .body = SDP_B);
	RTP(s, .at_ms = 1100, .way = "C>B", .ssrc = 1, .count = 9);
	RTP(s, .at_ms = 1200, .way = "B>C", .ssrc = 2, .count = 9);
	RTP(s, .at_ms = 1200, .way = "D>C", .ssrc = 3, .count = 9);
	RTP(s, .at_ms = 1200, .way = "B>D", .ssrc = 4, .count = 9);
	assert_string_equal(streams_of(s, "one"), "1-2");
	RTP(s, .at_ms = 1300, .way = "C>B", .ssrc = 5, .count = 9);
	assert_string_equal(streams_of(s, "one"), "1-25");
	/* B says that it wants to receive elsewhere, and sends from there */
	SAY(s, .at_ms = 1 * S, .way = "B>A", .line = "INVITE", .from = "b",
	    .to = "a", .branch = "2", .cseq = 2, .more = SDP_TYPE,
	    .body = AUDIO_AT("192.0.2.2", "40002"));
	RTP(s, .at_ms = 1400, .way = "B2>C", .ssrc = 6, .count = 9);
	assert_string_equal(streams_of(s, "one"), "1-25-6");
}

static void a_port_that_is_given_away_again_is_another_calls(void **state)
{
	struct store *s = *state;

	say_talk(s, "one", 0, true);
	RTP(s, .at_ms = 1100, .way = "B>A", .ssrc = 1, .count = 400);
	say_talk(s, "two", 3 * YEAR_MS, true);
	RTP(s, .at_ms = 3 * YEAR_MS + 1100, .way = "B>A", .ssrc = 2,
	    .count = 400);
	assert_string_equal(streams_of(s, "one"), "1");
	assert_string_equal(streams_of(s, "two"), "2");
}

static void it_is_so_if_the_end_of_the_first_was_not_seen(void **state)
{
	struct store *s = *state;

	say_talk(s, "one", 0, false);
	RTP(s, .at_ms = 1100, .way = "B>A", .ssrc = 1, .count = 400);
	say_talk(s, "two", 3 * YEAR_MS, false);
	RTP(s, .at_ms = 3 * YEAR_MS + 1100, .way = "B>A", .ssrc = 2,
	    .count = 400);
	assert_string_equal(streams_of(s, "one"), "1");
	assert_string_equal(streams_of(s, "two"), "2");
}

static void while_a_call_goes_on_a_new_source_is_its_own(void **state)
{
	struct store *s = *state;

	say_talk(s, "one", 0, false);
	RTP(s, .at_ms = 5 * S, .way = "B>A", .ssrc = 1, .count = 10000);
	/* 200 s later, where the first one ended, comes music */
	RTP(s, .at_ms = 206 * S, .way = "C>A", .ssrc = 2, .count = 500);
	RTP(s, .at_ms = 300 * S, .way = "C>A", .ssrc = 3, .count = 500);
	assert_string_equal(streams_of(s, "one"), "12");
}

static void what_begins_behind_the_bye_is_of_the_next_call(void **state)
{
	struct store *s = *state;

	say_talk(s, "one", 0, true);
	say_talk(s, "two", 10020, true);
	/* the last words of the first */
	RTP(s, .at_ms = 9990, .way = "B>A", .ssrc = 1, .count = 2);
	RTP(s, .at_ms = 10050, .way = "C>A", .ssrc = 2, .count = 9);
	assert_string_equal(streams_of(s, "one"), "1");
	assert_string_equal(streams_of(s, "two"), "2");
}

static void before_the_first_sdp_nothing_is_the_calls(void **state)
{
	struct store *s = *state;

	say_talk(s, "one", 20 * S, true);
	RTP(s, .at_ms = 10 * S, .way = "B>A", .ssrc = 1, .count = 9);
	/* goes on while the call begins */
	RTP(s, .at_ms = 19 * S, .way = "C>A", .ssrc = 2, .count = 90);
	assert_string_equal(streams_of(s, "one"), "2");
}

static void times_that_jump_back_lose_nothing(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 5 * S, .way = "A>B", .line = "INVITE", .more = SDP_TYPE,
	    .body = SDP_A);
	SAY(s, .at_ms = -2 * S, .way = "B>A", .line = "200", .to = "b",
	    .more = SDP_TYPE, .body = SDP_B);
	SAY(s, .at_ms = -S, .way = "A>B", .line = "BYE", .branch = "2",
	    .to = "b", .cseq = 2);
	RTP(s, .at_ms = -1500, .way = "B>A", .ssrc = 1, .count = 9);
	RTP(s, .at_ms = 3 * S, .way = "A>B", .ssrc = 2, .count = 9);
	RTP(s, .at_ms = 9 * S, .way = "A>B", .ssrc = 3, .count = 9);
	assert_string_equal(streams_of(s, "one"), "12");
}

static void of_several_promises_the_latest_holds(void **state)
{
	struct store *s = *state;
	struct call_media list[CALL_MEDIA_ROOM];

	say_talk(s, "one", 0, false);
	SAY(s, .at_ms = 20 * S, .way = "A>B", .line = "INVITE", .branch = "2",
	    .to = "b", .cseq = 2, .more = SDP_TYPE,
	    .body = SDP_A "a=sendonly\r\n");
	SAY(s, .at_ms = 40 * S, .way = "A>B", .line = "INVITE", .branch = "3",
	    .to = "b", .cseq = 3, .more = SDP_TYPE, .body = SDP_A);
	RTP(s, .at_ms = 2 * S, .way = "B>A", .ssrc = 1, .count = 9);
	RTP(s, .at_ms = 22 * S, .way = "B>A", .ssrc = 2, .count = 9);
	RTP(s, .at_ms = 42 * S, .way = "B>A", .ssrc = 3, .count = 9);
	assert_string_equal(streams_of(s, "one"), "123");
	assert_int_equal(call_media_list(store_view(s), the_call(s), list,
					 CALL_MEDIA_ROOM),
			 3);
	assert_ptr_equal(list[0].note, note_nth(s, the_call(s), 0));
	assert_ptr_equal(list[1].note, note_nth(s, the_call(s), 2));
	assert_ptr_equal(list[2].note, note_nth(s, the_call(s), 3));
}

static void a_refused_line_promises_nothing(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE", .more = SDP_TYPE,
	    .body = AUDIO_AT("192.0.2.1", "0"));
	SAY(s, .way = "B>A", .line = "200", .to = "b", .more = SDP_TYPE,
	    .body = AUDIO_AT("host.example.com", "40000"));
	RTP(s, .at_ms = 100, .way = "B>A", .ssrc = 1, .count = 9);
	RTP(s, .at_ms = 100, .way = "B>A", .ssrc = 2, .count = 9,
	    .to_port_0 = true);
	assert_string_equal(streams_of(s, "one"), "");
}

static void a_flood_of_streams_is_looked_at_in_part(void **state)
{
	struct store *s = *state;
	struct call_media list[CALL_MEDIA_ROOM];

	SAY(s, .way = "A>B", .line = "INVITE", .more = SDP_TYPE,
	    .body = many_lines(8, 40000));
	for (unsigned i = 0; i < 256; i++)
		for (unsigned k = 0; k < 8; k++) {
			char way[8];

			(void)snprintf(way, sizeof(way), "B>A%u", k);
			RTP(s, .at_ms = i, .way = way, .ssrc = i, .count = 2);
			(void)snprintf(way, sizeof(way), "A%u>B", k);
			RTP(s, .at_ms = i, .way = way, .ssrc = i, .count = 2);
		}
	assert_int_equal(call_media_list(store_view(s), the_call(s), list,
					 CALL_MEDIA_ROOM),
			 CALL_MEDIA_ROOM);
	for (unsigned i = 1; i < CALL_MEDIA_ROOM; i++)
		assert_true(list[i - 1].stream->first_ns <=
			    list[i].stream->first_ns);
}

/* ---- codec */

static uint32_t codec_of(struct store *s, const char *lines, unsigned type,
			 char *out, size_t size)
{
	static char body[400];
	struct call_media list[1];

	store_clear(s);
	(void)snprintf(body, sizeof(body),
		       SDP_OF("192.0.2.1") "m=video 40002 RTP/AVP 96\r\n"
					   "a=rtpmap:96 H264/90000\r\n"
					   "m=audio 40000 RTP/AVP 8 96 97\r\n"
					   "%s",
		       lines);
	SAY(s, .way = "A>B", .line = "INVITE", .more = SDP_TYPE, .body = body);
	RTP(s, .at_ms = 100, .way = "B>A", .type = type, .count = 9);
	if (call_media_list(store_view(s), the_call(s), list, 1) != 1)
		abort();
	return call_media_codec(store_view(s), &list[0], out, size);
}

static void the_codec_is_that_of_the_type(void **state)
{
	static const struct {
		const char *lines;
		unsigned type;
		const char *name;
		uint32_t clock;
	} cases[] = {
		{ "", 8, "PCMA", 8000 },
		{ "", 0, "PCMU", 8000 },
		{ "a=rtpmap:97 opus/48000/2\r\n", 97, "opus", 48000 },
		{ "a=rtpmap:97 OPUS/48000/2\r\n", 97, "opus", 48000 },
		{ "a=rtpmap:97 x-own/32000\r\n", 97, "x-own", 32000 },
		{ "a=rtpmap:96 x-own/32000\r\n", 97, "", 0 },
		{ "", 96, "", 0 },
		{ "a=rtpmap:97 x-own\r\n", 97, "", 0 },
		{ "a=rtpmap:97 x-own/99999999999\r\n", 97, "", 0 },
		{ "a=rtpmap:97 x-\x1b[2J/8000\r\n", 97, "", 0 },
	};
	struct store *s = *state;
	char name[16];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(codec_of(s, cases[i].lines, cases[i].type,
					  name, sizeof(name)),
				 cases[i].clock);
		assert_string_equal(name, cases[i].name);
	}
	assert_int_equal(
		codec_of(s, "a=rtpmap:97 a-long-name/8000\r\n", 97, name, 5),
		8000);
	assert_string_equal(name, "a-lo");
}

/* ---- addresses */

static void addresses_that_cannot_be_reached_are_private(void **state)
{
	static const struct {
		const char *address;
		bool is_private;
	} cases[] = {
		{ "0.0.0.0", true },
		{ "10.255.255.255", true },
		{ "9.255.255.255", false },
		{ "11.0.0.0", false },
		{ "100.63.255.255", false },
		{ "100.64.0.0", true },
		{ "100.127.255.255", true },
		{ "100.128.0.0", false },
		{ "127.0.0.1", true },
		{ "128.0.0.1", false },
		{ "169.254.0.1", true },
		{ "169.253.255.255", false },
		{ "172.15.255.255", false },
		{ "172.16.0.0", true },
		{ "172.31.255.255", true },
		{ "172.32.0.0", false },
		{ "192.168.255.1", true },
		{ "192.167.255.255", false },
		{ "192.169.0.0", false },
		{ "8.8.8.8", false },
		{ "224.0.0.1", false },
		{ "::", true },
		{ "::1", true },
		{ "::2", false },
		{ "fc00::1", true },
		{ "fdff::1", true },
		{ "fbff::1", false },
		{ "fe00::1", false },
		{ "fe80::1", true },
		{ "febf::1", true },
		{ "fec0::1", false },
		{ "2001:db8::1", false },
		{ "::ffff:10.0.0.1", true },
		{ "::ffff:8.8.8.8", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = cases[i].address;
		struct endpoint e = { .family = 4 };

		if (inet_pton(AF_INET, text, e.address) != 1) {
			e.family = 6;
			assert_int_equal(inet_pton(AF_INET6, text, e.address),
					 1);
		}
		if (endpoint_is_private(&e) != cases[i].is_private)
			fail_msg("%s", text);
	}
	assert_false(endpoint_is_private(&(struct endpoint){ .family = 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STORE(each_media_line_has_a_note),
		IN_STORE(copies_add_no_note_but_other_hops_do),
		IN_STORE(a_part_of_a_body_has_its_notes),
		IN_STORE(what_is_cut_or_no_sdp_has_none),
		IN_MEDIA_STORE(a_flood_of_media_lines_is_bounded),
		cmocka_unit_test(forgotten_calls_give_their_notes_back),
		IN_STORE(notes_count_as_memory),
		cmocka_unit_test(nothing_is_counted_unless_it_is_wanted),
		IN_MEDIA_STORE(a_clear_forgets_streams_and_notes),
		IN_MEDIA_STORE(
			a_new_stream_changes_the_view_but_not_each_packet),
		IN_MEDIA_STORE(streams_to_what_was_promised_are_the_calls),
		IN_MEDIA_STORE(the_first_ones_have_room),
		IN_MEDIA_STORE(the_way_back_is_known_by_its_source),
		IN_MEDIA_STORE(
			a_port_that_is_given_away_again_is_another_calls),
		IN_MEDIA_STORE(it_is_so_if_the_end_of_the_first_was_not_seen),
		IN_MEDIA_STORE(while_a_call_goes_on_a_new_source_is_its_own),
		IN_MEDIA_STORE(what_begins_behind_the_bye_is_of_the_next_call),
		IN_MEDIA_STORE(before_the_first_sdp_nothing_is_the_calls),
		IN_MEDIA_STORE(times_that_jump_back_lose_nothing),
		IN_MEDIA_STORE(of_several_promises_the_latest_holds),
		IN_MEDIA_STORE(a_refused_line_promises_nothing),
		IN_MEDIA_STORE(a_flood_of_streams_is_looked_at_in_part),
		IN_MEDIA_STORE(the_codec_is_that_of_the_type),
		cmocka_unit_test(addresses_that_cannot_be_reached_are_private),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
