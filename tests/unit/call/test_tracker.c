/* Filing messages: copies, counters, names, and what is missing. */
#include "say.h"

static void a_request_sent_again_is_a_retransmission(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 500, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 1500, .way = "A>B", .line = "INVITE");
	/* changed on the way, but of the same branch and number */
	SAY(s, .at_ms = 3500, .way = "A>B", .line = "INVITE",
	    .more = "X-Hop: 1\r\n");
	c = the_call(s);
	assert_false(is_resent(s, c, 0));
	for (unsigned i = 1; i < 4; i++)
		assert_true(is_resent(s, c, i));
	assert_int_equal(c->message_count, 4);
	assert_int_equal(c->retransmissions, 3);
	assert_int_equal(transaction_nth(s, c, 0)->retransmissions, 3);
	assert_int_equal(transaction_nth(s, c, 0)->request_ns, 0);
	assert_int_equal(view_totals(store_view(s))->retransmissions, 3);
}

static void only_the_same_response_is_a_retransmission(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .way = "B>A", .line = "183", .to = "b", .body = "v=0");
	SAY(s, .way = "B>A", .line = "183", .to = "b", .body = "v=1");
	SAY(s, .way = "B>A", .line = "180", .to = "c");
	SAY(s, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .way = "A>B", .line = "ACK", .branch = "2", .to = "b");
	SAY(s, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .way = "A>B", .line = "ACK", .branch = "2", .to = "b");
	/* for the answer of another fork */
	SAY(s, .way = "A>B", .line = "ACK", .branch = "3", .to = "c");
	c = the_call(s);
	for (unsigned i = 0; i < 12; i++)
		assert_int_equal(is_resent(s, c, i),
				 i == 2 || i == 7 || i == 9 || i == 10);
	assert_int_equal(c->retransmissions, 4);
	assert_int_equal(c->transaction_count, 1);
	assert_int_equal(transaction_nth(s, c, 0)->retransmissions, 4);
}

static void the_next_hop_sends_nothing_again(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "P>B", .line = "INVITE");
	SAY(s, .way = "B>P", .line = "180", .to = "b");
	SAY(s, .way = "P>A", .line = "180", .to = "b");
	assert_int_equal(the_call(s)->retransmissions, 0);
	assert_int_equal(the_call(s)->transaction_count, 2);
}

static void a_copy_that_took_another_way_is_no_retransmission(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .way = "B9>A", .line = "180", .to = "b");
	assert_int_equal(the_call(s)->transaction_count, 1);
	assert_int_equal(the_call(s)->retransmissions, 0);
	SAY(s, .way = "B9>A", .line = "180", .to = "b");
	assert_int_equal(the_call(s)->retransmissions, 1);
}

static void calls_do_not_mix(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	const struct call *one;
	const struct call *two;

	/* the same but for the Call-ID, message by message */
	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "A>B", .line = "INVITE", .id = "two");
	SAY(s, .way = "B>A", .line = "180", .to = "b", .id = "two");
	SAY(s, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .way = "B>A", .line = "486", .to = "b", .id = "two");
	one = the_call(s);
	two = call_named(s, "two");
	assert_ptr_not_equal(one, two);
	assert_int_equal(view_call_count(v), 2);
	assert_int_equal(one->message_count, 3);
	assert_int_equal(two->message_count, 3);
	assert_int_equal(one->retransmissions + two->retransmissions, 0);
	assert_int_equal(transaction_nth(s, one, 0)->final_code, 200);
	assert_int_equal(transaction_nth(s, two, 0)->final_code, 486);
	assert_int_equal(dialog_nth(s, one, 0)->state, DIALOG_CONFIRMED);
	assert_int_equal(dialog_nth(s, two, 0)->state, DIALOG_TERMINATED);
}

static void a_call_id_is_compared_byte_by_byte(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "OPTIONS", .id = "abc");
	SAY(s, .way = "A>B", .line = "OPTIONS", .id = "ABC");
	SAY(s, .way = "A>B", .line = "OPTIONS", .id = "abc@host");
	assert_int_equal(view_call_count(store_view(s)), 3);
}

static void times_may_go_backwards(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .at_ms = 1000, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 400, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 700, .way = "B>A", .line = "200", .to = "b");
	c = the_call(s);
	assert_int_equal(c->start_ns, 400 * CLOCK_MS_NS);
	assert_int_equal(c->end_ns, 1000 * CLOCK_MS_NS);
	assert_int_equal(view_now_ns(store_view(s)), 1000 * CLOCK_MS_NS);
	assert_string_equal(state_of(s, "one"), "established");
}

