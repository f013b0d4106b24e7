/* The table of RTP streams (RFC 3550 appendix A), packet by packet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipmon/media/streams.h"

#define MS INT64_C(1000000)

/* One packet of a sender that a test changes as it goes. */
struct sender {
	struct streams *s;
	int64_t now_ns;
	uint32_t from; /* last byte of its address, and more of them */
	uint16_t from_port;
	uint16_t to_port;
	uint32_t ssrc;
	uint32_t timestamp;
	uint16_t sequence;
	uint8_t type;
	uint8_t len; /* of what follows the header */
};

static struct endpoint endpoint_of(uint32_t host, uint16_t port)
{
	return (struct endpoint){ .address = { 10, (uint8_t)(host >> 16),
					       (uint8_t)(host >> 8),
					       (uint8_t)host },
				  .family = 4,
				  .port = port };
}

static bool push(const struct sender *x)
{
	uint8_t bytes[12 + 255] = { 0x80,
				    x->type,
				    (uint8_t)(x->sequence >> 8),
				    (uint8_t)x->sequence,
				    (uint8_t)(x->timestamp >> 24),
				    (uint8_t)(x->timestamp >> 16),
				    (uint8_t)(x->timestamp >> 8),
				    (uint8_t)x->timestamp,
				    (uint8_t)(x->ssrc >> 24),
				    (uint8_t)(x->ssrc >> 16),
				    (uint8_t)(x->ssrc >> 8),
				    (uint8_t)x->ssrc };
	struct payload p = {
		.flow = { .source = endpoint_of(x->from, x->from_port),
			  .destination = endpoint_of(2, x->to_port) },
		.bytes = { (const char *)bytes, (size_t)12 + x->len },
		.sent = 12U + x->len,
		.time_ns = x->now_ns,
	};

	return streams_push(x->s, &p);
}

/* Pushes it and goes on to the next: 20 ms, 160 ticks. */
static bool next(struct sender *x)
{
	bool taken = push(x);

	x->now_ns += 20 * MS;
	x->timestamp += 160;
	x->sequence++;
	return taken;
}

static void run(struct sender *x, unsigned packets)
{
	for (unsigned i = 0; i < packets; i++)
		(void)next(x);
}

static struct sender sender_of(void *state)
{
	return (struct sender){ .s = state,
				.now_ns = INT64_C(1000000) * MS,
				.from = 1,
				.from_port = 4000,
				.to_port = 5000,
				.ssrc = 0x1234,
				.timestamp = 16000,
				.sequence = 100,
				.type = 8,
				.len = 160 };
}

static const struct media_stream *stream_to(struct streams *s, uint16_t port)
{
	struct endpoint to = endpoint_of(2, port);

	return streams_at(s, streams_to(s, &to));
}

static const struct media_stream *only(struct streams *s)
{
	const struct media_stream *m = stream_to(s, 5000);

	assert_non_null(m);
	assert_int_equal(m->next_here, 0);
	return m;
}

static void two_in_a_row_are_a_stream_and_both_count(void **state)
{
	struct sender x = sender_of(*state);
	const struct media_stream *m;

	assert_false(next(&x));
	assert_int_equal(streams_seen(x.s), 0);
	assert_int_equal(streams_packets(x.s), 0);
	assert_int_equal(streams_last(x.s), 0);
	assert_true(next(&x));
	assert_int_equal(streams_seen(x.s), 1);
	run(&x, 8);
	m = only(x.s);
	assert_int_equal(m->packets, 10);
	assert_int_equal(streams_packets(x.s), 10);
	assert_int_equal(media_stream_lost(m), 0);
	assert_int_equal(m->type, 8);
	assert_int_equal(m->events, 0);
	assert_true(m->types[0] == 1 << 8 && m->types[1] == 0);
	assert_int_equal(m->ssrc, 0x1234);
	assert_int_equal(m->source.port, 4000);
	assert_int_equal(m->sequence_base, 100);
	assert_int_equal(m->last_ns - m->first_ns, 180 * MS);
	assert_int_equal(m->max_delta_ns, 20 * MS);
	assert_true(m->proven);
	assert_int_equal(media_stream_jitter_ns(m, 8000), 0);
	assert_int_equal(media_stream_jitter_ns(m, 44100), -1);
	assert_null(streams_at(x.s, 0));
	assert_null(streams_at(x.s, streams_last(x.s) + 1));
	assert_null(stream_to(x.s, 5001));
}

