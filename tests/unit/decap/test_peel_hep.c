/* HEP over UDP: what is inside comes out, as the agent saw it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../net/agent.h"
#include "frame.h"

#define RAW     101
#define HEADERS 28 /* IPv4 and UDP */

static struct frame around(struct slice hep)
{
	struct frame f = { .len = 0 };

	add_ipv4(&f, 17, 8 + hep.len);
	add16(&f, 40000);
	add16(&f, 9060);
	add16(&f, 8 + hep.len);
	add16(&f, 0);
	add(&f, hep.ptr, hep.len);
	return f;
}

static struct frame around_agent(const struct agent *a)
{
	return around(agent_slice(a));
}

static bool is_what_the_agent_saw(const struct outcome *o)
{
	static const struct endpoint source = { { 192, 0, 2, 10 }, 5060, 4, 0 };
	static const struct endpoint destination = {
		{ 192, 0, 2, 20 }, 5062, 4, 0
	};

	return o->given && o->payload.kind == PAYLOAD_DATAGRAM &&
	       o->payload.flow.transport == TRANSPORT_UDP &&
	       endpoint_eq(&o->payload.flow.source, &source) &&
	       endpoint_eq(&o->payload.flow.destination, &destination);
}

static void each_version_gives_what_is_inside(void **state)
{
	(void)state;
	for (unsigned version = 1; version <= 3; version++) {
		struct agent a;
		struct frame f;
		struct outcome o;

		if (version == 3)
			agent_sip(&a);
		else
			agent_old(&a, version, AGENT_SIP);
		f = around_agent(&a);
		o = outcome_of(&f, RAW);
		assert_true(payload_is(&o, AGENT_SIP));
		assert_true(is_what_the_agent_saw(&o));
		assert_false(payload_is_cut(&o.payload));
		/* The frame has the time 1. */
		assert_true(o.payload.time_ns ==
			    (version == 1 ? 1 : AGENT_TIME_NS));
		/* It can be read again where it lies. */
		assert_int_equal(o.payload.offset,
				 f.len - (sizeof(AGENT_SIP) - 1));
		assert_int_equal(counted(&o), 0);
	}
}

/* Of a decap that lives on: the bytes lie in its memory. */
static void a_packed_payload_has_no_place_in_the_packet(void **state)
{
	struct agent a;
	struct frame f;
	struct counters counters = { 0 };
	struct decap *d = NULL;
	struct payload out;

	(void)state;
	agent_packed(&a, SLICE(AGENT_SIP));
	f = around_agent(&a);
	assert_int_equal(
		decap_new(&d, &(struct decap_options){ .counters = &counters }),
		ERR_OK);
	assert_true(decap_packet(d,
				 &(struct packet){ .data = f.bytes,
						   .len = (uint32_t)f.len,
						   .wire_len = (uint32_t)f.len,
						   .link_type = RAW,
						   .time_ns = 1 },
				 &out));
	assert_true(slice_eq(out.bytes, SLICE(AGENT_SIP)));
	assert_true(out.offset == PACKET_NO_OFFSET);
	assert_int_equal(out.sent, out.bytes.len);
	decap_free(d);
}

static void what_is_not_sip_is_passed_over(void **state)
{
	static const unsigned types[] = { 0, 5, 34, 100 };

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct agent a;
		struct frame f;
		struct outcome o;

		agent_v3(&a, types[i], SLICE(AGENT_SIP));
		f = around_agent(&a);
		o = outcome_of(&f, RAW);
		assert_true(passed_over(&o));
	}
}

static void broken_hep_is_counted_once(void **state)
{
	struct agent a;
	struct frame f;
	struct outcome o;

	(void)state;
	agent_sip(&a);
	a.bytes[6 + 5] = 3; /* length of the first chunk */
	f = around_agent(&a);
	o = outcome_of(&f, RAW);
	assert_true(refused_for(&o, UNDECODED_HEP));
	/* Says that it is longer than the datagram, which is whole. */
	agent_sip(&a);
	a.bytes[4]++;
	f = around_agent(&a);
	o = outcome_of(&f, RAW);
	assert_true(refused_for(&o, UNDECODED_HEP));
	/* Broken inside. */
	agent_packed(&a, SLICE(AGENT_SIP));
	a.bytes[a.len - 1] ^= 1;
	f = around_agent(&a);
	o = outcome_of(&f, RAW);
	assert_true(refused_for(&o, UNDECODED_HEP));
}

static void a_cut_packet_gives_the_begin_of_the_message(void **state)
{
	(void)state;
	for (unsigned version = 1; version <= 3; version++) {
		struct agent a;
		struct frame f;
		size_t begin;

		if (version == 3)
			agent_sip(&a);
		else
			agent_old(&a, version, AGENT_SIP);
		f = around_agent(&a);
		begin = f.len - (sizeof(AGENT_SIP) - 1);
		for (size_t len = begin + 1; len < f.len; len++) {
			struct outcome o = outcome_of_part(&f, RAW, len);

			assert_true(is_what_the_agent_saw(&o));
			assert_int_equal(o.payload.bytes.len, len - begin);
			assert_int_equal(o.payload.sent, sizeof(AGENT_SIP) - 1);
			assert_int_equal(counted(&o), 0);
		}
	}
}

static void a_packet_cut_in_front_of_it_is_counted(void **state)
{
	struct agent a;
	struct frame f;

	(void)state;
	agent_sip(&a);
	f = around_agent(&a);
	for (size_t len = HEADERS + 12; len < f.len - sizeof(AGENT_SIP) + 1;
	     len++) {
		struct outcome o = outcome_of_part(&f, RAW, len);

		assert_true(refused_for(&o, UNDECODED_HEP));
	}
}

static void sip_on_a_port_of_hep_stays_sip(void **state)
{
	struct frame f = around(SLICE(AGENT_SIP));
	struct outcome o = outcome_of(&f, RAW);

	(void)state;
	assert_true(payload_is(&o, AGENT_SIP));
	assert_int_equal(o.payload.flow.destination.port, 9060);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_version_gives_what_is_inside),
		cmocka_unit_test(a_packed_payload_has_no_place_in_the_packet),
		cmocka_unit_test(what_is_not_sip_is_passed_over),
		cmocka_unit_test(broken_hep_is_counted_once),
		cmocka_unit_test(a_cut_packet_gives_the_begin_of_the_message),
		cmocka_unit_test(a_packet_cut_in_front_of_it_is_counted),
		cmocka_unit_test(sip_on_a_port_of_hep_stays_sip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
