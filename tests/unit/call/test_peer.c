/* What one host did, over all calls. */
#include "say.h"
#include "sipmon/call/peer.h"

static const struct peer *peer_of(const struct store *s, const char *way)
{
	struct flow f = say_flow(way, TRANSPORT_UDP);

	return view_peer(store_view(s), &f.source);
}

static void did(const struct store *s, const char *way, uint64_t began,
		uint64_t succeeded, uint64_t refused)
{
	const struct peer *p = peer_of(s, way);

	assert_non_null(p);
	if (p->began != began || p->succeeded != succeeded ||
	    p->refused != refused)
		fail_msg("%s began %llu, succeeded %llu, refused %llu", way,
			 (unsigned long long)p->began,
			 (unsigned long long)p->succeeded,
			 (unsigned long long)p->refused);
}

static void who_sends_the_first_request_began_the_call(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 5, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "P>B", .line = "INVITE", .branch = "2");
	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "A>P", .line = "INVITE", .id = "two");
	SAY(s, .way = "A7>P", .line = "OPTIONS", .id = "three", .at_ms = 3);
	did(s, "A>P", 3, 0, 0);
	did(s, "P>B", 0, 0, 0);
	did(s, "B>P", 0, 0, 0);
	assert_null(peer_of(s, "C>A"));
	/* whatever the port, and the way of time */
	assert_ptr_equal(peer_of(s, "A7>P"), peer_of(s, "A>P"));
	assert_int_equal(peer_of(s, "A>P")->host.port, 0);
	assert_int_equal(peer_of(s, "A>P")->first_ns, 0);
	assert_int_equal(peer_of(s, "A>P")->last_ns, 5 * CLOCK_MS_NS);
}

static void the_middle_of_a_dialog_does_not_tell_who_began(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "B>A", .line = "BYE", .to = "a");
	SAY(s, .way = "A>B", .line = "200", .of = "BYE", .to = "a");
	SAY(s, .way = "A>B", .line = "ACK", .id = "two");
	SAY(s, .way = "A>B", .line = "CANCEL", .id = "three");
	SAY(s, .way = "B>A", .line = "200", .id = "four", .to = "b");
	did(s, "B>A", 0, 0, 0);
	did(s, "A>B", 0, 0, 0);
}

static void an_answer_tells_how_it_went(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE", .id = "1");
	SAY(s, .way = "B>A", .line = "180", .id = "1", .to = "b");
	did(s, "A>B", 1, 0, 0);
	SAY(s, .way = "B>A", .line = "200", .id = "1", .to = "b");
	SAY(s, .way = "B>A", .line = "200", .id = "1", .to = "b");
	SAY(s, .way = "B>A", .line = "200", .id = "1", .to = "c");
	did(s, "A>B", 1, 1, 0);
	SAY(s, .way = "A>B", .line = "INVITE", .id = "2");
	SAY(s, .way = "B>A", .line = "486", .id = "2", .to = "b");
	SAY(s, .way = "B>A", .line = "486", .id = "2", .to = "b");
	did(s, "A>B", 2, 1, 1);
	SAY(s, .way = "A>B", .line = "INVITE", .id = "3");
	SAY(s, .way = "B>A", .line = "302", .id = "3", .to = "b");
	did(s, "A>B", 3, 1, 1);
	did(s, "B>A", 0, 0, 0);
}

static void a_challenge_counts_until_it_is_answered(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "REGISTER");
	SAY(s, .way = "B>A", .line = "401", .of = "REGISTER", .to = "b");
	did(s, "A>B", 1, 0, 1);
	SAY(s, .way = "A>B", .line = "REGISTER", .branch = "2", .cseq = 2);
	SAY(s, .way = "B>A", .line = "401", .of = "REGISTER", .to = "b",
	    .branch = "2", .cseq = 2);
	did(s, "A>B", 1, 0, 1);
	SAY(s, .way = "A>B", .line = "REGISTER", .branch = "3", .cseq = 3);
	SAY(s, .way = "B>A", .line = "200", .of = "REGISTER", .to = "b",
	    .branch = "3", .cseq = 3);
	did(s, "A>B", 1, 1, 0);
	/* the next one does not undo it */
	SAY(s, .way = "A>B", .line = "REGISTER", .branch = "4", .cseq = 4);
	SAY(s, .way = "B>A", .line = "403", .of = "REGISTER", .to = "b",
	    .branch = "4", .cseq = 4);
	did(s, "A>B", 1, 1, 0);
}

