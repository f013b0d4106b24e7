/* Messages through an element, and what it changed; messages by hand. */
#include "say.h"

#include "sipmon/call/passage.h"

/* Every message of these has a Via of its own, so that branches tell. */
struct hop_words {
	int64_t at_ms;
	const char *way;
	const char *line;
	const char *of; /* method of CSeq, for a response */
	const char *branch;
	const char *vias; /* Vias below the topmost */
	const char *to;
	int cseq;
};

static void hop(struct store *s, struct hop_words h)
{
	SAY(s, .at_ms = h.at_ms, .way = h.way, .line = h.line, .of = h.of,
	    .branch = h.branch, .more = h.vias, .to = h.to, .cseq = h.cseq);
}

#define HOP(store, ...) hop(store, (struct hop_words){ __VA_ARGS__ })

static uint32_t id_nth(const struct store *s, unsigned n)
{
	const struct view *v = store_view(s);
	uint32_t id = the_call(s)->first_msg;

	while (n-- > 0)
		id = view_msg(v, id)->next;
	return id;
}

static int number_of(const struct store *s, uint32_t msg)
{
	int n = 0;

	for (uint32_t id = the_call(s)->first_msg; id != msg; n++)
		id = view_msg(store_view(s), id)->next;
	return n;
}

/* "0>2 5, 4>6 7 forked": numbers of in and out, milliseconds. */
static const char *passages(const struct store *s)
{
	static char text[4096];
	struct passage p[PASSAGE_ROOM];
	unsigned n = passage_list(store_view(s), the_call(s), p, PASSAGE_ROOM);
	size_t at = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		struct passage one;

		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "%s%d>%d %lld%s", i > 0 ? ", " : "",
				       number_of(s, p[i].in),
				       number_of(s, p[i].out),
				       (long long)(p[i].delay_ns / CLOCK_MS_NS),
				       p[i].forked ? " forked" : "");
		/* one alone is the same */
		assert_true(passage_of(store_view(s), p[i].out, &one));
		assert_int_equal(one.in, p[i].in);
		assert_int_equal(one.delay_ns, p[i].delay_ns);
		assert_int_equal(one.forked, p[i].forked);
		assert_true(endpoint_eq(&one.element, &p[i].element));
	}
	return text;
}

#define assert_passages(store, text) assert_string_equal(passages(store), text)

/* A calls B through the proxy P. */
static void each_message_of_a_call_goes_through_the_proxy(void **state)
{
	struct store *s = *state;
	struct passage p;
	const char *proxy = "P";
	struct endpoint element = say_end(&proxy);

	HOP(s, 0, "A>P", "INVITE", .branch = "a1");
	HOP(s, 1, "P>A", "100", .branch = "a1");
	HOP(s, 5, "P>B", "INVITE", .branch = "p1");
	HOP(s, 6, "B>P", "100", .branch = "p1", .to = "b");
	HOP(s, 20, "B>P", "180", .branch = "p1", .to = "b");
	HOP(s, 23, "P>A", "180", .branch = "a1", .to = "b");
	HOP(s, 40, "B>P", "200", .branch = "p1", .to = "b");
	HOP(s, 44, "P>A", "200", .branch = "a1", .to = "b");
	HOP(s, 50, "A>P", "ACK", .branch = "a2", .to = "b");
	HOP(s, 52, "P>B", "ACK", .branch = "p2", .to = "b");
	HOP(s, 60, "A>P", "BYE", .branch = "a3", .to = "b", .cseq = 2);
	HOP(s, 67, "P>B", "BYE", .branch = "p3", .to = "b", .cseq = 2);
	HOP(s, 70, "B>P", "200", .of = "BYE", .branch = "p3", .to = "b",
	    .cseq = 2);
	HOP(s, 78, "P>A", "200", .of = "BYE", .branch = "a3", .to = "b",
	    .cseq = 2);
	assert_passages(s, "0>2 5, 4>5 3, 6>7 4, 8>9 2, 10>11 7, 12>13 8");
	assert_true(passage_of(store_view(s), id_nth(s, 2), &p));
	assert_true(endpoint_eq(&p.element, &element));
	assert_false(passage_of(store_view(s), id_nth(s, 0), &p));
	assert_false(passage_of(store_view(s), id_nth(s, 1), &p));
	assert_false(passage_of(store_view(s), 0, &p));
	assert_false(passage_of(store_view(s), 12345, &p));
}