static void what_a_message_lacks_loses_nothing(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	const struct call *c;

	SAY(s, .way = "A>B", .line = "INVITE", .id = "");
	SAY(s, .way = "A>B", .line = "INVITE", .cseq = -1);
	SAY(s, .way = "A>B", .line = "INVITE", .branch = "");
	SAY(s, .way = "B>A", .line = "200", .cseq = -1, .to = "b");
	SAY(s, .way = "B>A", .line = "180", .from = "", .to = "b");
	assert_int_equal(view_totals(v)->messages, 5);
	assert_int_equal(view_call_count(v), 2);
	/* those without a Call-ID are kept together, as the empty one */
	c = view_find(v, SLICE(""));
	assert_non_null(c);
	assert_true(slice_is_set(c->call_id));
	assert_int_equal(c->message_count, 1);
	assert_true(call_is(c, CALL_MALFORMED));
	c = the_call(s);
	assert_int_equal(c->message_count, 4);
	/* a response without CSeq answers nobody knows what */
	assert_int_equal(msg_nth(s, c, 2)->method, SIP_METHOD_NONE);
	assert_string_equal(state_of(s, "one"), "early");
}

static void totals_count_each_message_once(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	const struct view_totals *t = view_totals(v);

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .way = "A>C", .line = "OPTIONS", .id = "two",
	    .transport = TRANSPORT_TLS);
	SAY(s, .way = "C>A", .line = "200", .of = "OPTIONS", .id = "two",
	    .transport = TRANSPORT_TLS);
	SAY(s, .way = "C>A", .line = "999", .of = "OPTIONS", .id = "two");
	assert_int_equal(t->messages, 6);
	assert_int_equal(t->requests, 3);
	assert_int_equal(t->responses, 3);
	assert_int_equal(t->retransmissions, 1);
	assert_int_equal(t->by_transport[TRANSPORT_UDP], 4);
	assert_int_equal(t->by_transport[TRANSPORT_TLS], 2);
	assert_int_equal(t->by_code[180], 1);
	assert_int_equal(t->by_code[200], 1);
	assert_int_equal(t->other_codes, 1);
	assert_int_equal(t->calls, 2);
	assert_int_equal(t->forgotten_calls, 0);
	assert_int_equal(t->forgotten_messages, 0);
	/* the code that is none breaks the grammar */
	assert_int_equal(t->malformed, 1);
	assert_int_equal(view_requests(v, SIP_METHOD_INVITE), 2);
	assert_int_equal(view_requests(v, SIP_METHOD_OPTIONS), 1);
	assert_int_equal(view_requests(v, SIP_METHOD_BYE), 0);
	assert_int_equal(view_requests(v, 60000), 0);
}

static void every_change_shows(void **state)
{
	struct store *s = *state;
	uint64_t before = view_change(store_view(s));

	SAY(s, .way = "A>B", .line = "INVITE");
	assert_int_not_equal(view_change(store_view(s)), before);
	before = view_change(store_view(s));
	SAY(s, .way = "A>B", .line = "INVITE");
	assert_int_not_equal(view_change(store_view(s)), before);
}

static void unknown_methods_get_a_name_each(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	uint16_t id;

	SAY(s, .way = "A>B", .line = "FROB");
	SAY(s, .way = "B>A", .line = "200", .of = "FROB", .to = "b");
	SAY(s, .way = "A>B", .line = "frob", .branch = "2");
	id = msg_nth(s, the_call(s), 0)->method;
	assert_true(id >= SIP_METHODS);
	assert_true(slice_eq(view_method_name(v, id), SLICE("FROB")));
	assert_int_equal(msg_nth(s, the_call(s), 1)->method, id);
	assert_int_equal(the_call(s)->method, id);
	assert_int_equal(transaction_of(s, the_call(s), 1), 0);
	/* RFC 3261 section 7.1: methods are case-sensitive */
	assert_int_not_equal(msg_nth(s, the_call(s), 2)->method, id);
	assert_int_equal(view_requests(v, id), 1);
	assert_int_equal(view_method_count(v), SIP_METHODS + 2);
	assert_true(slice_eq(view_method_name(v, SIP_METHOD_INVITE),
			     SLICE("INVITE")));
	assert_true(slice_eq(view_method_name(v, SIP_METHOD_OTHER),
			     SLICE("other")));
	assert_int_equal(view_method_name(v, 60000).len, 0);
}

