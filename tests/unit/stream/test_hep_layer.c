/* HEPv3 over TCP: messages of a stream, however it is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/stream/layer.h"
#include "../net/agent.h"

/* What came up, one behind the other with a '|'. */
struct heard {
	char text[4096];
	size_t len;
	unsigned count;
	unsigned direction;
	struct flow flow;
	int64_t time_ns;
	bool whole;
};

struct bench {
	struct heard heard;
	struct counters counters;
	void *layer;
};

static void hear(void *ctx, const struct layer_out *out)
{
	struct heard *h = ctx;

	memcpy(h->text + h->len, out->bytes.ptr, out->bytes.len);
	h->len += out->bytes.len;
	h->text[h->len++] = '|';
	h->text[h->len] = '\0';
	h->count++;
	h->direction = out->direction;
	h->flow = *out->flow;
	h->time_ns = out->time_ns;
	h->whole = out->whole;
}

static void bench_open(struct bench *b)
{
	const struct layer_place place = { .up = hear,
					   .ctx = &b->heard,
					   .counters = &b->counters };

	memset(b, 0, sizeof(*b));
	b->layer = layer_hep.open(&place);
	assert_non_null(b->layer);
}

static void bench_close(struct bench *b)
{
	layer_hep.close(b->layer);
}

/* All of `s`, `step` bytes at a time; nothing follows it. */
static void talk(struct bench *b, struct slice s, size_t step)
{
	size_t taken = 0;
	size_t there = 0;

	while (there < s.len) {
		struct layer_in in = { .direction = 1 };
		char *exact;

		there = there + step < s.len ? there + step : s.len;
		in.bytes = slice_sub(s, taken, there - taken);
		in.last = there == s.len;
		exact = malloc(in.bytes.len);
		memcpy(exact, in.bytes.ptr, in.bytes.len);
		in.bytes.ptr = exact;
		taken += layer_hep.take(b->layer, &in);
		free(exact);
		assert_true(taken <= there);
		assert_true(in.need <= HEP_MESSAGE_MAX);
	}
	assert_int_equal(taken, s.len);
}

static void append(struct agent *all, const struct agent *one)
{
	agent_raw(all, one->bytes, one->len);
}

static void messages_come_out_however_they_are_cut(void **state)
{
	struct agent all = { .len = 0 };
	struct agent one;

	(void)state;
	agent_v3(&one, HEP_SIP, SLICE("first"));
	append(&all, &one);
	agent_v3(&one, 5, SLICE("rtcp"));
	append(&all, &one);
	agent_packed(&one, SLICE("second"));
	append(&all, &one);
	agent_v3(&one, HEP_SIP, SLICE("third"));
	append(&all, &one);
	for (size_t step = 1; step <= all.len; step++) {
		struct bench b;

		bench_open(&b);
		talk(&b, agent_slice(&all), step);
		assert_string_equal(b.heard.text, "first|second|third|");
		assert_int_equal(b.counters.undecoded[UNDECODED_HEP], 0);
		bench_close(&b);
	}
}

static void flow_and_time_are_those_of_the_agent(void **state)
{
	static const struct endpoint source = { { 192, 0, 2, 10 }, 5060, 4, 0 };
	struct agent a;
	struct bench b;

	(void)state;
	bench_open(&b);
	agent_sip(&a);
	talk(&b, agent_slice(&a), a.len);
	assert_int_equal(b.heard.count, 1);
	assert_true(b.heard.whole);
	assert_int_equal(b.heard.direction, 1);
	assert_true(endpoint_eq(&b.heard.flow.source, &source));
	assert_int_equal(b.heard.flow.destination.port, 5062);
	assert_true(b.heard.time_ns == AGENT_TIME_NS);
	bench_close(&b);
}

static void a_broken_message_does_not_hide_the_next(void **state)
{
	struct agent all = { .len = 0 };
	struct agent one;
	struct bench b;

	(void)state;
	agent_sip(&one);
	one.bytes[6 + 5] = 1; /* length of its first chunk */
	append(&all, &one);
	agent_v3(&one, HEP_SIP, SLICE("next"));
	append(&all, &one);
	bench_open(&b);
	talk(&b, agent_slice(&all), all.len);
	assert_string_equal(b.heard.text, "next|");
	assert_int_equal(b.counters.undecoded[UNDECODED_HEP], 1);
	bench_close(&b);
}

static void rubbish_is_counted_once_and_passed_over(void **state)
{
	struct agent all = { .len = 0 };
	struct agent one;

	(void)state;
	agent_v3(&one, HEP_SIP, SLICE("first"));
	append(&all, &one);
	agent_raw(&all, "rubbish HEP HEP3\0\1 HEHEHE", 25);
	agent_v3(&one, HEP_SIP, SLICE("second"));
	append(&all, &one);
	for (size_t step = 1; step <= all.len; step++) {
		struct bench b;

		bench_open(&b);
		talk(&b, agent_slice(&all), step);
		assert_string_equal(b.heard.text, "first|second|");
		assert_int_equal(b.counters.undecoded[UNDECODED_HEP], 1);
		bench_close(&b);
	}
}