static void what_an_element_says_for_itself_is_no_passage(void **state)
{
	struct store *s = *state;

	HOP(s, 0, "A>P", "INVITE", .branch = "a1");
	HOP(s, 1, "P>B", "INVITE", .branch = "p1");
	HOP(s, 2, "B>P", "100", .branch = "p1");
	HOP(s, 3, "P>A", "100", .branch = "a1"); /* its own, and late */
	HOP(s, 4, "A>P", "CANCEL", .branch = "a1");
	HOP(s, 5, "P>B", "CANCEL", .branch = "p1");
	HOP(s, 6, "B>P", "200", .of = "CANCEL", .branch = "p1");
	HOP(s, 7, "P>A", "200", .of = "CANCEL", .branch = "a1");
	HOP(s, 8, "B>P", "487", .branch = "p1", .to = "b");
	HOP(s, 9, "P>B", "ACK", .branch = "p1", .to = "b");
	HOP(s, 10, "P>A", "487", .branch = "a1", .to = "b");
	HOP(s, 11, "A>P", "ACK", .branch = "a1", .to = "b");
	assert_passages(s, "0>1 1, 8>10 2");
}

static void an_ack_of_a_refusal_is_no_passage_even_if_it_is_late(void **state)
{
	struct store *s = *state;

	HOP(s, 0, "A>P", "INVITE", .branch = "a1");
	HOP(s, 1, "P>B", "INVITE", .branch = "p1");
	HOP(s, 8, "B>P", "486", .branch = "p1", .to = "b");
	HOP(s, 9, "P>A", "486", .branch = "a1", .to = "b");
	HOP(s, 10, "A>P", "ACK", .branch = "a1", .to = "b");
	HOP(s, 11, "P>B", "ACK", .branch = "p1", .to = "b");
	assert_passages(s, "0>1 1, 2>3 1");
}

/* Of two answers of one code the one that came before. */
static void an_answer_leaves_after_it_came(void **state)
{
	struct store *s = *state;

	HOP(s, 0, "A>P", "INVITE", .branch = "a1");
	HOP(s, 1, "P>B", "INVITE", .branch = "p1");
	HOP(s, 20, "B>P", "183", .branch = "p1", .to = "b");
	HOP(s, 23, "P>A", "183", .branch = "a1", .to = "b");
	HOP(s, 30, "B>P", "183", .branch = "p1", .to = "b",
	    .vias = "Subject: again\r\n");
	HOP(s, 35, "P>A", "183", .branch = "a1", .to = "b",
	    .vias = "Subject: again\r\n");
	assert_passages(s, "0>1 1, 2>3 3, 4>5 5");
}

static void a_retransmission_is_no_passage(void **state)
{
	struct store *s = *state;

	HOP(s, 0, "A>P", "INVITE", .branch = "a1");
	HOP(s, 500, "A>P", "INVITE", .branch = "a1");
	HOP(s, 510, "P>B", "INVITE", .branch = "p1");
	HOP(s, 1010, "P>B", "INVITE", .branch = "p1");
	HOP(s, 1020, "B>P", "180", .branch = "p1", .to = "b");
	HOP(s, 1025, "P>A", "180", .branch = "a1", .to = "b");
	HOP(s, 1120, "B>P", "180", .branch = "p1", .to = "b");
	HOP(s, 1126, "P>A", "180", .branch = "a1", .to = "b");
	assert_passages(s, "0>2 510, 4>5 5");
}

/* Time that runs backwards makes no delay. */
static void a_message_that_left_before_it_came_is_no_passage(void **state)
{
	struct store *s = *state;

	HOP(s, 100, "A>P", "INVITE", .branch = "a1");
	HOP(s, 90, "P>B", "INVITE", .branch = "p1");
	HOP(s, 200, "B>P", "200", .branch = "p1", .to = "b");
	HOP(s, 190, "P>A", "200", .branch = "a1", .to = "b");
	assert_passages(s, "");
}

/* The file has them out of order; the clock is right. */
static void packets_may_stand_out_of_order(void **state)
{
	struct store *s = *state;

	HOP(s, 5, "P>B", "INVITE", .branch = "p1");
	HOP(s, 0, "A>P", "INVITE", .branch = "a1");
	HOP(s, 23, "P>A", "180", .branch = "a1", .to = "b");
	HOP(s, 20, "B>P", "180", .branch = "p1", .to = "b");
	assert_passages(s, "1>0 5, 3>2 3");
}

