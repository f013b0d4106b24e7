/* Calls that belong together across a B2BUA, on messages written by hand. */
#include "say.h"

#include "sipmon/call/leg.h"

#define UUID_A "ab30317f1a784dc48ff824d0d3715d86"
#define UUID_B "47755a9de7794ba387653f2099600ef2"
#define NIL    "00000000000000000000000000000000"

/* One request; what is left out has the value behind the member. */
struct request {
	int64_t at_ms;
	const char *way; /* "A>B" */
	const char *id;
	const char *line; /* "INVITE" */
	const char *from; /* user, "alice" */
	const char *to;   /* user, "bob" */
	const char *more;
	const char *to_tag;
	const char *tag; /* of From, the Call-ID */
};

static void request(struct store *s, struct request r)
{
	struct flow flow = say_flow(or_else(r.way, "A>B"), TRANSPORT_UDP);
	const char *line = or_else(r.line, "INVITE");
	struct words w = { .at_ms = r.at_ms };
	struct buf b;

	buf_init(&b, 1 << 16);
	buf_add_format(&b,
		       "%s sip:%s@example.com SIP/2.0\r\n"
		       "Via: SIP/2.0/UDP host;branch=z9hG4bK%s%lld\r\n"
		       "From: <sip:%s@example.com>;tag=%s\r\n"
		       "To: <sip:%s@example.com>%s\r\n"
		       "Call-ID: %s\r\nCSeq: 1 %s\r\n%s"
		       "Content-Length: 0\r\n\r\n",
		       line, or_else(r.to, "bob"), r.id, (long long)r.at_ms,
		       or_else(r.from, "alice"), or_else(r.tag, r.id),
		       or_else(r.to, "bob"), or_else(r.to_tag, ""), r.id, line,
		       or_else(r.more, ""));
	push_text(s, buf_slice(&b), &flow, &w);
	memset(b.ptr, '#', b.len);
	buf_free(&b);
}

#define REQUEST(store, ...) request(store, (struct request){ __VA_ARGS__ })

/* "two session-id, three refer" */
static const char *legs_of(const struct store *s, const char *id)
{
	static char text[4096];
	struct leg legs[LEG_ROOM];
	unsigned n = leg_list(store_view(s), call_named(s, id), legs, LEG_ROOM);
	size_t at = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		const struct call *c = view_call(store_view(s), legs[i].call);

		assert_non_null(c);
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "%s%.*s %s", i > 0 ? ", " : "",
				       SLICE_ARG(c->call_id),
				       leg_tie_name(legs[i].tie));
	}
	return text;
}

#define assert_legs(store, id, text)                                           \
	assert_string_equal(legs_of(store, id), text)

/* ---- what messages say */