static void names_of_methods_have_a_ceiling(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	uint64_t sum = 0;
	uint16_t count;

	for (unsigned i = 0; i < 500; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "M%u", i);
		SAY(s, .way = "A>B", .line = name);
	}
	count = view_method_count(v);
	assert_int_equal(count, SIP_METHODS + 200);
	assert_true(slice_eq(view_method_name(v, SIP_METHODS), SLICE("M0")));
	assert_true(slice_eq(view_method_name(v, (uint16_t)(count - 1)),
			     SLICE("M199")));
	assert_int_equal(view_requests(v, SIP_METHOD_OTHER), 300);
	for (uint16_t i = 0; i < count; i++)
		sum += view_requests(v, i);
	assert_int_equal(sum, 500);
	/* a name that has an id keeps it */
	SAY(s, .way = "A>B", .line = "M7", .branch = "2");
	assert_int_equal(view_requests(v, SIP_METHODS + 7), 2);
}

static void a_long_method_is_cut_and_still_one(void **state)
{
	struct store *s = *state;
	char name[201];

	memset(name, 'X', 200);
	name[200] = '\0';
	SAY(s, .way = "A>B", .line = name);
	SAY(s, .way = "A>B", .line = name);
	assert_int_equal(view_method_count(store_view(s)), SIP_METHODS + 1);
	assert_int_equal(view_method_name(store_view(s), SIP_METHODS).len, 63);
	assert_int_equal(the_call(s)->retransmissions, 1);
}

static void flags_tell_what_a_message_carries(void **state)
{
	static const struct {
		struct words words;
		unsigned flags;
	} cases[] = {
		{ { .way = "A>B", .line = "INVITE" }, 0 },
		{ { .way = "A>B", .line = "INVITE", .to = "b" },
		  MSG_IN_DIALOG },
		{ { .way = "B>A", .line = "200", .to = "b" }, MSG_RESPONSE },
		{ { .way = "A>B", .line = "INVITE", .cut = true }, MSG_CUT },
		{ { .way = "A>B",
		    .line = "INVITE",
		    .body = "v=0",
		    .more = "c: Application/SDP ;x=y\r\n" },
		  MSG_SDP },
		{ { .way = "A>B",
		    .line = "INVITE",
		    .body = "--x",
		    .more = "Content-Type: multipart/mixed\r\n" },
		  MSG_SDP },
		{ { .way = "A>B",
		    .line = "MESSAGE",
		    .body = "hi",
		    .more = "Content-Type: text/plain\r\n" },
		  0 },
		{ { .way = "A>B",
		    .line = "INVITE",
		    .more = "Authorization: Digest username=\"a\"\r\n" },
		  MSG_AUTHORIZED },
		{ { .way = "A>B",
		    .line = "INVITE",
		    .more = "Proxy-Authorization: Digest realm=\"a\"\r\n" },
		  MSG_AUTHORIZED },
		{ { .way = "A>B",
		    .line = "BYE",
		    .to = "b",
		    .more = "Reason: Q.850;cause=16\r\n" },
		  MSG_IN_DIALOG | MSG_REASON },
		{ { .way = "B>A",
		    .line = "488",
		    .to = "b",
		    .more = "Warning: 304 b \"no\"\r\n" },
		  MSG_RESPONSE | MSG_WARNING },
	};
	const unsigned mask = ~(unsigned)(MSG_IN_LOG | MSG_MALFORMED);
	struct store *s = *state;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct words w = cases[i].words;
		char id[8];

		(void)snprintf(id, sizeof(id), "%u", i);
		w.id = id;
		say(s, w);
		assert_int_equal(msg_nth(s, call_named(s, id), 0)->flags & mask,
				 cases[i].flags);
	}
}

static void a_call_is_named_by_its_first_message(void **state)
{
	struct store *s = *state;
	const struct call *c;
	struct flow flow = say_flow("A>B", TRANSPORT_UDP);
	struct words w = { 0 };

	SAY(s, .way = "A>B", .line = "INVITE");
	c = the_call(s);
	assert_true(slice_eq(c->from_user, SLICE("alice")));
	assert_true(slice_eq(c->to_user, SLICE("bob")));
	/* without a user the host stands in; without both nothing does */
	push_text(s,
		  SLICE("OPTIONS sip:x SIP/2.0\r\n"
			"From: <sip:host.example>\r\n"
			"Call-ID: two\r\n\r\n"),
		  &flow, &w);
	c = call_named(s, "two");
	assert_true(slice_eq(c->from_user, SLICE("host.example")));
	assert_false(slice_is_set(c->to_user));
}