static void each_branch_of_a_fork_is_its_own(void **state)
{
	struct store *s = *state;

	HOP(s, 0, "A>P", "INVITE", .branch = "a1");
	HOP(s, 2, "P>B", "INVITE", .branch = "p1");
	HOP(s, 3, "P>C", "INVITE", .branch = "p2");
	HOP(s, 20, "B>P", "180", .branch = "p1", .to = "b");
	HOP(s, 22, "P>A", "180", .branch = "a1", .to = "b");
	HOP(s, 21, "C>P", "180", .branch = "p2", .to = "c");
	HOP(s, 25, "P>A", "180", .branch = "a1", .to = "c");
	HOP(s, 30, "C>P", "486", .branch = "p2", .to = "c");
	HOP(s, 900, "B>P", "200", .branch = "p1", .to = "b");
	HOP(s, 907, "P>A", "200", .branch = "a1", .to = "b");
	assert_passages(s, "0>1 2, 0>2 3 forked, 3>4 2 forked, 5>6 4 forked, "
			   "8>9 7 forked");
}

/* P sends to Q, Q to B: each element has its own. */
static void a_chain_of_proxies_is_followed(void **state)
{
	struct store *s = *state;

	HOP(s, 0, "A>P", "INVITE", .branch = "a1");
	HOP(s, 3, "P>Q", "INVITE", .branch = "p1");
	HOP(s, 8, "Q>B", "INVITE", .branch = "q1");
	HOP(s, 20, "B>Q", "200", .branch = "q1", .to = "b");
	HOP(s, 22, "Q>P", "200", .branch = "p1", .to = "b");
	HOP(s, 27, "P>A", "200", .branch = "a1", .to = "b");
	assert_passages(s, "0>1 3, 1>2 5, 3>4 2, 4>5 5");
}

/* It comes to P and leaves from R: the branch below tells. */
static void an_element_of_two_addresses_is_known_by_the_branch(void **state)
{
	struct store *s = *state;

	HOP(s, 0, "A>P", "INVITE", .branch = "a1");
	HOP(s, 4, "R>B", "INVITE", .branch = "r1",
	    .vias = "Via: SIP/2.0/UDP host;branch=z9hG4bKa1\r\n");
	HOP(s, 20, "B>R", "200", .branch = "r1", .to = "b");
	HOP(s, 26, "P>A", "200", .branch = "a1", .to = "b");
	assert_passages(s, "0>1 4, 2>3 6");
}

static void without_that_branch_nothing_is_told(void **state)
{
	struct store *s = *state;

	HOP(s, 0, "A>P", "INVITE", .branch = "a1");
	/* an element between the two was not seen */
	HOP(s, 4, "R>B", "INVITE", .branch = "r1",
	    .vias = "Via: SIP/2.0/UDP q;branch=z9hG4bKq1,"
		    "SIP/2.0/UDP host;branch=z9hG4bKa1\r\n");
	assert_passages(s, "");
}

/* Of two requests that fit the addresses, the branch tells which. */
static void of_two_that_came_in_the_branch_tells_which(void **state)
{
	struct store *s = *state;

	HOP(s, 0, "A>P", "INVITE", .branch = "a1");
	HOP(s, 10, "A>P", "INVITE", .branch = "a2");
	HOP(s, 20, "P>B", "INVITE", .branch = "p1",
	    .vias = "Via: SIP/2.0/UDP host;branch=z9hG4bKa1\r\n");
	HOP(s, 30, "P>C", "INVITE", .branch = "p2",
	    .vias = "v: SIP/2.0/UDP host;branch=z9hG4bKa2\r\n");
	assert_passages(s, "0>2 20, 1>3 20");
}

static bool count_reading(void *ctx, uint16_t source, uint64_t offset,
			  void *out, uint32_t len)
{
	(void)source;
	(void)offset;
	(void)out;
	(void)len;
	++*(unsigned *)ctx;
	return false;
}