static void strangers_leave_nothing(void **state)
{
	struct sender x = sender_of(*state);
	uint64_t before = streams_memory(x.s);

	/* the second and third word of DNS: the sequence never moves on */
	for (uint32_t i = 0; i < 100000; i++) {
		x.sequence = 0x0100;
		x.from_port = (uint16_t)(i % 50);
		assert_false(next(&x));
	}
	assert_int_equal(streams_memory(x.s), before);
	assert_int_equal(streams_last(x.s), 0);
	x.type = 200; /* RTCP */
	x.sequence = 6;
	assert_false(next(&x));
	assert_false(next(&x));
}

static void a_stream_is_found_among_strangers(void **state)
{
	struct sender x = sender_of(*state);
	struct sender noise = sender_of(*state);
	uint32_t random = 1;

	noise.to_port = 53;
	assert_false(next(&x));
	for (unsigned i = 0; i < 300; i++) {
		random = random * 1103515245 + 12345;
		noise.ssrc = noise.sequence = (uint16_t)(random >> 16);
		noise.from = random;
		noise.now_ns = x.now_ns - 10 * MS;
		assert_false(push(&noise));
	}
	assert_true(next(&x));
	assert_int_equal(only(x.s)->packets, 2);
}

/* More than guesses are kept: a capture that begins amid them. */
static void many_streams_at_once_are_all_found(void **state)
{
	const uint32_t senders = 40000;
	struct sender x = sender_of(*state);

	for (unsigned i = 0; i < 25; i++) {
		int64_t begin_ns = x.now_ns;

		for (x.from = 0; x.from < senders; x.from++) {
			x.to_port = (uint16_t)(x.from >> 4);
			(void)push(&x);
			x.now_ns += 500;
		}
		x.now_ns = begin_ns + 20 * MS;
		x.timestamp += 160;
		x.sequence++;
	}
	assert_int_equal(streams_seen(x.s), senders);
	assert_true(streams_packets(x.s) > UINT64_C(20) * senders);
}

static void loss_is_what_the_numbers_left_out(void **state)
{
	struct sender x = sender_of(*state);

	run(&x, 10);
	x.sequence += 3;
	run(&x, 10);
	assert_int_equal(only(x.s)->packets, 20);
	assert_int_equal(media_stream_lost(only(x.s)), 3);
	/* a late one, and a copy */
	x.sequence -= 11;
	assert_true(push(&x));
	assert_int_equal(media_stream_lost(only(x.s)), 2);
	assert_true(push(&x));
	assert_int_equal(media_stream_lost(only(x.s)), 1);
	run(&x, 2);
	assert_int_equal(media_stream_lost(only(x.s)), -1);
}

static void a_long_gap_is_loss_and_a_longer_one_is_none(void **state)
{
	struct sender x = sender_of(*state);

	run(&x, 10);
	x.sequence += 2900;
	run(&x, 10);
	assert_int_equal(only(x.s)->packets, 20);
	assert_int_equal(media_stream_lost(only(x.s)), 2900);
	x.sequence += 3000;
	run(&x, 10);
	assert_int_equal(only(x.s)->packets, 30);
	assert_int_equal(media_stream_lost(only(x.s)), 2900);
}

static void sequence_numbers_wrap(void **state)
{
	struct sender x = sender_of(*state);

	x.sequence = 65530;
	run(&x, 10);
	x.sequence++;
	run(&x, 65536 * 2);
	assert_int_equal(only(x.s)->packets, 65536 * 2 + 10);
	assert_int_equal(media_stream_lost(only(x.s)), 1);
	assert_int_equal(only(x.s)->sequence_max, 65530 + 65536 * 2 + 10);
}

