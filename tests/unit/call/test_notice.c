/* What is noticed of a message while its bytes are at hand. */
#include <arpa/inet.h>

#include "say.h"

#define NOTICED                                                                \
	(MSG_VIA_OTHER | MSG_CONTACT_PRIVATE | MSG_SDP_PRIVATE |               \
	 MSG_LENGTH_OFF | MSG_RETRY_AFTER | MSG_UNREGISTER |                   \
	 MSG_SESSION_EXPIRES | MSG_SCANNER | MSG_RELIABLE | MSG_TIES)

static struct endpoint end_of(const char *text)
{
	struct endpoint e = { .port = 5060 };

	if (inet_pton(AF_INET, text, e.address) == 1)
		e.family = 4;
	else if (inet_pton(AF_INET6, text, e.address) == 1)
		e.family = 6;
	else
		abort();
	return e;
}

struct wire {
	const char *from; /* 192.0.2.1 */
	const char *to;   /* 198.51.100.9 */
	const char *line; /* "INVITE sip:b@example.com" */
	const char *via;  /* all Via fields; "Via: ... host" */
	const char *cseq; /* "1 INVITE" */
	const char *more;
	const char *body;
	bool cut;
};

#define VIA(host) "Via: SIP/2.0/UDP " host ";branch=z9hG4bK1\r\n"

static void put(struct store *s, const struct wire *w)
{
	struct flow flow = { end_of(or_else(w->from, "192.0.2.1")),
			     end_of(or_else(w->to, "198.51.100.9")),
			     TRANSPORT_UDP };
	struct words words = { .cut = w->cut };
	const char *line = or_else(w->line, "INVITE sip:b@example.com");
	bool response = line[0] >= '0' && line[0] <= '9';
	struct buf b;

	buf_init(&b, (size_t)1 << 20);
	buf_add_format(&b, response ? "SIP/2.0 %s Word\r\n" : "%s SIP/2.0\r\n",
		       line);
	buf_add_format(&b,
		       "%sFrom: <sip:a@example.com>;tag=a\r\n"
		       "To: <sip:b@example.com>\r\nCall-ID: one\r\n"
		       "CSeq: %s\r\nMax-Forwards: 70\r\n%s\r\n%s",
		       or_else(w->via, VIA("host")),
		       or_else(w->cseq, "1 INVITE"), or_else(w->more, ""),
		       or_else(w->body, ""));
	push_text(s, buf_slice(&b), &flow, &words);
	buf_free(&b);
}

/* What is noticed of the message, as the first of its store. */
static unsigned seen(struct store *s, struct wire w)
{
	store_clear(s);
	put(s, &w);
	assert_int_equal(msg_nth(s, the_call(s), 0)->flags,
			 the_call(s)->noticed);
	return the_call(s)->noticed & NOTICED;
}

#define SEEN(s, ...) seen(s, (struct wire){ __VA_ARGS__ })

/* ---- Via */

static void a_via_of_another_address_is_noticed(void **state)
{
	struct store *s = *state;

	assert_int_equal(SEEN(s, .via = VIA("192.0.2.9")), MSG_VIA_OTHER);
	assert_int_equal(SEEN(s, .via = VIA("192.0.2.9:5070")), MSG_VIA_OTHER);
	assert_int_equal(SEEN(s, .via = VIA("192.0.2.9 :5070")), MSG_VIA_OTHER);
	assert_int_equal(SEEN(s, .via = VIA("192.0.2.9;received=192.0.2.1")),
			 MSG_VIA_OTHER);
	assert_int_equal(SEEN(s, .via = VIA("[2001:db8::1]:5060")),
			 MSG_VIA_OTHER);
	assert_int_equal(
		SEEN(s, .from = "2001:db8::2", .via = VIA("[2001:db8::1]")),
		MSG_VIA_OTHER);
}

