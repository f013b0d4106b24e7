/* The read-only window: lists, ids, hops, and the bytes of a message. */
#include "say.h"

static void an_empty_view_has_nothing(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);

	assert_null(view_first(v));
	assert_null(view_last(v));
	assert_null(view_call(v, CALL_ID_NONE));
	assert_null(view_call(v, 1));
	assert_null(view_call(v, UINT64_MAX));
	assert_null(view_find(v, SLICE("one")));
	assert_null(view_find(v, SLICE_NONE));
	assert_null(view_msg(v, 0));
	assert_null(view_transaction(v, 0));
	assert_null(view_dialog(v, 0));
	assert_int_equal(view_call_count(v), 0);
	assert_int_equal(view_memory(v), 0);
	assert_int_equal(view_now_ns(v), 0);
	assert_int_equal(view_method_count(v), SIP_METHODS);
}

static void calls_are_in_the_order_of_their_first_message(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	const struct call *c;

	SAY(s, .at_ms = 9, .way = "A>B", .line = "INVITE", .id = "one");
	SAY(s, .at_ms = 5, .way = "A>B", .line = "INVITE", .id = "two");
	SAY(s, .at_ms = 7, .way = "A>B", .line = "INVITE", .id = "three");
	SAY(s, .at_ms = 8, .way = "B>A", .line = "100", .id = "one");
	c = view_first(v);
	assert_ptr_equal(c, call_named(s, "one"));
	c = view_next(v, c);
	assert_ptr_equal(c, call_named(s, "two"));
	c = view_next(v, c);
	assert_ptr_equal(c, call_named(s, "three"));
	assert_null(view_next(v, c));
	assert_ptr_equal(view_last(v), c);
	c = view_previous(v, c);
	assert_ptr_equal(c, call_named(s, "two"));
	assert_null(view_previous(v, view_first(v)));
	assert_ptr_equal(view_call(v, c->id), c);
	assert_ptr_equal(view_call_of(v, msg_nth(s, c, 0)), c);
	/* an id of another generation is another call */
	assert_null(view_call(v, c->id + (UINT64_C(1) << 32)));
}

static void a_hop_tells_its_flow_and_the_way_back(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	struct flow there = say_flow("A3>B", TRANSPORT_TCP);
	struct flow back = say_flow("B>A3", TRANSPORT_TCP);
	const struct flow *hop;

	SAY(s, .way = "A3>B", .line = "OPTIONS", .transport = TRANSPORT_TCP);
	SAY(s, .way = "B>A3", .line = "200", .of = "OPTIONS", .to = "b",
	    .transport = TRANSPORT_TCP);
	hop = view_hop(v, msg_nth(s, the_call(s), 0)->hop);
	assert_memory_equal(&hop->source, &there.source, sizeof(there.source));
	assert_memory_equal(&hop->destination, &there.destination,
			    sizeof(there.destination));
	assert_int_equal(hop->transport, TRANSPORT_TCP);
	hop = view_hop(v, msg_nth(s, the_call(s), 1)->hop);
	assert_memory_equal(&hop->source, &back.source, sizeof(back.source));
	assert_memory_equal(&hop->destination, &back.destination,
			    sizeof(back.destination));
	/* the hop of a transaction is that of its request */
	hop = view_hop(v, transaction_nth(s, the_call(s), 0)->hop);
	assert_true(endpoint_eq(&hop->source, &there.source));
}