static void other_hops_and_methods_do_not_tell(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "P>B", .line = "INVITE", .branch = "2");
	SAY(s, .way = "B>P", .line = "404", .branch = "2", .to = "b");
	did(s, "A>P", 1, 0, 0);
	SAY(s, .way = "A>P", .line = "CANCEL");
	SAY(s, .way = "P>A", .line = "200", .of = "CANCEL");
	did(s, "A>P", 1, 0, 0);
	/* inside the dialog */
	SAY(s, .way = "A>P", .line = "INVITE", .branch = "5", .to = "b",
	    .cseq = 5);
	SAY(s, .way = "P>A", .line = "488", .branch = "5", .to = "b",
	    .cseq = 5);
	did(s, "A>P", 1, 0, 0);
	SAY(s, .way = "P>A", .line = "487", .to = "b");
	did(s, "A>P", 1, 0, 1);
}

static void answers_are_counted_by_class(void **state)
{
	struct store *s = *state;
	const struct peer *p;

	SAY(s, .at_ms = 9, .way = "B>A", .line = "100");
	SAY(s, .at_ms = 9, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .at_ms = 8, .way = "B>A", .line = "503", .to = "b", .id = "2");
	SAY(s, .at_ms = 9, .way = "B>A", .line = "503", .to = "b", .id = "2");
	SAY(s, .at_ms = 11, .way = "B7>A", .line = "500", .to = "b", .id = "3");
	SAY(s, .way = "B>A", .line = "699", .to = "b", .id = "4", .at_ms = 9);
	SAY(s, .way = "B>A", .line = "700", .to = "b", .id = "5", .at_ms = 99);
	SAY(s, .way = "B>A", .line = "999", .to = "b", .id = "6", .at_ms = 99);
	p = peer_of(s, "B>A");
	assert_int_equal(p->answers, 4);
	assert_int_equal(p->by_class[1], 0);
	assert_int_equal(p->by_class[2], 1);
	assert_int_equal(p->by_class[5], 2);
	assert_int_equal(p->by_class[6], 1);
	assert_int_equal(p->answers_503, 1);
	assert_int_equal(p->first_ns, 8 * CLOCK_MS_NS);
	assert_int_equal(p->last_ns, 11 * CLOCK_MS_NS);
	assert_int_equal(peer_of(s, "A>B")->answers, 0);
}

/* ---- users */

static void ask_for(struct store *s, unsigned first, unsigned n)
{
	struct flow flow = say_flow("A>B", TRANSPORT_UDP);
	struct words w = { .at_ms = 0 };
	char text[256];

	for (unsigned i = first; i < first + n; i++) {
		(void)snprintf(text, sizeof(text),
			       "OPTIONS sip:h SIP/2.0\r\nTo: <sip:%u@h>\r\n"
			       "Call-ID: %u\r\nCSeq: 1 OPTIONS\r\n\r\n",
			       i, i);
		push_text(s, slice_of(text), &flow, &w);
	}
}

static void users_are_told_about(void **state)
{
	static const struct {
		unsigned users;
		unsigned low;
		unsigned high;
	} cases[] = {
		/* five standard errors of linear counting with 256 bits */
		{ 1, 1, 1 },       { 10, 7, 13 },      { 100, 75, 125 },
		{ 200, 155, 245 }, { 1000, 256, 256 }, { 9000, 256, 256 },
	};
	struct store *s = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned n;

		store_clear(s);
		ask_for(s, 0, cases[i].users);
		n = peer_users(peer_of(s, "A>B"));
		if (n < cases[i].low || n > cases[i].high)
			fail_msg("%u of %u", n, cases[i].users);
	}
	store_clear(s);
	for (unsigned i = 0; i < 50; i++)
		SAY(s, .way = "A>B", .line = "INVITE", .cseq = 1 + (int)i);
	assert_int_equal(peer_users(peer_of(s, "A>B")), 1);
	assert_int_equal(peer_users(peer_of(s, "B>A")), 0);
}

/* ---- bounds */

static struct flow from_host(uint32_t n)
{
	struct flow f = say_flow("A>B", TRANSPORT_UDP);

	f.source.address[0] = 10;
	f.source.address[1] = (uint8_t)(n >> 16);
	f.source.address[2] = (uint8_t)(n >> 8);
	f.source.address[3] = (uint8_t)n;
	return f;
}

static void hosts_past_a_number_are_not_counted(void **state)
{
	static const char text[] =
		"OPTIONS sip:h SIP/2.0\r\nCall-ID: %u\r\n\r\n";
	struct store *s = *state;
	struct words w = { .at_ms = 0 };
	char line[128];
	struct flow f;

	for (uint32_t i = 0; i < PEERS_MAX + 100; i++) {
		f = from_host(i);
		(void)snprintf(line, sizeof(line), text, i);
		push_text(s, slice_of(line), &f, &w);
	}
	/* B is one of them */
	f = from_host(PEERS_MAX - 2);
	assert_int_equal(view_peer(store_view(s), &f.source)->began, 1);
	f = from_host(PEERS_MAX - 1);
	assert_null(view_peer(store_view(s), &f.source));
	/* what they say is filed all the same */
	SAY(s, .way = "B>C", .line = "INVITE");
	SAY(s, .way = "C>B", .line = "200", .to = "b");
	did(s, "B>C", 1, 1, 0);
	assert_null(peer_of(s, "C>B"));
	assert_int_equal(view_call_count(store_view(s)), PEERS_MAX + 101);
	store_clear(s);
	assert_null(peer_of(s, "B>C"));
}