/* Calls far from each other, so that nothing is guessed. */
static void each_tie_is_read_from_its_header(void **state)
{
	static const struct {
		const char *first;
		const char *second;
		const char *tie;
	} cases[] = {
		{ "Session-ID: " UUID_A ";remote=" NIL "\r\n",
		  "Session-ID: " UUID_A ";remote=" NIL "\r\n", "session-id" },
		{ "Session-ID: " UUID_A "\r\n",
		  "session-id: AB30317F1A784DC48FF824D0D3715D86\r\n",
		  "session-id" },
		{ "Session-ID: " UUID_A ";remote=" UUID_B "\r\n",
		  "Session-ID: " UUID_B ";remote=" NIL "\r\n", "session-id" },
		{ "X-CID: line 7 of 9\r\n", "X-Cid:  line 7 of 9\r\n",
		  "header" },
		{ "X-Call-ID: third@host\r\n", "X-CID: third@host\r\n",
		  "header" },
		{ "", "X-Call-ID: one\r\n", "header" },
		{ "X-CID: two\r\n", "", "header" },
		{ "", "Replaces: one;to-tag=7;from-tag=8\r\n", "replaces" },
		{ "Replaces: two ; from-tag=1\r\n", "", "replaces" },
		{ "P-Charging-Vector: icid-value=AyretyU0dm+6O2IrT5tAFrbHLso="
		  ";icid-generated-at=192.0.2.9\r\n",
		  "P-Charging-Vector: orig-ioi=home1.net;"
		  "icid-value=\"AyretyU0dm+6O2IrT5tAFrbHLso=\"\r\n",
		  "icid" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct store *s = new_store_of(0);
		char expected[32];

		REQUEST(s, .id = "one", .more = cases[i].first);
		REQUEST(s, .at_ms = 20000, .id = "two",
			.more = cases[i].second);
		(void)snprintf(expected, sizeof(expected), "two %s",
			       cases[i].tie);
		assert_legs(s, "one", expected);
		(void)snprintf(expected, sizeof(expected), "one %s",
			       cases[i].tie);
		assert_legs(s, "two", expected);
		store_free(s);
	}
	(void)state;
}

static void what_says_nothing_ties_nothing(void **state)
{
	static const char *const cases[] = {
		"",
		"Session-ID: " NIL ";remote=" NIL "\r\n",
		"Session-ID: " NIL "\r\n",
		"Session-ID: " UUID_A "0\r\n", /* a digit too many */
		"Session-ID: ab30317f-1a78-4dc4-8ff8-24d0d3715d86\r\n",
		"Session-ID: \r\n",
		"X-CID: \r\n",
		"X-CID: 1\r\n",          /* no name of anything */
		"X-Foo: same value\r\n", /* nobody asked for it */
		"Replaces: ;to-tag=1\r\n",
		"P-Charging-Vector: icid-value=\"\"\r\n",
		"P-Charging-Vector: icid-value=00000000\r\n",
		"P-Charging-Vector: orig-ioi=home1.net\r\n",
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct store *s = new_store_of(0);

		REQUEST(s, .id = "one", .more = cases[i]);
		REQUEST(s, .at_ms = 20000, .id = "two", .more = cases[i]);
		assert_legs(s, "one", "");
		assert_legs(s, "two", "");
		store_free(s);
	}
	(void)state;
}

static void a_request_inside_the_dialog_tells_the_remote_uuid(void **state)
{
	struct store *s = *state;

	REQUEST(s, .id = "one", .more = "Session-ID: " UUID_A "\r\n");
	REQUEST(s, .at_ms = 20000, .id = "two",
		.more = "Session-ID: " UUID_B "\r\n");
	assert_legs(s, "one", "");
	REQUEST(s, .at_ms = 21000, .id = "one", .line = "BYE",
		.to_tag = ";tag=x",
		.more = "Session-ID: " UUID_A ";remote=" UUID_B "\r\n");
	assert_legs(s, "one", "two session-id");
}

static void a_header_that_the_user_names_counts(void **state)
{
	static const char *const names[] = { "X-Leg", "Call-Info" };
	struct store_options o = { .leg_headers = names,
				   .leg_header_count = 2 };
	struct store *s = NULL;

	assert_int_equal(store_new(&s, &o), ERR_OK);
	REQUEST(s, .id = "one", .more = "x-leg: 7f3a\r\n");
	REQUEST(s, .at_ms = 9000, .id = "two", .more = "X-Leg: 7f3a\r\n");
	assert_legs(s, "one", "two header");
	/* one that has a row of its own among the headers */
	REQUEST(s, .at_ms = 18000, .id = "three",
		.more = "Call-Info: <sip:a@b>\r\n");
	REQUEST(s, .at_ms = 27000, .id = "four",
		.more = "Call-Info: <sip:a@b>\r\n");
	assert_legs(s, "three", "four header");
	/* names outlive the calls */
	store_clear(s);
	REQUEST(s, .id = "one", .more = "x-leg: 7f3a\r\n");
	REQUEST(s, .at_ms = 9000, .id = "two", .more = "X-Leg: 7f3a\r\n");
	assert_legs(s, "one", "two header");
	store_free(s);
	(void)state;
}

static void a_value_that_comes_again_much_later_is_another_call(void **state)
{
	struct store *s = *state;

	REQUEST(s, .id = "one", .more = "X-CID: trunk-12\r\n");
	REQUEST(s, .at_ms = 600000, .id = "two", .more = "X-CID: trunk-12\r\n");
	REQUEST(s, .at_ms = 605000, .id = "three",
		.more = "X-CID: trunk-12\r\n");
	assert_legs(s, "one", "");
	assert_legs(s, "two", "three header");
}

/* RFC 5589 section 7.1: the transferor refers, the transferee replaces. */
static void an_attended_transfer_ties_three_calls(void **state)
{
	static const char *const refers[] = {
		"Refer-To: <sip:c@h?Replaces=two%40h%3Bto-tag%3D7&a=b>\r\n",
		"r: \"Carol?\" <sip:c@h?Require=replaces&replaces=two%40h>\r\n",
		/* without brackets, as it must not be */
		"Refer-To: sip:carol@example.com?Replaces=two%40h%3Ba%3Db\r\n",
		"Refer-To: <sip:carol@example.com?Replaces=two@h;a=b>\r\n",
	};

	for (size_t i = 0; i < sizeof(refers) / sizeof(refers[0]); i++) {
		struct store *s = new_store_of(0);

		REQUEST(s, .id = "one");
		REQUEST(s, .at_ms = 20000, .id = "two@h");
		REQUEST(s, .at_ms = 30000, .id = "one", .line = "REFER",
			.to_tag = ";tag=x", .more = refers[i]);
		assert_legs(s, "one", "two@h refer");
		REQUEST(s, .at_ms = 40000, .id = "three", .way = "B>C",
			.more = "Replaces: two@h;to-tag=7;from-tag=8\r\n");
		assert_legs(s, "one", "two@h refer, three refer");
		assert_legs(s, "two@h", "one refer, three replaces");
		assert_legs(s, "three", "one refer, two@h replaces");
		store_free(s);
	}
	(void)state;
}

static void a_refer_that_is_broken_ties_nothing(void **state)
{
	static const char *const refers[] = {
		"Refer-To: <sip:carol@example.com?Replaces=two%4>\r\n",
		"Refer-To: <sip:carol@example.com?Replaces=two%zz>\r\n",
		"Refer-To: <sip:carol@example.com?Replaces>\r\n",
		"Refer-To: <sip:carol@example.com?Replaced=two>\r\n",
		"Refer-To: \r\n",
	};

	for (size_t i = 0; i < sizeof(refers) / sizeof(refers[0]); i++) {
		struct store *s = new_store_of(0);

		REQUEST(s, .id = "one");
		REQUEST(s, .at_ms = 20000, .id = "two");
		REQUEST(s, .at_ms = 30000, .id = "one", .line = "REFER",
			.to_tag = ";tag=x", .more = refers[i]);
		assert_legs(s, "one", "");
		store_free(s);
	}
	(void)state;
}

/* RFC 3892 section 2.2: Referred-By goes from REFER to INVITE as it is. */
static void a_call_that_was_referred_is_a_guess(void **state)
{
	static const struct {
		int64_t after_ms;
		const char *to;
		const char *more;
		const char *legs;
	} cases[] = {
		{ 300, "carol", "Referred-By: <sip:alice@example.com>\r\n",
		  "two guess" },
		{ 40000, "carol", "Referred-By: <sip:alice@example.com>\r\n",
		  "" },
		{ 300, "dave", "Referred-By: <sip:alice@example.com>\r\n", "" },
		{ 300, "carol", "Referred-By: <sip:eve@example.com>\r\n", "" },
		{ 300, "carol", "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct store *s = new_store_of(0);

		REQUEST(s, .id = "one");
		REQUEST(s, .at_ms = 30000, .id = "one", .line = "REFER",
			.to_tag = ";tag=x",
			.more = "Refer-To: <sip:carol@example.com>\r\n"
				"b: <sip:alice@example.com>\r\n");
		REQUEST(s, .at_ms = 30000 + cases[i].after_ms, .way = "B>C",
			.id = "two", .from = "bob", .to = cases[i].to,
			.more = cases[i].more);
		assert_legs(s, "one", cases[i].legs);
		store_free(s);
	}
	(void)state;
}

static void two_calls_that_were_referred_by_nobody_seen_are_two(void **state)
{
	struct store *s = *state;

	REQUEST(s, .id = "one", .more = "Referred-By: <sip:a@h>\r\n");
	REQUEST(s, .at_ms = 9000, .id = "two",
		.more = "Referred-By: <sip:a@h>\r\n");
	assert_legs(s, "one", "");
}

static void two_conversations_become_one(void **state)
{
	struct store *s = *state;

	REQUEST(s, .id = "one", .more = "X-CID: left side\r\n");
	REQUEST(s, .at_ms = 9000, .id = "two", .more = "X-CID: left side\r\n");
	REQUEST(s, .at_ms = 18000, .id = "three",
		.more = "X-CID: right side\r\n");
	REQUEST(s, .at_ms = 27000, .id = "four",
		.more = "X-CID: right side\r\n");
	REQUEST(s, .at_ms = 36000, .id = "four", .line = "INVITE",
		.to_tag = ";tag=9", .more = "Replaces: one;to-tag=2\r\n");
	assert_legs(s, "two", "one header, three header, four header");
	assert_legs(s, "one", "two header, three header, four header");
}

/* ---- guesses */

struct guess {
	const char *legs; /* of the first call */
	struct request second;
	struct request third;
};

/* The first call goes from A to B, from 123456789 to +493012345678. */
static void assert_guess(const struct guess *g)
{
	struct store *s = new_store_of(0);

	REQUEST(s, .at_ms = 10000, .id = "one", .from = "123456789",
		.to = "+493012345678");
	/* it is not over before the others begin */
	REQUEST(s, .at_ms = 20000, .id = "one", .line = "BYE",
		.to_tag = ";tag=x");
	if (g->second.id != NULL)
		request(s, g->second);
	if (g->third.id != NULL) {
		request(s, g->third);
		REQUEST(s, .at_ms = 20000, .id = "two", .line = "BYE",
			.way = g->second.way, .to_tag = ";tag=x");
	}
	assert_legs(s, "one", g->legs);
	if (g->legs[0] != '\0' && g->third.id == NULL)
		assert_legs(s, "two", "one guess");
	store_free(s);
}

#define SECOND(ms, hops, caller, callee)                                       \
	{                                                                      \
		.at_ms = (ms), .way = (hops), .id = "two", .from = (caller),   \
		.to = (callee)                                                 \
	}
#define THIRD(ms, hops, caller, callee)                                        \
	{                                                                      \
		.at_ms = (ms), .way = (hops), .id = "three", .from = (caller), \
		.to = (callee)                                                 \
	}

static void a_call_that_goes_on_through_a_host_is_guessed(void **state)
{
	static const struct guess cases[] = {
		{ "two guess",
		  SECOND(10100, "B>C", "123456789", "+493012345678"),
		  { 0 } },
		/* in another form */
		{ "two guess",
		  SECOND(10100, "B>C", "0049123456789", "030-1234-5678"),
		  { 0 } },
		/* from another port, and to where the first came from */
		{ "two guess",
		  SECOND(10100, "B7>A", "123456789", "+493012345678"),
		  { 0 } },
		/* three seconds are the most */
		{ "two guess",
		  SECOND(13000, "B>C", "123456789", "+493012345678"),
		  { 0 } },
		{ "",
		  SECOND(13001, "B>C", "123456789", "+493012345678"),
		  { 0 } },
		/* before it, or after its end */
		{ "",
		  SECOND(9900, "B>C", "123456789", "+493012345678"),
		  { 0 } },
		/* another number, or a part that is too short */
		{ "",
		  SECOND(10100, "B>C", "123456789", "+493012345679"),
		  { 0 } },
		{ "", SECOND(10100, "B>C", "6789", "+493012345678"), { 0 } },
		{ "", SECOND(10100, "B>C", "alice", "+493012345678"), { 0 } },
		/* through no element: the same hosts, another host */
		{ "",
		  SECOND(10100, "A>B", "123456789", "+493012345678"),
		  { 0 } },
		{ "",
		  SECOND(10100, "A>C", "123456789", "+493012345678"),
		  { 0 } },
		{ "",
		  SECOND(10100, "D>C", "123456789", "+493012345678"),
		  { 0 } },
		/* two that fit: who knows */
		{ "", SECOND(10100, "B>C", "123456789", "+493012345678"),
		  THIRD(10200, "B>D", "123456789", "+493012345678") },
		/* on and on */
		{ "two guess, three guess",
		  SECOND(10100, "B>C", "123456789", "+493012345678"),
		  THIRD(10200, "C>D", "123456789", "+493012345678") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_guess(&cases[i]);
	(void)state;
}

static void two_that_come_in_and_one_that_goes_out_are_no_guess(void **state)
{
	struct store *s = *state;

	REQUEST(s, .at_ms = 0, .id = "one", .way = "A>B");
	REQUEST(s, .at_ms = 100, .id = "two", .way = "D>B");
	REQUEST(s, .at_ms = 200, .id = "three", .way = "B>C");
	REQUEST(s, .at_ms = 900, .id = "one", .line = "BYE");
	REQUEST(s, .at_ms = 900, .id = "two", .line = "BYE");
	assert_legs(s, "one", "");
	assert_legs(s, "two", "");
	assert_legs(s, "three", "");
}

static void on_one_host_a_guess_goes_through_a_port(void **state)
{
	static const struct {
		const char *way;
		const char *legs;
	} cases[] = {
		{ "A2>A3", "two guess" }, { "A1>A3", "" }, /* the same caller */
		{ "A4>A3", "" },          { "A1>A2", "" }, { "A2>A2", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct store *s = new_store_of(0);

		REQUEST(s, .at_ms = 0, .id = "one", .way = "A1>A2");
		REQUEST(s, .at_ms = 100, .id = "two", .way = cases[i].way);
		REQUEST(s, .at_ms = 900, .id = "one", .line = "BYE",
			.way = "A1>A2");
		assert_legs(s, "one", cases[i].legs);
		store_free(s);
	}
	(void)state;
}

static void what_begins_when_the_first_is_over_is_no_leg(void **state)
{
	struct store *s = *state;

	REQUEST(s, .at_ms = 0, .id = "one", .way = "A>B");
	REQUEST(s, .at_ms = 500, .id = "two", .way = "B>C");
	assert_legs(s, "one", "");
}

static void only_an_invite_is_guessed(void **state)
{
	struct store *s = *state;

	REQUEST(s, .at_ms = 0, .id = "one", .line = "OPTIONS");
	REQUEST(s, .at_ms = 100, .id = "two", .way = "B>C", .line = "OPTIONS");
	REQUEST(s, .at_ms = 200, .id = "one", .line = "OPTIONS");
	assert_legs(s, "one", "");
	/* nor one of which the beginning is not there */
	REQUEST(s, .at_ms = 1000, .id = "three", .to_tag = ";tag=x");
	REQUEST(s, .at_ms = 1100, .id = "four", .way = "B>C");
	REQUEST(s, .at_ms = 1200, .id = "three", .line = "BYE");
	assert_legs(s, "four", "");
}

/* In at B, out at C, which may be one element: the tag of From tells. */
static void an_element_that_hides_the_topology_keeps_the_tag(void **state)
{
	static const struct {
		const char *way;
		const char *tag;
		const char *legs;
	} cases[] = {
		{ "C>D", "7f3a", "two guess" },
		{ "C>D", "7f3b", "" },
		{ "C>D", "", "" },
		{ "A>D", "7f3a", "" },
		{ "C>B", "7f3a", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct store *s = new_store_of(0);
		const char *tag = cases[i].tag[0] != '\0' ? "7f3a" : "";

		REQUEST(s, .at_ms = 0, .id = "one", .tag = tag);
		REQUEST(s, .at_ms = 5, .id = "two", .way = cases[i].way,
			.tag = cases[i].tag);
		REQUEST(s, .at_ms = 900, .id = "one", .line = "BYE",
			.tag = tag);
		assert_legs(s, "one", cases[i].legs);
		store_free(s);
	}
	(void)state;
}

/* The proxy between keeps the Call-ID; behind it stands the B2BUA. */
static void a_call_arrives_at_each_host_of_its_way(void **state)
{
	struct store *s = *state;

	REQUEST(s, .at_ms = 0, .id = "one", .way = "A>P");
	REQUEST(s, .at_ms = 50, .id = "one", .way = "P>B");
	REQUEST(s, .at_ms = 100, .id = "two", .way = "B>C");
	REQUEST(s, .at_ms = 900, .id = "one", .line = "BYE", .way = "A>P");
	assert_legs(s, "two", "one guess");
}

/* ---- many */

static void a_word_of_thousands_makes_one_ring_and_no_more(void **state)
{
	struct store *s = *state;
	struct leg legs[LEG_ROOM + 8];
	char id[24];

	for (int i = 0; i < 5000; i++) {
		(void)snprintf(id, sizeof(id), "call-%d", i);
		REQUEST(s, .at_ms = i, .id = id, .line = "MESSAGE",
			.more = "Session-ID: " UUID_A "\r\n");
	}
	assert_int_equal(leg_list(store_view(s), call_named(s, "call-0"), legs,
				  LEG_ROOM),
			 LEG_ROOM);
	assert_int_equal(
		leg_list(store_view(s), call_named(s, "call-0"), legs, 2), 2);
	assert_legs(s, "call-4999", "");
}

static void a_call_of_many_words_keeps_the_first_eight(void **state)
{
	struct store *s = *state;
	struct buf b;
	uint64_t before;

	buf_init(&b, 1 << 16);
	for (int i = 0; i < 200; i++)
		buf_add_format(&b, "X-CID: word number %d\r\n", i);
	buf_add(&b, (struct slice){ "", 1 });
	REQUEST(s, .id = "one", .more = b.ptr);
	before = view_memory(store_view(s));
	REQUEST(s, .at_ms = 9000, .id = "two",
		.more = "X-CID: word number 7\r\n");
	REQUEST(s, .at_ms = 18000, .id = "three",
		.more = "X-CID: word number 8\r\n");
	assert_legs(s, "one", "two header");
	assert_true(view_memory(store_view(s)) - before < 4096);
	buf_free(&b);
}

/* Each look at a ring is long; a stranger may name many. */
static void a_request_that_names_many_calls_is_tied_to_eight(void **state)
{
	struct store *s = *state;
	struct leg legs[LEG_ROOM];
	struct buf b;
	char id[24];

	buf_init(&b, 1 << 16);
	for (int i = 0; i < 12; i++) {
		(void)snprintf(id, sizeof(id), "call-%d", i);
		REQUEST(s, .at_ms = i * 9000, .id = id);
		buf_add_format(&b, "X-CID: %s\r\n", id);
	}
	buf_add(&b, (struct slice){ "", 1 });
	REQUEST(s, .at_ms = 200000, .id = "last", .more = b.ptr);
	assert_int_equal(
		leg_list(store_view(s), call_named(s, "last"), legs, LEG_ROOM),
		8);
	buf_free(&b);
}

/* Each conversation has three calls; under a ceiling the oldest go. */
static void forgetting_leaves_rings_whole(void **state)
{
	struct store *s = new_store_of(UINT64_C(1) << 20);
	const struct view *v = store_view(s);
	unsigned whole = 0;
	char id[32];
	char more[64];

	for (int i = 0; i < 12000; i++) {
		(void)snprintf(id, sizeof(id), "call-%d", i);
		(void)snprintf(more, sizeof(more), "X-CID: word-%d\r\n", i / 3);
		REQUEST(s, .at_ms = i, .id = id, .more = more);
	}
	assert_true(view_totals(v)->forgotten_calls > 1000);
	assert_true(view_memory(v) <= UINT64_C(1) << 20);
	for (const struct call *c = view_first(v); c != NULL;
	     c = view_next(v, c)) {
		struct leg legs[LEG_ROOM];
		unsigned n = leg_list(v, c, legs, LEG_ROOM);

		for (unsigned i = 0; i < n; i++)
			assert_non_null(view_call(v, legs[i].call));
		assert_in_range(n, 0, 2);
		whole += n == 2;
	}
	assert_true(whole > 300);
	store_free(s);
	(void)state;
}

/* Its words go to the next of the ring. */
static void
a_leg_that_comes_after_the_first_was_forgotten_is_joined(void **state)
{
	struct store *s = new_store_of(UINT64_C(1) << 20);
	char id[32];

	REQUEST(s, .id = "one", .more = "Session-ID: " UUID_A "\r\n");
	REQUEST(s, .at_ms = 5000, .id = "two",
		.more = "Session-ID: " UUID_A "\r\n");
	for (int i = 0; call_named(s, "one") != NULL; i++) {
		(void)snprintf(id, sizeof(id), "call-%d", i);
		REQUEST(s, .at_ms = 6000 + i, .id = id, .line = "MESSAGE");
		/* the second is touched and stays */
		REQUEST(s, .at_ms = 6000 + i, .id = "two", .line = "INFO");
		assert_true(i < 10000);
	}
	assert_non_null(call_named(s, "two"));
	REQUEST(s, .at_ms = 20000, .id = "three",
		.more = "Session-ID: " UUID_A "\r\n");
	assert_legs(s, "three", "two session-id");
	assert_legs(s, "two", "three session-id");
	store_free(s);
	(void)state;
}

static void after_a_clear_nothing_is_tied(void **state)
{
	struct store *s = *state;

	REQUEST(s, .id = "one", .more = "Session-ID: " UUID_A "\r\n");
	store_clear(s);
	REQUEST(s, .id = "two", .more = "Session-ID: " UUID_A "\r\n");
	assert_legs(s, "two", "");
	REQUEST(s, .id = "three", .more = "Session-ID: " UUID_A "\r\n");
	assert_legs(s, "two", "three session-id");
}

static void each_tie_has_a_name(void **state)
{
	static const char *const names[LEG_TIES] = {
		"", "session-id", "header", "replaces", "refer", "icid", "guess"
	};

	for (int i = 0; i < LEG_TIES; i++)
		assert_string_equal(leg_tie_name((enum leg_tie)i), names[i]);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_tie_is_read_from_its_header),
		cmocka_unit_test(what_says_nothing_ties_nothing),
		IN_STORE(a_request_inside_the_dialog_tells_the_remote_uuid),
		cmocka_unit_test(a_header_that_the_user_names_counts),
		IN_STORE(a_value_that_comes_again_much_later_is_another_call),
		cmocka_unit_test(an_attended_transfer_ties_three_calls),
		cmocka_unit_test(a_refer_that_is_broken_ties_nothing),
		cmocka_unit_test(a_call_that_was_referred_is_a_guess),
		IN_STORE(two_calls_that_were_referred_by_nobody_seen_are_two),
		IN_STORE(two_conversations_become_one),
		cmocka_unit_test(a_call_that_goes_on_through_a_host_is_guessed),
		IN_STORE(two_that_come_in_and_one_that_goes_out_are_no_guess),
		cmocka_unit_test(on_one_host_a_guess_goes_through_a_port),
		IN_STORE(what_begins_when_the_first_is_over_is_no_leg),
		IN_STORE(only_an_invite_is_guessed),
		cmocka_unit_test(
			an_element_that_hides_the_topology_keeps_the_tag),
		IN_STORE(a_call_arrives_at_each_host_of_its_way),
		IN_STORE(a_word_of_thousands_makes_one_ring_and_no_more),
		IN_STORE(a_call_of_many_words_keeps_the_first_eight),
		IN_STORE(a_request_that_names_many_calls_is_tied_to_eight),
		cmocka_unit_test(forgetting_leaves_rings_whole),
		cmocka_unit_test(
			a_leg_that_comes_after_the_first_was_forgotten_is_joined),
		IN_STORE(after_a_clear_nothing_is_tied),
		cmocka_unit_test(each_tie_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