/* A stranger may send requests of 64 KiB, each of which fits many. */
static void the_branches_of_requests_are_known_without_reading(void **state)
{
	unsigned readings = 0;
	struct store_options o = { .reread = count_reading,
				   .reread_ctx = &readings };
	struct passage p;
	struct store *s;

	(void)state;
	assert_int_equal(store_new(&s, &o), ERR_OK);
	SAY(s, .at_ms = 0, .way = "A>P", .line = "INVITE", .branch = "a1",
	    .in_file = true);
	SAY(s, .at_ms = 1, .way = "A>P", .line = "INVITE", .branch = "a2",
	    .in_file = true);
	SAY(s, .at_ms = 2, .way = "P>B", .line = "INVITE", .branch = "p1",
	    .more = "Via: SIP/2.0/UDP host;branch=z9hG4bKa1\r\n",
	    .in_file = true);
	SAY(s, .at_ms = 3, .way = "R>B", .line = "INVITE", .branch = "r1",
	    .more = "Via: SIP/2.0/UDP host;branch=z9hG4bKa2\r\n",
	    .in_file = true);
	assert_true(passage_of(store_view(s), id_nth(s, 2), &p));
	assert_int_equal(number_of(s, p.in), 0);
	assert_true(passage_of(store_view(s), id_nth(s, 3), &p));
	assert_int_equal(number_of(s, p.in), 1);
	assert_int_equal(readings, 0);
	store_free(s);
}

static void a_caller_that_tries_another_proxy_is_no_element(void **state)
{
	struct store *s = *state;

	HOP(s, 0, "A>P", "INVITE", .branch = "a1");
	HOP(s, 4000, "A>Q", "INVITE", .branch = "a2");
	assert_passages(s, "");
}

/* All of it on one host, where ports are the elements. */
static void on_one_host_ports_are_elements(void **state)
{
	struct store *s = *state;

	HOP(s, 0, "A1>A2", "INVITE", .branch = "a1");
	HOP(s, 4, "A2>A3", "INVITE", .branch = "p1");
	HOP(s, 9, "A3>A2", "486", .branch = "p1", .to = "b");
	HOP(s, 12, "A2>A1", "486", .branch = "a1", .to = "b");
	HOP(s, 20, "A1>A4", "INVITE", .branch = "a9", .cseq = 1);
	assert_passages(s, "0>1 4, 2>3 3");
}

/* Both ends count from the same number. */
static void requests_of_both_ends_are_apart(void **state)
{
	struct store *s = *state;

	HOP(s, 0, "A>P", "INVITE", .branch = "a1");
	HOP(s, 2, "P>B", "INVITE", .branch = "p1");
	HOP(s, 50, "A>P", "INFO", .branch = "a5", .to = "b", .cseq = 7);
	SAY(s, .at_ms = 51, .way = "B>P", .line = "INFO", .branch = "b5",
	    .from = "b", .to = "a", .cseq = 7);
	SAY(s, .at_ms = 53, .way = "P>A", .line = "INFO", .branch = "p6",
	    .from = "b", .to = "a", .cseq = 7);
	HOP(s, 54, "P>B", "INFO", .branch = "p5", .to = "b", .cseq = 7);
	HOP(s, 55, "A>P", "200", .of = "INFO", .branch = "p6", .to = "a",
	    .cseq = 7);
	HOP(s, 60, "B>P", "200", .of = "INFO", .branch = "p5", .to = "b",
	    .cseq = 7);
	HOP(s, 61, "P>B", "200", .of = "INFO", .branch = "b5", .to = "a",
	    .cseq = 7);
	HOP(s, 63, "P>A", "200", .of = "INFO", .branch = "a5", .to = "b",
	    .cseq = 7);
	assert_passages(s, "0>1 2, 3>4 2, 2>5 4, 6>8 6, 7>9 3");
}

static void a_call_without_end_costs_no_more(void **state)
{
	struct store *s = *state;
	struct passage p[PASSAGE_ROOM];
	char in[16];
	char out[16];

	for (int i = 0; i < 3000; i++) {
		(void)snprintf(in, sizeof(in), "a%d", i);
		(void)snprintf(out, sizeof(out), "p%d", i);
		HOP(s, i * 10, "A>P", "OPTIONS", .branch = in);
		HOP(s, i * 10 + 1, "P>B", "OPTIONS", .branch = out);
	}
	assert_in_range(
		passage_list(store_view(s), the_call(s), p, PASSAGE_ROOM), 1,
		PASSAGE_ROOM);
	assert_int_equal(passage_list(store_view(s), the_call(s), p, 3), 3);
	assert_true(passage_of(store_view(s), id_nth(s, 5999), &p[0]));
	assert_int_equal(p[0].in, id_nth(s, 5998));
}