static void the_order_of_the_first_ones_does_not_matter(void **state)
{
	struct sender x = sender_of(*state);

	x.sequence = 1;
	assert_false(push(&x));
	x.sequence = 65535;
	assert_false(push(&x));
	x.sequence = 2;
	assert_true(push(&x));
	x.sequence = 0;
	assert_true(push(&x));
	x.sequence = 3;
	assert_true(push(&x));
	assert_int_equal(only(x.s)->packets, 5);
	assert_int_equal(media_stream_lost(only(x.s)), 0);
	assert_int_equal(only(x.s)->sequence_base, 65535);
}

/* The first one, what is lost behind it, and two in a row. */
static void loss_behind_the_first_one_is_loss(void **state)
{
	struct sender x = sender_of(*state);
	int64_t begin_ns = x.now_ns;

	run(&x, 1);
	x.sequence += 12;
	run(&x, 10);
	assert_int_equal(only(x.s)->packets, 11);
	assert_int_equal(media_stream_lost(only(x.s)), 12);
	assert_int_equal(only(x.s)->sequence_base, 100);
	assert_int_equal(only(x.s)->first_ns, begin_ns);
	/* but not behind one that came long before */
	x.to_port = 5002;
	run(&x, 1);
	x.now_ns += 1000 * MS;
	x.sequence += 12;
	run(&x, 10);
	assert_int_equal(stream_to(x.s, 5002)->packets, 10);
	assert_int_equal(media_stream_lost(stream_to(x.s, 5002)), 0);
}

static void copies_of_the_first_one_count(void **state)
{
	struct sender x = sender_of(*state);

	assert_false(push(&x));
	assert_false(push(&x));
	assert_false(next(&x));
	assert_true(next(&x));
	assert_int_equal(only(x.s)->packets, 4);
	assert_int_equal(media_stream_lost(only(x.s)), -2);
}

static void one_that_goes_astray_is_not_counted(void **state)
{
	struct sender x = sender_of(*state);
	struct sender astray;

	run(&x, 10);
	astray = x;
	astray.sequence += 20000;
	assert_false(push(&astray));
	run(&x, 10);
	assert_int_equal(only(x.s)->packets, 20);
	assert_int_equal(media_stream_lost(only(x.s)), 0);
}

static void a_sequence_that_begins_anew_goes_on(void **state)
{
	struct sender x = sender_of(*state);

	run(&x, 10);
	x.sequence = 40000;
	x.timestamp = 5;
	assert_false(next(&x));
	assert_true(next(&x));
	run(&x, 8);
	assert_int_equal(only(x.s)->packets, 20);
	assert_int_equal(media_stream_lost(only(x.s)), 0);
	assert_int_equal(media_stream_jitter_ns(only(x.s), 8000), 0);
	assert_int_equal(streams_seen(x.s), 1);
}

static void after_silence_it_is_the_stream_of_another_call(void **state)
{
	struct sender x = sender_of(*state);
	const struct media_stream *m;

	run(&x, 10);
	x.now_ns += 1500 * MS;
	/* the same again, as a player of files does */
	x.sequence = 100;
	run(&x, 20);
	m = stream_to(x.s, 5000);
	assert_int_equal(m->packets, 10);
	assert_int_equal(m->last_ns - m->first_ns, 180 * MS);
	m = streams_at(x.s, m->next_here);
	assert_non_null(m);
	assert_int_equal(m->packets, 20);
	assert_int_equal(media_stream_lost(m), 0);
	assert_int_equal(m->next_here, 0);
	/* a pause in which the numbers go on is no end */
	x.now_ns += 60000 * MS;
	run(&x, 5);
	assert_int_equal(m->packets, 25);
	assert_int_equal(m->max_delta_ns, 60020 * MS);
	assert_int_equal(streams_seen(x.s), 2);
}

static void two_senders_with_one_name_lose_nothing(void **state)
{
	struct sender x = sender_of(*state);
	struct sender y = sender_of(*state);

	y.sequence = 30000;
	for (unsigned i = 0; i < 100; i++) {
		(void)next(&x);
		(void)next(&y);
	}
	assert_true(only(x.s)->packets >= 196);
	assert_int_equal(media_stream_lost(only(x.s)), 0);
}

