/* ESP without encryption (RFC 4303, RFC 2410), trailers by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wrap.h"

#define TCP_HEADER "\x13\xc4\x13\xc6\0\0\0\1\0\0\0\2\x50\x18\1\0\0\0\0\0"

/* How the packet is laid out; `vector` and `check` in bytes. */
struct layout {
	size_t vector;
	size_t check;
	size_t padding; /* in words of four bytes, beyond what must be */
};

static void add_esp(struct frame *f, const struct layout *layout, uint8_t next,
		    const struct frame *load)
{
	static const uint8_t check[] = "\xe1\x9b\x44\xc0\x77\x2a\x5d\x81"
				       "\x0e\xf3\x96\x58\xb2\x6c\xd9\x17"
				       "\x83\x4e\xa5\x60\xfc\x39\xd2\x8b"
				       "\x75\x1c\xe8\x9f\x40\xb6\x53\xda";
	size_t padding = (4 - (load->len + 2) % 4) % 4 + layout->padding * 4;

	ADD(f, "\0\0\4\x3f\0\0\0\x16"); /* SPI, sequence number */
	add(f, check + 8, layout->vector);
	add(f, load->bytes, load->len);
	for (size_t i = 1; i <= padding; i++)
		f->bytes[f->len++] = (uint8_t)i;
	f->bytes[f->len++] = (uint8_t)padding;
	f->bytes[f->len++] = next;
	add(f, check, layout->check);
}

static struct outcome opened(const struct layout *layout, uint8_t next,
			     const struct frame *load)
{
	struct frame esp = { 0 };
	struct frame f = { 0 };

	add_esp(&esp, layout, next, load);
	add_outer(&f, 50, esp.len);
	add(&f, esp.bytes, esp.len);
	return outcome_of(&f, LINK_RAW);
}

/* RFC 2403 and 2404, 4868, 4543 with a vector, 4868 again; none. */
static const struct layout layouts[] = {
	{ 0, 12, 0 }, { 0, 16, 0 }, { 8, 16, 0 }, { 0, 24, 0 },
	{ 0, 32, 0 }, { 0, 0, 0 },  { 0, 12, 1 }, { 0, 12, 62 },
};

#define LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

static void udp_is_opened_whatever_the_check(void **state)
{
	/* all four lengths of padding */
	static const char *const texts[] = { "OPTIONS sip:a SIP/2.0",
					     "OPTIONS sip:ab SIP/2.0",
					     "OPTIONS sip:abc SIP/2.0",
					     "OPTIONS sip:abcd SIP/2.0" };

	(void)state;
	for (size_t i = 0; i < LAYOUTS; i++)
		for (size_t n = 0; n < 4; n++) {
			struct frame udp = { 0 };
			struct outcome o;

			add_udp(&udp, texts[n]);
			o = opened(&layouts[i], 17, &udp);
			assert_true(payload_is(&o, texts[n]));
			assert_false(payload_is_cut(&o.payload));
			assert_int_equal(counted(&o), 0);
		}
}

static void tcp_is_opened_whatever_the_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < LAYOUTS; i++) {
		struct frame tcp = { 0 };
		struct outcome o;

		ADD(&tcp, TCP_HEADER WRAP_TEXT);
		o = opened(&layouts[i], 6, &tcp);
		assert_true(payload_is(&o, WRAP_TEXT));
		assert_int_equal(o.payload.kind, PAYLOAD_SEGMENT);
	}
}

static void ip_is_opened_whatever_the_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < LAYOUTS; i++)
		for (int ipv6 = 0; ipv6 < 2; ipv6++) {
			struct frame ip = { 0 };
			struct outcome o;

			add_inner(&ip, ipv6 == 1);
			o = opened(&layouts[i], ipv6 == 1 ? 41 : 4, &ip);
			assert_true(is_inner(&o));
			assert_true(payload_is(&o, WRAP_TEXT));
		}
}

static void ipv6_carries_it_too(void **state)
{
	struct frame udp = { 0 };
	struct frame esp = { 0 };
	struct frame f = { 0 };
	struct outcome o;

	(void)state;
	add_udp(&udp, WRAP_TEXT);
	add_esp(&esp, &layouts[0], 17, &udp);
	add_ipv6(&f, 50, esp.len);
	add(&f, esp.bytes, esp.len);
	o = outcome_of(&f, LINK_RAW);
	assert_true(payload_is(&o, WRAP_TEXT));
	assert_int_equal(o.payload.flow.source.family, 6);
}