/* ---- what was changed */

#define REQUEST(uri, fields, body)                                             \
	"INVITE " uri " SIP/2.0\r\n" fields "\r\n" body

/* "Via + expected; From ~ number" */
static const char *changes(const char *a, const char *b, unsigned room)
{
	static char text[4096];
	static const char marks[] = { '+', '-', '~' };
	struct header_change list[HEADER_CHANGES_MAX];
	struct sip_msg before;
	struct sip_msg after;
	size_t at = 0;
	unsigned n;

	assert_true(sip_msg_parse(&before, slice_of(a)));
	assert_true(sip_msg_parse(&after, slice_of(b)));
	n = header_changes(&before, &after, list, room);
	assert_true(n <= room);
	text[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		const struct header_change *c = &list[i];

		assert_int_equal(slice_is_set(c->before),
				 c->kind != HEADER_ADDED);
		assert_int_equal(slice_is_set(c->after),
				 c->kind != HEADER_REMOVED);
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "%s%.*s %c%s%s", i > 0 ? "; " : "",
				       SLICE_ARG(c->name), marks[c->kind],
				       c->expected ? " expected" : "",
				       c->number_form ? " number" : "");
	}
	return text;
}

static void changes_are_told_field_by_field(void **state)
{
	static const struct {
		const char *before;
		const char *after;
		const char *told;
	} cases[] = {
		/* what a proxy does */
		{ REQUEST("sip:b@x",
			  "Via: SIP/2.0/UDP a;branch=1;rport\r\n"
			  "Route: <sip:p;lr>, <sip:q;lr>\r\n"
			  "Max-Forwards: 70\r\nFrom: <sip:a@x>;tag=1\r\n",
			  ""),
		  REQUEST("sip:b@192.0.2.9:5070",
			  "Record-Route: <sip:p;lr>\r\n"
			  "Via: SIP/2.0/UDP p;branch=2\r\n"
			  "From: <sip:a@x>;tag=1\r\n"
			  "v: SIP/2.0/UDP a;branch=1;rport=5060;received=192."
			  "0.2.1\r\n"
			  "Route: <sip:q;lr>\r\nMax-Forwards: 69\r\n",
			  ""),
		  "Request-URI ~ expected; Via + expected; Via ~ expected; "
		  "Route - expected; Max-Forwards ~ expected; "
		  "Record-Route + expected" },
		/* the same, in another order and form */
		{ REQUEST("sip:b@x",
			  "Subject: a  b\r\nAllow: INVITE, ACK\r\n"
			  "X-One: 1\r\nX-One: 2\r\n",
			  ""),
		  REQUEST("sip:b@x",
			  "x-one: 2\r\nALLOW: ACK\r\nAllow: INVITE\r\n"
			  "s: a\r\n b\r\nX-One: 1\r\n",
			  ""),
		  "" },
		{ REQUEST("sip:b@x", "Max-Forwards: 9\r\n", ""),
		  REQUEST("sip:b@x", "Max-Forwards: 70\r\n", ""),
		  "Max-Forwards ~" },
		{ REQUEST("sip:b@x", "", ""),
		  REQUEST("sip:b@x", "Max-Forwards: 70\r\n", ""),
		  "Max-Forwards + expected" },
		{ REQUEST("sip:b@x", "Max-Forwards: 70\r\n", ""),
		  REQUEST("sip:b@x", "", ""), "Max-Forwards -" },
		/* a Via that is gone is a topology that is hidden */
		{ REQUEST("sip:b@x", "Via: a\r\nVia: b\r\n", ""),
		  REQUEST("sip:b@x", "Via: b\r\n", ""), "Via -" },
		{ REQUEST("sip:b@x", "User-Agent: x\r\nSubject: y\r\n", ""),
		  REQUEST("sip:b@x", "Subject: z\r\nX-New: 1\r\n", ""),
		  "User-Agent -; Subject ~; X-New +" },
		/* one number in two forms */
		{ REQUEST("sip:030123456@x", "From: <sip:+4930123456@x>\r\n",
			  ""),
		  REQUEST("sip:+4930123456@x", "f: <sip:004930123456@y>\r\n",
			  ""),
		  "Request-URI ~ number; From ~ number" },
		/* another number is no resolved URI; another word is */
		{ REQUEST("sip:030123456@x", "", ""),
		  REQUEST("sip:030123457@x", "", ""), "Request-URI ~" },
		{ REQUEST("sip:bob@x", "", ""), REQUEST("sip:b7fe@y", "", ""),
		  "Request-URI ~ expected" },
		{ REQUEST("sip:b@x",
			  "P-Asserted-Identity: <sip:a@x>, "
			  "<tel:+1234567890>\r\n",
			  ""),
		  REQUEST("sip:b@x",
			  "P-Asserted-Identity: <tel:+1234567891>"
			  "\r\nP-Asserted-Identity: <sip:a@x>\r\n",
			  ""),
		  "P-Asserted-Identity ~" },
		/* bodies */
		{ REQUEST("sip:b@x", "Content-Length: 1\r\n", "x"),
		  REQUEST("sip:b@x", "Content-Length: 2\r\n", "xy"), "body ~" },
		{ REQUEST("sip:b@x", "Content-Length: 0\r\n", ""),
		  REQUEST("sip:b@x", "Content-Length: 2\r\n", "xy"), "body +" },
		{ REQUEST("sip:b@x", "Content-Length: 1\r\n", "x"),
		  REQUEST("sip:b@x", "", ""), "body -" },
		{ REQUEST("sip:b@x", "Content-Length: 1\r\n", "x"),
		  REQUEST("sip:b@x", "l: 1\r\n", "x"), "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(changes(cases[i].before, cases[i].after,
					    HEADER_CHANGES_MAX),
				    cases[i].told);
	(void)state;
}