static void a_via_of_the_source_is_not(void **state)
{
	struct store *s = *state;

	assert_int_equal(SEEN(s, .via = VIA("192.0.2.1")), 0);
	assert_int_equal(SEEN(s, .via = VIA("192.0.2.1:5099")), 0);
	assert_int_equal(SEEN(s, .via = VIA("[::ffff:192.0.2.1]:5060")), 0);
	assert_int_equal(SEEN(s, .from = "2001:db8::2",
			      .via = VIA("[2001:0db8:0:0::2]:5060")),
			 0);
}

static void a_via_that_is_no_address_says_nothing(void **state)
{
	static const char *const hosts[] = {
		VIA("host.example.com"),
		VIA("192.0.2.9.example.com"),
		VIA("192.0.2"),
		VIA("192.0.2.256"),
		VIA("192.0.2.1234"),
		VIA("192..2.9"),
		VIA("[2001:db8::1"),
		VIA("[fe80::1%eth0]"),
		VIA("[]"),
		VIA("[1:2:3:4:5:6:7:8:9]"),
		VIA("df7jal23ls0d.invalid"),
		"Via:\r\n",
		"Via: SIP/2.0/UDP\r\n",
		"",
	};
	struct store *s = *state;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (SEEN(s, .via = hosts[i]) != 0)
			fail_msg("%s", hosts[i]);
}

static void behind_a_proxy_via_and_contact_say_nothing(void **state)
{
	struct store *s = *state;

	assert_int_equal(SEEN(s, .via = VIA("192.0.2.9") VIA("10.0.0.1"),
			      .more = "Contact: <sip:a@10.0.0.1>\r\n"),
			 0);
	assert_int_equal(SEEN(s, .line = "200", .via = VIA("192.0.2.9")), 0);
}

/* ---- Contact */

static void a_private_contact_from_elsewhere_is_noticed(void **state)
{
	static const char *const contacts[] = {
		"Contact: <sip:a@10.0.0.1>\r\n",
		"m:<sip:10.0.0.1:5062;transport=udp>;q=0.5\r\n",
		"Contact: \"A, B\" <sip:a@192.168.7.8:5060>\r\n",
		"Contact: <sips:a@[fd00::1]:5061>\r\n",
		"Contact: sip:a@127.0.0.1\r\n",
		"Contact: <tel:+123>, <sip:a@172.16.0.9>\r\n",
	};
	struct store *s = *state;

	for (size_t i = 0; i < sizeof(contacts) / sizeof(contacts[0]); i++) {
		assert_int_equal(SEEN(s, .more = contacts[i]),
				 MSG_CONTACT_PRIVATE);
		/* behind one NAT and in front of the next */
		assert_int_equal(SEEN(s, .more = contacts[i],
				      .from = "100.64.0.9", .to = "10.0.0.9"),
				 MSG_CONTACT_PRIVATE);
	}
	assert_int_equal(SEEN(s, .line = "REGISTER sip:example.com",
			      .cseq = "1 REGISTER", .more = contacts[0]),
			 MSG_CONTACT_PRIVATE);
}

static void other_contacts_are_not(void **state)
{
	static const char *const contacts[] = {
		"Contact: <sip:a@10.0.0.7>\r\n", /* its source */
		"Contact: <sip:a@192.0.2.77>\r\n",
		"Contact: <sip:a@phone.example.com>\r\n",
		"Contact: <sip:10.0.0.1@example.com>\r\n",
		"Contact: <tel:+10.0.0.1>\r\n",
		"Contact: *\r\n",
		"Contact:\r\n",
		"Contact: <sip:a@10.0.0>\r\n",
	};
	struct store *s = *state;

	for (size_t i = 0; i < sizeof(contacts) / sizeof(contacts[0]); i++)
		if (SEEN(s, .from = "10.0.0.7", .more = contacts[i]) != 0)
			fail_msg("%s", contacts[i]);
	/* who sends these is not reached there */
	assert_int_equal(SEEN(s, .line = "ACK sip:b@example.com",
			      .cseq = "1 ACK",
			      .more = "Contact: <sip:a@10.0.0.1>\r\n"),
			 0);
}