static void the_first_hop_is_that_of_the_first_request(void **state)
{
	struct store *s = *state;
	const struct call *c;
	struct flow expected = say_flow("P>B", TRANSPORT_UDP);
	const struct flow *hop;

	SAY(s, .way = "C>A", .line = "180", .to = "b");
	c = the_call(s);
	hop = view_hop(store_view(s), c->hop);
	/* of a response turned round */
	assert_int_equal(hop->source.address[3], 1);
	SAY(s, .way = "P>B", .line = "INVITE", .branch = "2");
	SAY(s, .way = "B>C", .line = "INVITE", .branch = "3");
	hop = view_hop(store_view(s), c->hop);
	assert_true(endpoint_eq(&hop->source, &expected.source));
	assert_true(endpoint_eq(&hop->destination, &expected.destination));
}

/* RFC 4474 signs the body; a length that lies must be seen to lie. */
static void what_stands_behind_a_signed_message_is_kept(void **state)
{
	static const char *const fields[] = { "Identity: \"c2ln\"\r\n",
					      "X-Identity: no\r\n" };
	struct store *s = *state;
	const struct view *v = store_view(s);
	struct flow flow = say_flow("A>B", TRANSPORT_UDP);

	for (unsigned i = 0; i < 2; i++) {
		struct words w = { .line = "INVITE", .more = fields[i] };
		struct sip_msg msg;
		struct tracked in = { .msg = &msg,
				      .flow = &flow,
				      .offset = PACKET_NO_OFFSET,
				      .trailing = 6 };
		const struct captured_msg *m;
		struct buf b;
		struct buf out;
		uint32_t id;

		w.id = i == 0 ? "signed" : "not";
		buf_init(&b, 4096);
		buf_init(&out, 4096);
		say_text(&b, &w);
		assert_true(sip_msg_parse(&msg, buf_slice(&b)));
		buf_add(&b, SLICE("behind"));
		assert_true(sip_msg_parse(&msg, buf_slice(&b)));
		id = tracker_push(s, &in);
		m = view_msg(v, id);
		assert_int_equal(m->len, msg.raw.len + (i == 0 ? 6 : 0));
		assert_int_equal(view_bytes(v, m, &out), ERR_OK);
		assert_true(slice_eq(buf_slice(&out),
				     slice_sub(buf_slice(&b), 0, m->len)));
		buf_free(&b);
		buf_free(&out);
	}
}

/* More than a block of the store's log holds: as when memory is out. */
static void a_message_that_cannot_be_kept_leaves_no_trace(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	static char raw[300000];
	struct flow flow = say_flow("A>B", TRANSPORT_UDP);
	struct sip_msg msg = { .raw = { raw, sizeof(raw) },
			       .method = SIP_METHOD_INVITE,
			       .call_id = SLICE("one"),
			       .from_tag = SLICE("a"),
			       .to_tag = SLICE("b"),
			       .cseq = 1 };
	struct tracked in = { .msg = &msg,
			      .flow = &flow,
			      .offset = PACKET_NO_OFFSET };

	tracker_push(s, &in);
	assert_null(the_call(s));
	assert_int_equal(view_call_count(v), 0);
	assert_int_equal(view_totals(v)->messages, 1);
	assert_int_equal(view_totals(v)->forgotten_messages, 1);
	SAY(s, .way = "A>B", .line = "OPTIONS");
	tracker_push(s, &in);
	assert_int_equal(the_call(s)->message_count, 1);
	assert_int_equal(the_call(s)->transaction_count, 1);
	assert_int_equal(the_call(s)->dialog_count, 0);
	assert_int_equal(view_totals(v)->forgotten_messages, 2);
	/* its hop is gone too, and comes again */
	flow = say_flow("C>D", TRANSPORT_UDP);
	tracker_push(s, &in);
	SAY(s, .way = "C>D", .line = "OPTIONS", .id = "two");
	assert_int_equal(call_named(s, "two")->message_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STORE(a_request_sent_again_is_a_retransmission),
		IN_STORE(only_the_same_response_is_a_retransmission),
		IN_STORE(the_next_hop_sends_nothing_again),
		IN_STORE(a_copy_that_took_another_way_is_no_retransmission),
		IN_STORE(calls_do_not_mix),
		IN_STORE(a_call_id_is_compared_byte_by_byte),
		IN_STORE(times_may_go_backwards),
		IN_STORE(what_a_message_lacks_loses_nothing),
		IN_STORE(totals_count_each_message_once),
		IN_STORE(every_change_shows),
		IN_STORE(unknown_methods_get_a_name_each),
		IN_STORE(names_of_methods_have_a_ceiling),
		IN_STORE(a_long_method_is_cut_and_still_one),
		IN_STORE(flags_tell_what_a_message_carries),
		IN_STORE(a_call_is_named_by_its_first_message),
		IN_STORE(the_first_hop_is_that_of_the_first_request),
		IN_STORE(what_stands_behind_a_signed_message_is_kept),
		IN_STORE(a_message_that_cannot_be_kept_leaves_no_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