static void events_of_a_stream_belong_to_it(void **state)
{
	struct sender x = sender_of(*state);
	const struct media_stream *m;

	/* it begins with a digit, of which all packets have one timestamp */
	for (unsigned i = 0; i < 7; i++) {
		x.type = 101;
		x.len = 4;
		(void)push(&x);
		x.sequence++;
		x.now_ns += 20 * MS;
	}
	m = only(x.s);
	assert_int_equal(m->type, 101);
	assert_int_equal(m->events, 0);
	x.type = 8;
	x.len = 160;
	run(&x, 10);
	assert_int_equal(m->type, 8);
	assert_int_equal(m->events, 7);
	x.type = 13;
	x.len = 1;
	run(&x, 2);
	assert_int_equal(m->events, 9);
	assert_int_equal(m->packets, 19);
	assert_int_equal(media_stream_lost(m), 0);
	assert_int_equal(media_stream_jitter_ns(m, 8000), 0);
	/* another codec is no event */
	x.type = 0;
	x.len = 160;
	run(&x, 2);
	x.type = 101;
	run(&x, 1);
	assert_int_equal(m->events, 9);
	assert_int_equal(m->type, 8);
	assert_true(m->types[0] == (1 << 8 | 1 << 13 | 1));
	assert_true(m->types[1] == UINT64_C(1) << (101 - 64));
}

/*
 * Each second packet comes 8 ms late: |D| is 8 ms each time.  J approaches it
 * by a sixteenth: after n of them 8 ms * (1 - (15/16)^n).
 */
static void jitter_is_that_of_rfc_3550(void **state)
{
	struct sender x = sender_of(*state);
	const struct media_stream *m;

	for (unsigned i = 0; i < 33; i++) {
		x.now_ns += i % 2 == 0 ? 0 : 8 * MS;
		(void)push(&x);
		x.now_ns += 20 * MS - (i % 2 == 0 ? 0 : 8 * MS);
		x.timestamp += 160;
		x.sequence++;
	}
	m = only(x.s);
	/* 8 ms * (1 - (15/16)^32), and the mean of the 32 of them */
	assert_in_range((uint64_t)((double)m->jitter_s[0] * 1e9), 6985000,
			6987000);
	assert_in_range(media_stream_jitter_ns(m, 8000), 4725000, 4726000);
	/* if its clock were 16000, each packet would be 10 ms ahead */
	assert_true(media_stream_jitter_ns(m, 16000) >
		    media_stream_jitter_ns(m, 8000));
	assert_int_equal(m->max_delta_ns, 28 * MS);
}

static void silence_that_is_told_of_is_no_gap(void **state)
{
	struct sender x = sender_of(*state);
	const struct media_stream *m;

	run(&x, 10);
	m = only(x.s);
	x.now_ns += 5000 * MS; /* the begin of a talkspurt */
	x.type = 8 | 0x80;
	run(&x, 1);
	x.type = 8;
	run(&x, 10);
	assert_int_equal(m->max_delta_ns, 20 * MS);
	x.now_ns += 3000 * MS; /* comfort noise, without a marker behind it */
	x.type = 13;
	run(&x, 1);
	x.now_ns += 3000 * MS;
	x.type = 8;
	run(&x, 10);
	assert_int_equal(m->max_delta_ns, 20 * MS);
	x.now_ns += 40 * MS;
	run(&x, 1);
	assert_int_equal(m->max_delta_ns, 60 * MS);
	/* all are marked: frames of video of one packet each */
	x.to_port = 5002;
	x.type = 34 | 0x80;
	run(&x, 5);
	assert_int_equal(stream_to(x.s, 5002)->max_delta_ns, 20 * MS);
}

