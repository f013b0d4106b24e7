/* Rules about single messages and what they do on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judged.h"

/* ---- non-invite-408 */

static void a_408_to_another_request_than_invite_helps_nobody(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(31000, 'B', 'A', "408", "1 OPTIONS", "a", "t"),
	};
	static const struct said invite[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(100, 'B', 'A', "408", "1 INVITE", "a", "t"),
		SAY(110, 'A', 'B', "ACK", "1 ACK", "a", "t"),
	};
	static const struct said other[] = {
		SAY(0, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(31000, 'B', 'A', "504", "1 OPTIONS", "a", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(invite, 40000, "non-invite-408"));
	assert_false(HAS(other, 40000, "non-invite-408"));
	assert_true(HAS(call, 40000, "non-invite-408"));
	assert_int_equal(f.severity, FINDING_NOTE);
	assert_int_equal(f.code, 408);
	assert_int_equal(f.lasted_ns, INT64_C(31000000000));
	names(&f, 1, 2, 0, 0);
}

/* ---- fast-resending */

#define AGAIN(ms) SAY(ms, 'A', 'B', "REGISTER", "1 REGISTER", "a")

static void three_gaps_under_250_ms_are_too_fast(void **state)
{
	static const struct said call[] = {
		AGAIN(0),
		AGAIN(240),
		AGAIN(440),
		AGAIN(689),
	};
	/* Two short ones of a T1 of 100 ms, then they have doubled. */
	static const struct said doubling[] = {
		AGAIN(0), AGAIN(100), AGAIN(300), AGAIN(700), AGAIN(1500),
	};
	static const struct said nearly[] = {
		AGAIN(0),
		AGAIN(250),
		AGAIN(500),
		AGAIN(750),
	};
	/* Seen several times by the capture. */
	static const struct said captured[] = {
		AGAIN(0),
		AGAIN(60),
		AGAIN(120),
		AGAIN(180),
	};
	/* Not the same bytes: a client that uses its branch again. */
	static const struct said others[] = {
		AGAIN(0),
		SAY(200, 'A', 'B', "REGISTER", "1 REGISTER", "a",
		    .extra = "X: 1\r\n"),
		SAY(400, 'A', 'B', "REGISTER", "1 REGISTER", "a",
		    .extra = "X: 2\r\n"),
		SAY(600, 'A', 'B', "REGISTER", "1 REGISTER", "a",
		    .extra = "X: 3\r\n"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(doubling, 2000, "fast-resending"));
	assert_false(HAS(nearly, 2000, "fast-resending"));
	assert_false(HAS(captured, 2000, "fast-resending"));
	assert_false(HAS(others, 2000, "fast-resending"));
	assert_true(HAS(call, 2000, "fast-resending"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.count, 3);
	assert_int_equal(f.lasted_ns, 200000000);
	names(&f, 1, 4, 0, 0);
}

static void a_final_response_may_be_sent_too_fast_as_well(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(100, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(300, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(500, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(700, 'B', 'A', "200", "1 INVITE", "a", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(has(call, 4, 1000, "fast-resending", &f));
	assert_true(HAS(call, 1000, "fast-resending"));
	assert_int_equal(f.code, 200);
	names(&f, 2, 5, 0, 0);
}

/* ---- alg-damage, oversized-udp */

#define SDP                                                                    \
	"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n"     \
	"t=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"
#define SDP_BYTES (sizeof(SDP) - 1)

/* One INVITE whose Content-Length says `length`, with `pad` more bytes in a
 * field; what is behind that length stands behind the message. */
struct sent {
	size_t length;
	size_t pad;
	enum transport transport;
	bool cut;
};

static bool wire_has(const struct sent *w, const char *kind, struct finding *f)
{
	struct flow flow = { talk_endpoint('A'), talk_endpoint('B'),
			     w->transport };
	struct store_options options = { .memory_bytes = 0 };
	struct sip_msg msg;
	struct tracked in = { .msg = &msg,
			      .flow = &flow,
			      .time_ns = TALK_MS(0),
			      .cut = w->cut,
			      .offset = PACKET_NO_OFFSET };
	struct store *s = NULL;
	char text[4096];
	bool found;
	int n;

	assert_int_equal(store_new(&s, &options), ERR_OK);
	n = snprintf(text, sizeof(text),
		     "INVITE sip:bob@example.com SIP/2.0\r\n"
		     "Via: SIP/2.0/UDP host;branch=z9hG4bKa\r\n"
		     "Max-Forwards: 70\r\n"
		     "From: <sip:a@example.com>;tag=f1\r\n"
		     "To: <sip:b@example.com>\r\n"
		     "Call-ID: call@test\r\n"
		     "CSeq: 1 INVITE\r\n"
		     "Subject: %0*d\r\n"
		     "Content-Type: application/sdp\r\n"
		     "Content-Length: %03zu\r\n\r\n" SDP,
		     (int)w->pad + 1, 0, w->length);
	assert_true(sip_msg_parse(&msg, (struct slice){ text, (size_t)n }));
	in.trailing = (uint32_t)((size_t)n - msg.raw.len);
	tracker_push(s, &in);
	found = store_has(s, kind, f);
	store_free(s);
	return found;
}

static void a_length_that_is_off_by_a_little_was_made_so(void **state)
{
	static const struct {
		struct sent sent;
		bool damaged;
		uint32_t missing;
	} rows[] = {
		{ { .length = SDP_BYTES }, false, 0 },
		{ { .length = SDP_BYTES + 3 }, true, 3 },
		{ { .length = SDP_BYTES + 64 }, true, 64 },
		{ { .length = SDP_BYTES + 65 }, false, 0 },
		{ { .length = SDP_BYTES + 3, .cut = true }, false, 0 },
		{ { .length = SDP_BYTES + 3, .transport = TRANSPORT_SCTP },
		  false,
		  0 },
		/* it ends in the middle of the last line */
		{ { .length = SDP_BYTES - 5 }, true, 0 },
		/* CRLF alone is left out by many */
		{ { .length = SDP_BYTES - 2 }, false, 0 },
		/* and at the end of a line something else may begin */
		{ { .length = SDP_BYTES - 25 }, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct finding f = { .kind = "" };

		assert_int_equal(wire_has(&rows[i].sent, "alg-damage", &f),
				 rows[i].damaged);
		if (!rows[i].damaged)
			continue;
		assert_int_equal(f.severity, FINDING_WARNING);
		assert_int_equal(f.count, rows[i].missing);
		names(&f, 1, 0, 0, 0);
	}
}

/* Counted by hand: the message up to its body, the 0 of Subject included. */
#define HEAD_BYTES 254

/* Not its sender broke it, but the capture holds only its beginning. */
static void what_the_capture_has_cut_is_not_malformed(void **state)
{
	const struct sent longer = { .length = SDP_BYTES + 3 };
	const struct sent cut = { .length = SDP_BYTES + 3, .cut = true };
	struct finding f = { .kind = "" };

	(void)state;
	assert_true(wire_has(&longer, "malformed-message", &f));
	assert_false(wire_has(&cut, "malformed-message", &f));
}

static void more_than_1300_bytes_are_too_many_for_udp(void **state)
{
	const size_t pad = 1300 - HEAD_BYTES - SDP_BYTES;
	const struct sent most = { .length = SDP_BYTES, .pad = pad };
	const struct sent over = { .length = SDP_BYTES, .pad = pad + 1 };
	const struct sent tcp = { .length = SDP_BYTES,
				  .pad = pad + 1,
				  .transport = TRANSPORT_TCP };
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(wire_has(&most, "oversized-udp", &f));
	assert_false(wire_has(&tcp, "oversized-udp", &f));
	assert_true(wire_has(&over, "oversized-udp", &f));
	assert_int_equal(f.severity, FINDING_NOTE);
	assert_int_equal(f.count, 1301);
	names(&f, 1, 0, 0, 0);
}

int main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_408_to_another_request_than_invite_helps_nobody),
		cmocka_unit_test(three_gaps_under_250_ms_are_too_fast),
		cmocka_unit_test(a_final_response_may_be_sent_too_fast_as_well),
		cmocka_unit_test(a_length_that_is_off_by_a_little_was_made_so),
		cmocka_unit_test(what_the_capture_has_cut_is_not_malformed),
		cmocka_unit_test(more_than_1300_bytes_are_too_many_for_udp),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
