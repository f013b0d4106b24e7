/* How good a stream was, and what of it counts for its call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made.h"
#include "sipmon/report/quality.h"

#define CALL_ID "quality@192.0.2.1"

#define SDP(host, port)                                                        \
	"v=0\r\no=- 1 1 IN IP4 " host "\r\ns=-\r\nc=IN IP4 " host              \
	"\r\nt=0 0\r\nm=audio " port " RTP/AVP 8 101\r\n"                      \
	"a=rtpmap:101 telephone-event/8000\r\n"
#define WITH_SDP(start, branch, to, host, port)                                \
	MADE_HEAD(start, branch, ALICE, to, CALL_ID, "1 INVITE")               \
	"Content-Type: application/sdp\r\n\r\n" SDP(host, port)

/* 100 packets of 20 ms from Alice, but each 25th. */
static void speak(struct store *s, uint8_t type, uint8_t ssrc)
{
	for (unsigned i = 0; i < 100; i++) {
		unsigned at = type == 8 ? i * 160 : 0;
		char bytes[16] = {
			(char)0x80, (char)type,      0,        (char)i, 0,
			0,          (char)(at >> 8), (char)at, 0,       0,
			0,          (char)ssrc,      1,        10,      0,
			(char)160
		};
		struct payload p = {
			.flow = { made_endpoint(1), made_endpoint(2),
				  TRANSPORT_UDP },
			.bytes = { bytes, sizeof(bytes) },
			.time_ns =
				MADE_START_NS + (3000 + i * 20) * CLOCK_MS_NS,
			.offset = PACKET_NO_OFFSET,
			.sent = sizeof(bytes),
		};

		p.flow.source.port = 40000;
		p.flow.destination.port = 50000;
		if (i % 25 != 12)
			store_push_rtp(s, &p);
	}
}

static struct store *talk(bool speech, bool events)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  WITH_SDP(INVITE_LINE, "q1", BOB, "192.0.2.1", "40000") },
		{ 2000, 2, 1,
		  WITH_SDP("SIP/2.0 200 OK", "q1", BOB_TAGGED, "192.0.2.2",
			   "50000") },
	};
	struct store *s = made_store_with_media(steps, MADE_COUNT(steps));

	if (s == NULL)
		return NULL;
	if (speech)
		speak(s, 8, 1);
	if (events)
		speak(s, 101, 2);
	store_set_now(s, MADE_START_NS + 9000 * CLOCK_MS_NS);
	return s;
}

static struct call_quality quality_of(const struct store *s)
{
	const struct view *v = store_view(s);

	return call_quality_of(v, view_find(v, SLICE(CALL_ID)));
}

static struct stream_quality only_stream(const struct store *s)
{
	const struct view *v = store_view(s);
	struct call_media list[2];

	assert_int_equal(
		call_media_list(v, view_find(v, SLICE(CALL_ID)), list, 2), 1);
	return stream_quality_of(v, &list[0]);
}

static void speech_that_loses_four_in_a_hundred_has_a_score(void **state)
{
	struct store *s = talk(true, false);
	struct stream_quality q;

	(void)state;
	assert_non_null(s);
	q = only_stream(s);
	assert_string_equal(q.codec, "PCMA");
	assert_int_equal(q.lost, 4);
	assert_true(q.loss_percent > 3.99 && q.loss_percent < 4.01);
	assert_true(q.jitter_ns >= 0);
	assert_true(q.mos > 1 && q.mos < 4.5);
	store_free(s);
}

static void events_alone_have_no_quality(void **state)
{
	struct store *s = talk(false, true);
	struct stream_quality q;

	(void)state;
	assert_non_null(s);
	q = only_stream(s);
	assert_string_equal(q.codec, "telephone-event");
	assert_int_equal(q.lost, 4);
	assert_true(q.loss_percent <= 0);
	assert_int_equal(q.jitter_ns, -1);
	assert_true(q.mos <= 0);
	store_free(s);
}

static void events_are_not_the_worst_of_a_call(void **state)
{
	struct store *speech = talk(true, false);
	struct store *both = talk(true, true);
	struct store *events = talk(false, true);
	struct call_quality a;
	struct call_quality b;
	struct call_quality c;

	(void)state;
	assert_true(speech != NULL && both != NULL && events != NULL);
	a = quality_of(speech);
	b = quality_of(both);
	c = quality_of(events);
	assert_int_equal(a.streams, 1);
	assert_int_equal(b.streams, 2);
	assert_true(b.loss_percent > 3.99 && b.loss_percent < 4.01);
	assert_int_equal(a.jitter_ns, b.jitter_ns);
	assert_true(a.mos >= b.mos && a.mos <= b.mos);
	assert_int_equal(c.streams, 1);
	assert_true(c.loss_percent <= 0);
	assert_int_equal(c.jitter_ns, -1);
	assert_true(c.mos <= 0);
	store_free(speech);
	store_free(both);
	store_free(events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			speech_that_loses_four_in_a_hundred_has_a_score),
		cmocka_unit_test(events_alone_have_no_quality),
		cmocka_unit_test(events_are_not_the_worst_of_a_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