static void a_clock_that_jumps_does_no_harm(void **state)
{
	struct sender x = sender_of(*state);
	const struct media_stream *m;

	run(&x, 10);
	m = only(x.s);
	x.now_ns -= 3600000 * MS;
	run(&x, 10);
	assert_int_equal(m->packets, 20);
	assert_true(m->first_ns < m->last_ns);
	assert_int_equal(m->max_delta_ns, 20 * MS);
	assert_int_equal(media_stream_jitter_ns(m, 8000), 0);
	x.now_ns = INT64_MAX;
	(void)push(&x);
	x.sequence++;
	x.now_ns = INT64_MIN;
	(void)push(&x);
	x.sequence += 5000;
	(void)push(&x);
	x.sequence++;
	(void)push(&x);
	assert_int_equal(m->first_ns, INT64_MIN);
}

static void streams_of_a_destination_come_in_order(void **state)
{
	struct sender x = sender_of(*state);
	const struct media_stream *m;

	for (uint32_t i = 0; i < 10; i++) {
		x.from = i + 1;
		x.to_port = (uint16_t)(5000 + i % 2);
		run(&x, 3);
	}
	m = stream_to(x.s, 5001);
	for (uint32_t i = 1; i < 10; i += 2) {
		assert_non_null(m);
		assert_int_equal(m->source.address[3], i + 1);
		m = streams_at(x.s, m->next_here);
	}
	assert_null(m);
	assert_int_equal(streams_last(x.s), 10);
}

static void the_one_silent_for_longest_is_forgotten(void **state)
{
	struct streams *s;
	struct sender x = sender_of(NULL);

	(void)state;
	assert_int_equal(streams_new(&s, 3), ERR_OK);
	x.s = s;
	for (uint16_t i = 0; i < 3; i++) {
		x.to_port = (uint16_t)(5000 + i);
		run(&x, 2);
		x.now_ns += 2000 * MS;
	}
	x.to_port = 5000; /* speaks again */
	run(&x, 2);
	x.to_port = 5003;
	run(&x, 2);
	assert_non_null(stream_to(s, 5000));
	assert_null(stream_to(s, 5001));
	assert_non_null(stream_to(s, 5002));
	assert_non_null(stream_to(s, 5003));
	assert_int_equal(streams_seen(s), 4);
	assert_int_equal(streams_packets(s), 10);
	assert_int_equal(streams_last(s), 3);
	for (unsigned i = 0; i < 10000; i++) {
		x.ssrc = i;
		x.to_port = (uint16_t)(5000 + i % 7);
		run(&x, 2);
	}
	assert_int_equal(streams_last(s), 3);
	streams_clear(s);
	assert_int_equal(streams_seen(s), 0);
	assert_null(stream_to(s, 5000));
	assert_null(streams_at(s, 1));
	run(&x, 2);
	assert_int_equal(streams_seen(s), 1);
	streams_free(s);
}

static void one_destination_does_not_have_all(void **state)
{
	struct sender x = sender_of(*state);
	const struct media_stream *m;
	unsigned n = 0;

	for (uint32_t i = 0; i < STREAMS_HERE_MAX + 5; i++) {
		x.ssrc = i;
		run(&x, 2);
	}
	for (m = stream_to(x.s, 5000); m != NULL;
	     m = streams_at(x.s, m->next_here))
		assert_int_equal(m->ssrc, n++ + 5);
	assert_int_equal(n, STREAMS_HERE_MAX);
	n = 0;
	for (uint32_t id = 1; id <= streams_last(x.s); id++)
		n += streams_at(x.s, id) != NULL;
	assert_int_equal(n, STREAMS_HERE_MAX);
}

/* `first`: which of them is silent for longest. */
static void check_count(uint32_t first)
{
	const uint32_t limit = STREAMS_HERE_MAX + 2;
	const struct media_stream *m;
	struct streams *s;
	struct sender x = sender_of(NULL);
	unsigned n = 0;

	assert_int_equal(streams_new(&s, limit), ERR_OK);
	x.s = s;
	for (uint32_t i = 0; i < limit; i++) {
		x.ssrc = i;
		x.to_port = i < STREAMS_HERE_MAX ? 5000 : 5001;
		run(&x, 2);
	}
	x.now_ns += 2000 * MS;
	x.to_port = 5000;
	for (x.ssrc = 0; x.ssrc < first; x.ssrc++)
		run(&x, 2);
	x.to_port = 5002; /* drives out one */
	run(&x, 2);
	x.to_port = 5000; /* drives out one, and finds room */
	x.ssrc = 9999;
	run(&x, 2);
	for (m = stream_to(s, 5000); m != NULL; m = streams_at(s, m->next_here))
		n++;
	assert_int_equal(n, STREAMS_HERE_MAX - 1);
	streams_free(s);
}