static void an_answer_with_a_private_contact_must_leave_the_house(void **state)
{
	static const char contact[] = "Contact: <sip:b@10.0.0.1>\r\n";
	struct store *s = *state;

	assert_int_equal(SEEN(s, .line = "200", .more = contact),
			 MSG_CONTACT_PRIVATE);
	assert_int_equal(SEEN(s, .line = "183", .more = contact),
			 MSG_CONTACT_PRIVATE);
	assert_int_equal(
		SEEN(s, .line = "200", .to = "10.0.0.9", .more = contact), 0);
	assert_int_equal(
		SEEN(s, .line = "200", .from = "10.0.0.1", .more = contact), 0);
	/* a redirect, a registrar, a proxy that stays in the way */
	assert_int_equal(SEEN(s, .line = "302", .more = contact), 0);
	assert_int_equal(
		SEEN(s, .line = "200", .cseq = "1 REGISTER", .more = contact),
		0);
	assert_int_equal(SEEN(s, .line = "200",
			      .more = "Record-Route: <sip:192.0.2.1;lr>\r\n"
				      "Contact: <sip:b@10.0.0.1>\r\n"),
			 0);
	assert_int_equal(SEEN(s, .line = "200", .more = contact,
			      .via = VIA("host") VIA("other")),
			 0);
}

/* ---- SDP */

#define SDP(address, port)                                                     \
	"v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 " address                  \
	"\r\nt=0 0\r\nm=audio " port " RTP/AVP 8\r\n"

#define TYPE "Content-Type: application/sdp\r\n"

static void a_private_address_in_sdp_that_goes_out_is_noticed(void **state)
{
	struct store *s = *state;

	assert_int_equal(SEEN(s, .more = TYPE, .body = SDP("10.0.0.1", "4000")),
			 MSG_SDP_PRIVATE);
	assert_int_equal(SEEN(s, .line = "200", .more = TYPE,
			      .body = SDP("192.168.0.1", "4000")),
			 MSG_SDP_PRIVATE);
	assert_int_equal(
		SEEN(s, .more = TYPE, .body = SDP("192.0.2.1", "4000")), 0);
	/* it stays within */
	assert_int_equal(SEEN(s, .to = "10.0.0.9", .more = TYPE,
			      .body = SDP("10.0.0.1", "4000")),
			 0);
	/* held, refused, and one that ICE will find another address for */
	assert_int_equal(SEEN(s, .more = TYPE, .body = SDP("0.0.0.0", "4000")),
			 0);
	assert_int_equal(SEEN(s, .more = TYPE, .body = SDP("10.0.0.1", "0")),
			 0);
	assert_int_equal(
		SEEN(s, .more = TYPE,
		     .body = SDP("10.0.0.1",
				 "4000") "a=candidate:1 1 UDP 1 192.0.2.1 4000 "
					 "typ srflx\r\n"),
		0);
	assert_int_equal(SEEN(s, .more = TYPE, .body = SDP("10.0.0.1", "4000"),
			      .cut = true),
			 0);
}

/* ---- Content-Length */

static void a_length_that_is_not_that_of_the_body_is_noticed(void **state)
{
	struct store *s = *state;

	assert_int_equal(SEEN(s, .more = "Content-Length: 5\r\n"),
			 MSG_LENGTH_OFF);
	assert_int_equal(SEEN(s, .body = "abc",
			      .more = "Content-Length: 3\r\nl: 2\r\n"
				      "Content-Type: text/plain\r\n"),
			 MSG_LENGTH_OFF);
	assert_int_equal(SEEN(s, .more = "Content-Length: 5\r\n", .cut = true),
			 0);
	assert_int_equal(SEEN(s, .more = "Content-Length: 0\r\n"), 0);
	assert_int_equal(SEEN(s, .more = "Content-Length: many\r\n"), 0);
	/* other things are wrong with it */
	assert_int_equal(SEEN(s, .more = "Expires: soon\r\n"), 0);
}