/* One byte of a packet that would be opened: `at` from its begin or end. */
static void what_does_not_fit_is_not_opened(void **state)
{
	static const struct {
		int at;
		uint8_t value;
		uint8_t next;
	} cases[] = {
		{ 8 + 5, 28, 17 },   /* length of UDP */
		{ 8 + 12, 0x40, 6 }, /* TCP header of 16 bytes */
		{ 8 + 12, 0xf0, 6 }, /* longer than all that there is */
		{ 8 + 12, 0x52, 6 }, /* a reserved bit */
		{ 8 + 13, 0x13, 6 }, /* SYN and FIN */
		{ 8 + 13, 0x16, 6 }, /* SYN and RST */
		{ 8 + 13, 0x08, 6 }, /* neither of SYN, RST and ACK */
		{ 8, 0x65, 4 },      /* version of IP */
		{ 8 + 3, 48, 4 },    /* total length */
		{ 8, 0x45, 41 },     /* version */
		{ 8 + 5, 28, 41 },   /* payload length */
		{ -13, 1, 17 },      /* next header */
		{ -13, 59, 17 },     /* the same: none */
		{ -14, 2, 17 },      /* length of the padding */
		{ -14, 255, 17 },    /* longer than the packet */
		{ -15, 2, 17 },      /* padding: 3 for the last */
		{ -16, 1, 17 },      /* 2 for the one before */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame load = { 0 };
		struct frame f = { 0 };
		struct frame esp = { 0 };
		struct outcome o;
		size_t at;

		if (cases[i].next == 17)
			add_udp(&load, WRAP_TEXT "==");
		else if (cases[i].next == 6)
			ADD(&load, TCP_HEADER WRAP_TEXT);
		else
			add_inner(&load, cases[i].next == 41);
		add_esp(&esp, &layouts[0], cases[i].next, &load);
		at = (size_t)(cases[i].at +
			      (cases[i].at < 0 ? (int)esp.len : 0));
		assert_int_not_equal(esp.bytes[at], cases[i].value);
		add_outer(&f, 50, esp.len);
		add(&f, esp.bytes, esp.len);
		o = outcome_of(&f, LINK_RAW);
		assert_true(o.given);
		f.bytes[20 + at] = cases[i].value;
		o = outcome_of(&f, LINK_RAW);
		assert_true(refused_for(&o, UNDECODED_TUNNEL));
	}
}

/* RFC 4303 section 2.4: it ends at a multiple of four bytes. */
static void a_trailer_out_of_step_is_not_opened(void **state)
{
	(void)state;
	for (size_t more = 1; more < 4; more++) {
		struct frame load = { 0 };
		struct frame f = { 0 };
		struct outcome o;

		add_udp(&load, "1234567890abc");
		load.bytes[5] = (uint8_t)(load.len + more);
		add_outer(&f, 50, 8 + load.len + more + 3 + 12);
		ADD(&f, "\0\0\4\x3f\0\0\0\x16");
		add(&f, load.bytes, load.len);
		add(&f, "def", more);
		ADD(&f, "\1\1\x11"
			"qwertzuiopas");
		o = outcome_of(&f, LINK_RAW);
		assert_true(refused_for(&o, UNDECODED_TUNNEL));
	}
}

/* 20,000 packets of what looks like chance; the numbers are always the same. */
static void ciphertext_is_not_opened(void **state)
{
	uint64_t random = UINT64_C(0x9e3779b97f4a7c15);

	(void)state;
	for (unsigned n = 0; n < 20000; n++) {
		struct frame f = { 0 };
		struct outcome o;
		size_t len = 32 + n % 100 * 4;

		add_outer(&f, 50, len);
		for (size_t i = 0; i < len; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			f.bytes[f.len++] = (uint8_t)(random >> 32);
		}
		o = outcome_of(&f, LINK_RAW);
		assert_true(refused_for(&o, UNDECODED_TUNNEL));
	}
}

/* What proves it stands at the end. */
static void a_cut_packet_is_not_opened(void **state)
{
	struct frame udp = { 0 };
	struct frame esp = { 0 };
	struct frame f = { 0 };

	(void)state;
	add_udp(&udp, WRAP_TEXT);
	add_esp(&esp, &layouts[0], 17, &udp);
	add_outer(&f, 50, esp.len);
	add(&f, esp.bytes, esp.len);
	for (size_t len = 20; len < f.len; len++) {
		struct outcome o = outcome_of_part(&f, LINK_RAW, len);

		assert_true(refused_for(&o, UNDECODED_TUNNEL));
	}
}

/* A good trailer, and before it less than a header, all zeros. */
static void a_short_packet_is_not_opened(void **state)
{
	static const uint8_t protocols[] = { 4, 6, 17, 41 };

	(void)state;
	for (size_t i = 0; i < sizeof(protocols); i++)
		for (size_t len = 0; len < 20; len++) {
			static const struct layout none = { 0, 0, 0 };
			struct frame load = { .len = len };
			struct outcome o = opened(&none, protocols[i], &load);

			assert_true(refused_for(&o, UNDECODED_TUNNEL));
		}
}

/* Packets that IP says are that short, all bytes of which say UDP. */
static void a_packet_without_trailer_is_not_opened(void **state)
{
	(void)state;
	for (size_t len = 0; len < 48; len++) {
		struct frame f = { 0 };
		struct outcome o;

		add_outer(&f, 50, len);
		memset(f.bytes + f.len, 17, len);
		f.len += len;
		o = outcome_of(&f, LINK_RAW);
		assert_true(refused_for(&o, UNDECODED_TUNNEL));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(udp_is_opened_whatever_the_check),
		cmocka_unit_test(tcp_is_opened_whatever_the_check),
		cmocka_unit_test(ip_is_opened_whatever_the_check),
		cmocka_unit_test(ipv6_carries_it_too),
		cmocka_unit_test(what_does_not_fit_is_not_opened),
		cmocka_unit_test(a_trailer_out_of_step_is_not_opened),
		cmocka_unit_test(ciphertext_is_not_opened),
		cmocka_unit_test(a_cut_packet_is_not_opened),
		cmocka_unit_test(a_short_packet_is_not_opened),
		cmocka_unit_test(a_packet_without_trailer_is_not_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