static void addresses_of_two_families_are_two_hosts(void **state)
{
	struct store *s = *state;
	struct flow f = from_host(1);
	struct words w = { .at_ms = 0 };
	struct endpoint six;

	push_text(s, SLICE("OPTIONS sip:h SIP/2.0\r\nCall-ID: 1\r\n\r\n"), &f,
		  &w);
	six = f.source;
	six.family = 6;
	assert_non_null(view_peer(store_view(s), &f.source));
	assert_null(view_peer(store_view(s), &six));
}

/* ---- User-Agent */

static struct slice agent_of(const struct store *s, const char *id)
{
	return view_agent_name(store_view(s), call_named(s, id)->agent);
}

static void a_call_knows_the_agent_of_its_first_request(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "B>A", .line = "180", .to = "b",
	    .more = "User-Agent: other\r\n");
	assert_int_equal(the_call(s)->agent, 0);
	SAY(s, .way = "A>B", .line = "INVITE", .more = "User-Agent: one/1\r\n");
	SAY(s, .way = "A>B", .line = "INVITE", .branch = "2", .cseq = 2,
	    .more = "User-Agent: two/2\r\n");
	SAY(s, .way = "A>B", .line = "INVITE", .id = "two",
	    .more = "User-Agent: one/1\r\n");
	SAY(s, .way = "A>B", .line = "INVITE", .id = "three",
	    .more = "User-Agent: three\r\n");
	SAY(s, .way = "A>B", .line = "INVITE", .id = "four",
	    .more = "User-Agent:\r\n");
	SAY(s, .way = "A>B", .line = "INVITE", .id = "five");
	assert_int_equal(view_agent_count(store_view(s)), 2);
	assert_true(slice_eq(agent_of(s, "one"), SLICE("one/1")));
	assert_int_equal(call_named(s, "two")->agent, the_call(s)->agent);
	assert_true(slice_eq(agent_of(s, "three"), SLICE("three")));
	assert_int_equal(call_named(s, "four")->agent, 0);
	assert_int_equal(call_named(s, "five")->agent, 0);
	assert_int_equal(agent_of(s, "five").len, 0);
	assert_int_equal(view_agent_name(store_view(s), 3).len, 0);
	store_clear(s);
	assert_int_equal(view_agent_count(store_view(s)), 0);
	assert_int_equal(view_agent_name(store_view(s), 1).len, 0);
}

static void agents_past_a_number_are_others(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	char id[16];
	char more[160];

	for (unsigned i = 0; i < 1200; i++) {
		(void)snprintf(id, sizeof(id), "%u", i);
		(void)snprintf(more, sizeof(more), "User-Agent: a%0100u\r\n",
			       i);
		/* only their beginning is kept */
		more[13] = (char)('a' + i % 26);
		more[14] = (char)('a' + i / 26 % 26);
		more[15] = (char)('a' + i / 26 / 26);
		SAY(s, .way = "A>B", .line = "INVITE", .id = id, .more = more);
		assert_int_equal(view_agent_count(v), i < 1000 ? i + 1 : 1001);
	}
	assert_int_equal(call_named(s, "0")->agent, 1);
	assert_true(
		slice_eq(slice_sub(agent_of(s, "0"), 0, 6), SLICE("aaaa00")));
	assert_int_equal(call_named(s, "999")->agent, 1000);
	assert_true(
		slice_eq(slice_sub(agent_of(s, "999"), 0, 6), SLICE("almb00")));
	assert_int_equal(call_named(s, "1000")->agent, 1001);
	assert_int_equal(call_named(s, "1199")->agent, 1001);
	assert_true(slice_eq(view_agent_name(v, 1001), SLICE("others")));
	/* those that are known stay so */
	SAY(s, .way = "A>B", .line = "INVITE", .id = "again",
	    .more = "User-Agent: svmap\r\n");
	assert_int_equal(call_named(s, "again")->agent, 1001);
	assert_true((call_named(s, "again")->noticed & MSG_SCANNER) != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STORE(who_sends_the_first_request_began_the_call),
		IN_STORE(the_middle_of_a_dialog_does_not_tell_who_began),
		IN_STORE(an_answer_tells_how_it_went),
		IN_STORE(a_challenge_counts_until_it_is_answered),
		IN_STORE(other_hops_and_methods_do_not_tell),
		IN_STORE(answers_are_counted_by_class),
		IN_STORE(users_are_told_about),
		IN_STORE(hosts_past_a_number_are_not_counted),
		IN_STORE(addresses_of_two_families_are_two_hosts),
		IN_STORE(a_call_knows_the_agent_of_its_first_request),
		IN_STORE(agents_past_a_number_are_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