/* ---- fields that are there or not */

static void fields_that_rules_ask_for_are_noticed(void **state)
{
	struct store *s = *state;

	assert_int_equal(SEEN(s, .line = "503", .more = "Retry-After: 9\r\n"),
			 MSG_RETRY_AFTER);
	assert_int_equal(SEEN(s, .more = "Session-Expires: 1800\r\n"),
			 MSG_SESSION_EXPIRES);
	assert_int_equal(SEEN(s, .more = "x: 1800\r\n"), MSG_SESSION_EXPIRES);
	assert_int_equal(SEEN(s, .line = "REFER sip:b@example.com",
			      .cseq = "1 REFER",
			      .more = "Refer-To: <sip:c@example.com>\r\n"),
			 MSG_TIES);
	assert_int_equal(SEEN(s, .more = "Replaces: two;to-tag=x;"
					 "from-tag=y\r\n"),
			 MSG_TIES);
}

static void a_response_that_wants_a_prack_has_both_fields(void **state)
{
	static const char both[] = "Require: 100rel\r\nRSeq: 1\r\n";
	struct store *s = *state;

	assert_int_equal(SEEN(s, .line = "183", .more = both), MSG_RELIABLE);
	assert_int_equal(SEEN(s, .line = "183", .more = "RSeq: 1\r\n"), 0);
	assert_int_equal(SEEN(s, .line = "183", .more = "Require: 100rel\r\n"),
			 0);
	assert_int_equal(SEEN(s, .line = "100", .more = both), 0);
	assert_int_equal(SEEN(s, .line = "200", .more = both), 0);
	assert_int_equal(SEEN(s, .more = both), 0);
}

static void a_register_with_expires_0_takes_bindings_away(void **state)
{
	static const struct {
		const char *more;
		unsigned flags;
	} cases[] = {
		{ "Contact: <sip:a@h>;expires=0\r\n", MSG_UNREGISTER },
		{ "Contact: <sip:a@h>\r\nExpires: 0\r\n", MSG_UNREGISTER },
		{ "Expires: 0\r\nm: *\r\n", MSG_UNREGISTER },
		{ "Contact: <sip:a@h>;expires=0, <sip:a@i>;expires=0\r\n",
		  MSG_UNREGISTER },
		{ "Contact: <sip:a@h>;expires=0\r\nContact: <sip:a@i>\r\n"
		  "Expires: 00\r\n",
		  MSG_UNREGISTER },
		{ "Contact: <sip:a@h>;expires=0, <sip:a@i>;expires=60\r\n", 0 },
		{ "Contact: <sip:a@h>;expires=0, <sip:a@i>\r\n", 0 },
		/* RFC 3261 section 10.2.1.1: the parameter goes first */
		{ "Contact: <sip:a@h>;expires=60\r\nExpires: 0\r\n", 0 },
		{ "Contact: <sip:a@h;expires=0>\r\n", 0 },
		{ "Contact: <sip:a@h>;expires=soon\r\n", 0 },
		{ "Contact: *\r\n", 0 },
		{ "Contact: <sip:a@h>\r\n", 0 },
		{ "Expires: 0\r\n", 0 },
		{ "", 0 },
	};
	struct store *s = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (SEEN(s, .line = "REGISTER sip:example.com",
			 .cseq = "1 REGISTER",
			 .more = cases[i].more) != cases[i].flags)
			fail_msg("%s", cases[i].more);
	assert_int_equal(SEEN(s, .line = "200", .cseq = "1 REGISTER",
			      .more = cases[0].more),
			 0);
	assert_int_equal(SEEN(s, .line = "SUBSCRIBE sip:b@example.com",
			      .cseq = "1 SUBSCRIBE", .more = cases[1].more),
			 0);
}