static void room_of_a_destination_is_counted(void **state)
{
	(void)state;
	check_count(0);
	check_count(5);
}

/* Those that go to a destination, by the last digit of their SSRC. */
static void expect_ssrcs(struct streams *s, uint16_t port, const char *digits)
{
	const struct media_stream *m = stream_to(s, port);

	for (; *digits != '\0'; digits++) {
		assert_non_null(m);
		assert_int_equal(m->ssrc, *digits - '0');
		m = streams_at(s, m->next_here);
	}
	assert_null(m);
}

static void speak(struct sender *x, uint32_t ssrc, uint16_t port)
{
	x->ssrc = ssrc;
	x->to_port = port;
	run(x, 2);
	x->now_ns += 2000 * MS;
}

static void one_is_forgotten_wherever_it_stands(void **state)
{
	struct streams *s;
	struct sender x = sender_of(NULL);

	(void)state;
	assert_int_equal(streams_new(&s, 4), ERR_OK);
	x.s = s;
	for (uint32_t i = 1; i <= 4; i++)
		speak(&x, i, 5000);
	expect_ssrcs(s, 5000, "1234");
	speak(&x, 1, 5000);
	speak(&x, 5, 5001); /* 2, in the middle */
	expect_ssrcs(s, 5000, "134");
	speak(&x, 3, 5000);
	speak(&x, 6, 5000); /* 4, the last, and another one behind it */
	expect_ssrcs(s, 5000, "136");
	speak(&x, 7, 5000); /* 1, the first */
	expect_ssrcs(s, 5000, "367");
	expect_ssrcs(s, 5001, "5");
	for (uint32_t i = 1; i <= 4; i++)
		speak(&x, i, 5002);
	expect_ssrcs(s, 5000, "");
	expect_ssrcs(s, 5001, "");
	expect_ssrcs(s, 5002, "1234");
	streams_free(s);
}

static int new_streams(void **state)
{
	struct streams *s = NULL;

	if (streams_new(&s, 0))
		return 1;
	*state = s;
	return 0;
}

static int free_streams(void **state)
{
	streams_free(*state);
	return 0;
}

#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(test, new_streams, free_streams)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_in_a_row_are_a_stream_and_both_count),
		TEST(strangers_leave_nothing),
		TEST(a_stream_is_found_among_strangers),
		TEST(many_streams_at_once_are_all_found),
		TEST(loss_is_what_the_numbers_left_out),
		TEST(a_long_gap_is_loss_and_a_longer_one_is_none),
		TEST(sequence_numbers_wrap),
		TEST(the_order_of_the_first_ones_does_not_matter),
		TEST(loss_behind_the_first_one_is_loss),
		TEST(copies_of_the_first_one_count),
		TEST(one_that_goes_astray_is_not_counted),
		TEST(a_sequence_that_begins_anew_goes_on),
		TEST(after_silence_it_is_the_stream_of_another_call),
		TEST(two_senders_with_one_name_lose_nothing),
		TEST(events_of_a_stream_belong_to_it),
		TEST(jitter_is_that_of_rfc_3550),
		TEST(silence_that_is_told_of_is_no_gap),
		TEST(a_clock_that_jumps_does_no_harm),
		TEST(streams_of_a_destination_come_in_order),
		cmocka_unit_test(the_one_silent_for_longest_is_forgotten),
		TEST(one_destination_does_not_have_all),
		cmocka_unit_test(room_of_a_destination_is_counted),
		cmocka_unit_test(one_is_forgotten_wherever_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