/* A response loses the topmost Via. */
static void a_response_changes_the_other_way_round(void **state)
{
	const char *before = "SIP/2.0 180 Ringing\r\nVia: p, a\r\n"
			     "Record-Route: <sip:p;lr>\r\n\r\n";

	assert_string_equal(changes(before,
				    "SIP/2.0 180 Ringing\r\nVia: a\r\n"
				    "Record-Route: <sip:q;lr>\r\n\r\n",
				    HEADER_CHANGES_MAX),
			    "Via - expected; Record-Route ~ expected");
	assert_string_equal(changes(before,
				    "SIP/2.0 180 Ringing\r\nVia: q, p, a\r\n"
				    "\r\n",
				    HEADER_CHANGES_MAX),
			    "Via +; Record-Route -");
	(void)state;
}

static void more_changes_than_room_are_left_out(void **state)
{
	struct buf a;
	struct buf b;

	buf_init(&a, 1 << 16);
	buf_init(&b, 1 << 16);
	buf_add_text(&a, "INVITE sip:a@b SIP/2.0\r\n");
	buf_add_text(&b, "INVITE sip:c@d SIP/2.0\r\n");
	for (int i = 0; i < 60; i++) {
		buf_add_format(&a, "X-A%d: %d\r\nX-Same: %d\r\n", i, i, i);
		buf_add_format(&b, "X-A%d: %d\r\nX-Same: %d\r\n", i, i + 1,
			       400 - i);
	}
	buf_add(&a, (struct slice){ "\r\n", 3 });
	buf_add(&b, (struct slice){ "\r\n", 3 });
	assert_string_equal(changes(a.ptr, b.ptr, 2),
			    "Request-URI ~ expected; X-A0 ~");
	assert_string_equal(changes(a.ptr, b.ptr, 0), "");
	(void)changes(a.ptr, b.ptr, HEADER_CHANGES_MAX);
	buf_free(&a);
	buf_free(&b);
	(void)state;
}

/* What stands behind the last that is compared would seem to be added when an
 * element takes one away in front of it. */