/* ---- scanners */

static void known_scanners_are_noticed(void **state)
{
	static const char *const names[] = {
		"User-Agent: friendly-scanner\r\n",
		"User-Agent: Friendly-Scanner 1.0\r\n",
		"User-Agent: sipvicious\r\n",
		"User-Agent: sundayddr\r\n",
		"User-Agent: SIP-Scan\r\n",
		"User-Agent: sipcli/v1.8\r\n",
		"User-Agent: iWar\r\n",
		"User-Agent: pplsip\r\n",
		"User-Agent: Gulp\r\n",
		"User-Agent: svwar/0.3\r\n",
	};
	struct store *s = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (SEEN(s, .more = names[i]) != MSG_SCANNER)
			fail_msg("%s", names[i]);
}

static void others_are_no_scanners(void **state)
{
	static const char *const names[] = {
		"User-Agent: VaxSIPUserAgent/3.1\r\n",
		"User-Agent: sipsak 0.9.7\r\n",
		"User-Agent: CSipSimple_m3\r\n",
		"User-Agent: eyeBeam release 1100z\r\n",
		"User-Agent: iWarehouse\r\n",
		"User-Agent: gulper\r\n",
		"User-Agent: not a friendly-scanner\r\n",
		"User-Agent: sip\r\n",
		"User-Agent:\r\n",
		"Subject: sipvicious\r\n",
	};
	struct store *s = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (SEEN(s, .more = names[i]) != 0)
			fail_msg("%s", names[i]);
	assert_int_equal(
		SEEN(s, .line = "200", .more = "User-Agent: sipvicious\r\n"),
		0);
}

static void a_call_has_what_any_of_its_messages_has(void **state)
{
	struct store *s = *state;
	struct wire honest = { .more = "User-Agent: phone\r\n" };
	struct wire scanner = { .more = "User-Agent: svmap\r\n",
				.cseq = "2 OPTIONS",
				.line = "OPTIONS sip:b@example.com" };
	struct wire again = { .more = "User-Agent: phone\r\nx: 90\r\n",
			      .cseq = "3 UPDATE",
			      .line = "UPDATE sip:b@example.com" };

	put(s, &honest);
	put(s, &scanner);
	put(s, &again);
	assert_int_equal(msg_nth(s, the_call(s), 0)->flags & NOTICED, 0);
	assert_int_equal(msg_nth(s, the_call(s), 1)->flags & NOTICED,
			 MSG_SCANNER);
	assert_int_equal(msg_nth(s, the_call(s), 2)->flags & NOTICED,
			 MSG_SESSION_EXPIRES);
	assert_int_equal(the_call(s)->noticed & NOTICED,
			 MSG_SCANNER | MSG_SESSION_EXPIRES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STORE(a_via_of_another_address_is_noticed),
		IN_STORE(a_via_of_the_source_is_not),
		IN_STORE(a_via_that_is_no_address_says_nothing),
		IN_STORE(behind_a_proxy_via_and_contact_say_nothing),
		IN_STORE(a_private_contact_from_elsewhere_is_noticed),
		IN_STORE(other_contacts_are_not),
		IN_STORE(an_answer_with_a_private_contact_must_leave_the_house),
		IN_STORE(a_private_address_in_sdp_that_goes_out_is_noticed),
		IN_STORE(a_length_that_is_not_that_of_the_body_is_noticed),
		IN_STORE(fields_that_rules_ask_for_are_noticed),
		IN_STORE(a_response_that_wants_a_prack_has_both_fields),
		IN_STORE(a_register_with_expires_0_takes_bindings_away),
		IN_STORE(known_scanners_are_noticed),
		IN_STORE(others_are_no_scanners),
		IN_STORE(a_call_has_what_any_of_its_messages_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