static void bytes_in_the_log_are_those_that_came(void **state)
{
	struct store *s = *state;
	const struct captured_msg *m;
	struct flow flow = say_flow("A>B", TRANSPORT_UDP);
	struct words w = { 0 };
	struct buf b;
	/* behind the length of the body nothing belongs to the message */
	static const char text[] = "OPTIONS sip:b SIP/2.0\r\n"
				   "Call-ID: one\r\n"
				   "Content-Length: 4\r\n"
				   "\r\n"
				   "a\0\xff\r";

	push_text(s, (struct slice){ text, sizeof(text) }, &flow, &w);
	m = msg_nth(s, the_call(s), 0);
	assert_true(msg_is(m, MSG_IN_LOG));
	assert_int_equal(m->len, sizeof(text) - 1);
	buf_init(&b, 1000);
	buf_add_text(&b, "before ");
	assert_int_equal(view_bytes(store_view(s), m, &b), ERR_OK);
	assert_int_equal(b.len, 7 + sizeof(text) - 1);
	assert_memory_equal(b.ptr + 7, text, sizeof(text) - 1);
	buf_free(&b);
	buf_init(&b, sizeof(text) - 2);
	assert_int_equal(view_bytes(store_view(s), m, &b), ERR_LIMIT);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

/* A file whose byte at each offset is the offset, and that ends at 1000. */
static bool reread(void *ctx, uint16_t source, uint64_t offset, void *out,
		   uint32_t len)
{
	uint8_t *p = out;

	if (source != 3 || offset + len > 1000)
		return false;
	for (uint32_t i = 0; i < len; i++)
		p[i] = (uint8_t)(offset + i);
	++*(unsigned *)ctx;
	return true;
}

static void bytes_in_a_file_are_read_again(void **state)
{
	static const char text[] = "BYE sip:b SIP/2.0\r\ni: one\r\n\r\n";
	unsigned asked = 0;
	struct store_options o = { .reread = reread, .reread_ctx = &asked };
	struct store *s = NULL;
	struct flow flow = say_flow("A>B", TRANSPORT_UDP);
	struct sip_msg msg;
	struct tracked in = {
		.msg = &msg, .flow = &flow, .offset = 900, .source = 3
	};
	struct buf b;

	(void)state;
	assert_int_equal(store_new(&s, &o), ERR_OK);
	assert_true(sip_msg_parse(&msg, SLICE("BYE sip:b SIP/2.0\r\n"
					      "i: one\r\n\r\n")));
	tracker_push(s, &in);
	in.offset = 990;
	tracker_push(s, &in);
	assert_false(msg_is(msg_nth(s, the_call(s), 0), MSG_IN_LOG));
	buf_init(&b, 1000);
	assert_int_equal(
		view_bytes(store_view(s), msg_nth(s, the_call(s), 0), &b),
		ERR_OK);
	assert_int_equal(b.len, sizeof(text) - 1);
	assert_int_equal((uint8_t)b.ptr[0], 900 % 256);
	assert_int_equal(asked, 1);
	/* the file is shorter now */
	assert_int_equal(
		view_bytes(store_view(s), msg_nth(s, the_call(s), 1), &b),
		ERR_SYSTEM);
	assert_int_equal(b.len, sizeof(text) - 1);
	buf_free(&b);
	store_free(s);
}

static void without_a_file_nothing_is_read_again(void **state)
{
	struct store *s = *state;
	struct buf b;

	SAY(s, .way = "A>B", .line = "OPTIONS", .in_file = true);
	buf_init(&b, 1000);
	assert_int_equal(
		view_bytes(store_view(s), msg_nth(s, the_call(s), 0), &b),
		ERR_SYSTEM);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

static void now_is_the_latest_time(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);

	SAY(s, .at_ms = 100, .way = "A>B", .line = "OPTIONS");
	assert_int_equal(view_now_ns(v), 100 * CLOCK_MS_NS);
	SAY(s, .at_ms = 50, .way = "A>B", .line = "OPTIONS");
	assert_int_equal(view_now_ns(v), 100 * CLOCK_MS_NS);
	store_set_now(s, 200 * CLOCK_MS_NS);
	store_set_now(s, 150 * CLOCK_MS_NS);
	assert_int_equal(view_now_ns(v), 200 * CLOCK_MS_NS);
}

static void memory_grows_with_what_is_kept(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	uint64_t before = view_memory(v);

	SAY(s, .way = "A>B", .line = "OPTIONS");
	assert_true(view_memory(v) >= before + sizeof(struct call) +
					      sizeof(struct captured_msg) +
					      sizeof(struct transaction));
	before = view_memory(v);
	SAY(s, .way = "A>B", .line = "OPTIONS");
	assert_int_equal(view_memory(v), before + sizeof(struct captured_msg));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STORE(an_empty_view_has_nothing),
		IN_STORE(calls_are_in_the_order_of_their_first_message),
		IN_STORE(a_hop_tells_its_flow_and_the_way_back),
		IN_STORE(bytes_in_the_log_are_those_that_came),
		IN_STORE(bytes_in_a_file_are_read_again),
		IN_STORE(without_a_file_nothing_is_read_again),
		IN_STORE(now_is_the_latest_time),
		IN_STORE(memory_grows_with_what_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