static void rubbish_in_two_places_is_counted_twice(void **state)
{
	struct agent all = { .len = 0 };
	struct agent one;
	struct bench b;

	(void)state;
	agent_v3(&one, HEP_SIP, SLICE("first"));
	for (unsigned i = 0; i < 2; i++) {
		agent_raw(&all, "rubbish", 7);
		append(&all, &one);
	}
	bench_open(&b);
	talk(&b, agent_slice(&all), 10);
	assert_string_equal(b.heard.text, "first|first|");
	assert_int_equal(b.counters.undecoded[UNDECODED_HEP], 2);
	bench_close(&b);
}

static void the_rest_of_a_message_may_never_come(void **state)
{
	struct agent one;
	struct bench b;

	(void)state;
	agent_v3(&one, HEP_SIP, SLICE("first"));
	bench_open(&b);
	talk(&b, slice_sub(agent_slice(&one), 0, one.len - 1), 7);
	assert_int_equal(b.heard.count, 0);
	assert_int_equal(b.counters.undecoded[UNDECODED_HEP], 1);
	/* Behind the hole, the end of another one. */
	layer_hep.lost(b.layer, 1);
	talk(&b, SLICE("end of it"), 3);
	talk(&b, agent_slice(&one), 5);
	assert_string_equal(b.heard.text, "first|");
	assert_int_equal(b.counters.undecoded[UNDECODED_HEP], 2);
	bench_close(&b);
}

static void it_says_how_many_bytes_it_wants(void **state)
{
	struct agent one;
	struct bench b;
	struct layer_in in = { .direction = 0 };

	(void)state;
	agent_sip(&one);
	bench_open(&b);
	for (size_t len = 1; len < one.len; len++) {
		in.bytes = slice_sub(agent_slice(&one), 0, len);
		assert_int_equal(layer_hep.take(b.layer, &in), 0);
		assert_int_equal(in.need, len < 6    ? 6
					  : len < 12 ? 12
						     : one.len);
	}
	assert_false(layer_hep.is_foreign(b.layer));
	assert_true(layer_hep.bytes(b.layer) >= 1);
	bench_close(&b);
}

/* Its length would be 0x2076, and hide what follows. */
static void text_with_the_magic_is_no_message(void **state)
{
	struct agent all = { .len = 0 };
	struct agent one;

	(void)state;
	agent_raw(&all, "an agent: HEP3 v2, HEP3 v3 ", 27);
	agent_v3(&one, HEP_SIP, SLICE("next"));
	append(&all, &one);
	agent_raw(&all, "HEP3 v", 6);
	for (size_t step = 1; step <= all.len; step++) {
		struct bench b;

		bench_open(&b);
		talk(&b, agent_slice(&all), step);
		assert_string_equal(b.heard.text, "next|");
		assert_int_equal(b.counters.undecoded[UNDECODED_HEP], 2);
		bench_close(&b);
	}
}

static void it_is_told_by_its_first_bytes(void **state)
{
	struct agent one;

	(void)state;
	agent_sip(&one);
	for (size_t len = 0; len <= one.len; len++)
		assert_int_equal(
			layer_hep.begins(NULL,
					 slice_sub(agent_slice(&one), 0, len)),
			len < 12 ? STREAM_MORE : STREAM_YES);
	assert_int_equal(layer_hep.begins(NULL, SLICE("HELLO")), STREAM_NO);
	assert_int_equal(layer_hep.begins(NULL, SLICE("INVITE sip:b")),
			 STREAM_NO);
	assert_int_equal(layer_hep.begins(NULL, SLICE("HEP3 sip:bob SIP/2.0")),
			 STREAM_NO);
	assert_int_equal(layer_hep.begins(NULL, SLICE("HEP3 sip:b")),
			 STREAM_NO);
	assert_int_equal(layer_hep.begins(NULL, SLICE("\1\x10\2\x11")),
			 STREAM_NO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_come_out_however_they_are_cut),
		cmocka_unit_test(flow_and_time_are_those_of_the_agent),
		cmocka_unit_test(a_broken_message_does_not_hide_the_next),
		cmocka_unit_test(rubbish_is_counted_once_and_passed_over),
		cmocka_unit_test(rubbish_in_two_places_is_counted_twice),
		cmocka_unit_test(the_rest_of_a_message_may_never_come),
		cmocka_unit_test(it_says_how_many_bytes_it_wants),
		cmocka_unit_test(text_with_the_magic_is_no_message),
		cmocka_unit_test(it_is_told_by_its_first_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