static void of_more_fields_than_are_compared_nothing_is_told(void **state)
{
	static const struct {
		const char *begin;
		const char *end;
		int count;
		bool known;
	} cases[] = {
		{ "X-A", ": 1\r\n", 200, false },
		{ "X-A", ": 1\r\n", 100, true },
		{ "Allow: M", "\r\n", 127, true },
		{ "Supported: a, b", "\r\n", 70, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sip_msg before;
		struct sip_msg after;
		struct buf a;
		struct buf b;

		buf_init(&a, 1 << 16);
		buf_init(&b, 1 << 16);
		buf_add_text(&a, "INVITE sip:a@b SIP/2.0\r\nSubject: x\r\n");
		buf_add_text(&b, "INVITE sip:a@b SIP/2.0\r\n");
		for (int k = 0; k < cases[i].count; k++) {
			buf_add_format(&a, "%s%d%s", cases[i].begin, k,
				       cases[i].end);
			buf_add_format(&b, "%s%d%s", cases[i].begin, k,
				       cases[i].end);
		}
		buf_add(&a, (struct slice){ "\r\n", 3 });
		buf_add(&b, (struct slice){ "\r\n", 3 });
		assert_true(sip_msg_parse(&before, slice_of(a.ptr)));
		assert_true(sip_msg_parse(&after, slice_of(b.ptr)));
		assert_int_equal(header_changes_known(&before, &after),
				 cases[i].known);
		assert_string_equal(changes(a.ptr, b.ptr, HEADER_CHANGES_MAX),
				    cases[i].known ? "Subject -" : "");
		buf_free(&a);
		buf_free(&b);
	}
}

static void a_number_has_several_forms(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool form;
	} cases[] = {
		{ "+4930123456", "004930123456", true },
		{ "+4930123456", "030123456", true },
		{ "004930123456", "030123456", true },
		{ "+4930123456", "4930123456", true },
		{ "+4930123456", "+49-30-123456", true },
		{ "+4930123456", "%2B4930123456", true },
		{ "+4930123456", "+4930123456;npdi", true },
		{ "+12125551234", "2125551234", true },
		{ "+12125551234", "12125551234", true },
		{ "+12125551234", "5551234", true },
		{ "01112125551234", "0012125551234", true },
		{ "+74951234567", "84951234567", true },
		{ "+36123456789", "06123456789", true },
		{ "+4930123456", "+4930123456", false }, /* alike */
		{ "+4930123456", "+4930123457", false },
		{ "+4930123456", "+4830123456", false },
		{ "+4930123456", "123456", false }, /* too short */
		{ "4930123456", "2930123456", false },
		{ "030123456", "930123456", false },
		{ "+4930123456", "+30123456", false }, /* two countries */
		{ "alice", "alice7654321", false },
		{ "", "+4930123456", false },
		{ "+", "-", false },
		{ "1234567890123456789012345", "234567890123456789012345",
		  false }, /* too long */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice a = slice_of(cases[i].a);
		struct slice b = slice_of(cases[i].b);

		if (number_form_differs(a, b) != cases[i].form ||
		    number_form_differs(b, a) != cases[i].form)
			fail_msg("%s %s", cases[i].a, cases[i].b);
	}
	assert_false(number_form_differs(SLICE_NONE, SLICE_NONE));
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STORE(each_message_of_a_call_goes_through_the_proxy),
		IN_STORE(what_an_element_says_for_itself_is_no_passage),
		IN_STORE(an_ack_of_a_refusal_is_no_passage_even_if_it_is_late),
		IN_STORE(an_answer_leaves_after_it_came),
		IN_STORE(a_retransmission_is_no_passage),
		IN_STORE(a_message_that_left_before_it_came_is_no_passage),
		IN_STORE(packets_may_stand_out_of_order),
		IN_STORE(each_branch_of_a_fork_is_its_own),
		IN_STORE(a_chain_of_proxies_is_followed),
		IN_STORE(an_element_of_two_addresses_is_known_by_the_branch),
		IN_STORE(without_that_branch_nothing_is_told),
		IN_STORE(of_two_that_came_in_the_branch_tells_which),
		cmocka_unit_test(
			the_branches_of_requests_are_known_without_reading),
		IN_STORE(a_caller_that_tries_another_proxy_is_no_element),
		IN_STORE(on_one_host_ports_are_elements),
		IN_STORE(requests_of_both_ends_are_apart),
		IN_STORE(a_call_without_end_costs_no_more),
		cmocka_unit_test(changes_are_told_field_by_field),
		cmocka_unit_test(a_response_changes_the_other_way_round),
		cmocka_unit_test(more_changes_than_room_are_left_out),
		cmocka_unit_test(
			of_more_fields_than_are_compared_nothing_is_told),
		cmocka_unit_test(a_number_has_several_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
