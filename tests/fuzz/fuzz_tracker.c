/*
 * Any conversation: five bytes a message choose what is said, by whom, in
 * which call and when; some messages carry lines of the input as they are.
 * The law: totals add up, chains are as long as they say, every id resolves,
 * phases are in order, and memory holds.
 */
#include "../unit/call/say.h"

#include "sipmon/call/phase.h"
#include "sipmon/call/timing.h"

#define MEMORY (UINT64_C(600) * 1024)

/* Messages of one run, so that it takes a moment and no more. */
#define MESSAGES_MAX 4000
#define BURST        100

static void require(int truth)
{
	if (!truth)
		abort();
}

static void check_totals(const struct view *v)
{
	const struct view_totals *t = view_totals(v);
	uint64_t transports = 0;
	uint64_t codes = t->other_codes;
	uint64_t requests = 0;

	for (int i = 0; i < TRANSPORT_COUNT; i++)
		transports += t->by_transport[i];
	for (int i = 0; i < VIEW_CODES; i++)
		codes += t->by_code[i];
	for (uint16_t i = 0; i < view_method_count(v); i++)
		requests += view_requests(v, i);
	require(t->messages == t->requests + t->responses);
	require(t->messages == transports);
	require(t->responses == codes);
	require(t->requests == requests);
	require(t->calls == t->forgotten_calls + view_call_count(v));
}

static void check_phases(const struct view *v, const struct transaction *t)
{
	struct phase list[PHASE_ROOM];
	unsigned n = phase_list(v, t, list, PHASE_ROOM);

	for (unsigned i = 0; i < n; i++) {
		require(list[i].begin_ns <= list[i].end_ns);
		require(list[i].code >= 100 && list[i].code < 200);
		require(i + 1 == n || !list[i].open);
		require(i == 0 || list[i].begin_ns >= list[i - 1].end_ns);
		require(i == 0 || list[i].code != list[i - 1].code);
	}
}

static uint32_t check_transaction(const struct view *v, const struct call *c,
				  const struct transaction *t)
{
	uint32_t resent = 0;
	uint32_t count = 0;

	require(view_hop(v, t->hop) != NULL && t->first_msg != 0);
	require(t->method != SIP_METHOD_ACK);
	for (uint32_t i = t->first_msg; i != 0; count++) {
		const struct captured_msg *m = view_msg(v, i);

		require(view_call_of(v, m) == c);
		require(view_transaction(v, m->transaction) == t);
		resent += msg_is(m, MSG_RETRANSMISSION);
		i = m->next_in_transaction;
	}
	require(resent == t->retransmissions);
	check_phases(v, t);
	return count;
}

static void check_message(const struct view *v, const struct call *c,
			  const struct captured_msg *m)
{
	const struct dialog *d = view_dialog(v, m->dialog);
	struct buf b;

	require(view_call_of(v, m) == c);
	require(m->time_ns >= c->start_ns && m->time_ns <= c->end_ns);
	require(m->method < view_method_count(v));
	require(view_hop(v, m->hop) != NULL);
	require(d == NULL || (d->msg != 0 && d->state < DIALOG_STATES));
	buf_init(&b, SIP_MESSAGE_BYTES_MAX);
	if (msg_is(m, MSG_IN_LOG)) {
		require(view_bytes(v, m, &b) == ERR_OK && b.len == m->len);
		require(sip_recognise(buf_slice(&b)));
	}
	buf_free(&b);
}

static void check_answers(const struct view *v, const struct call *c)
{
	struct timing t = timing_of(v, c);
	const int64_t all[] = { t.trying_ns, t.pdd_ns,  t.ring_ns,
				t.setup_ns,  t.talk_ns, t.teardown_ns };
	uint16_t codes[16];
	uint16_t code = call_final_code(v, c);
	struct phase p[PHASE_ROOM];

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		require(all[i] == TIMING_NONE || all[i] >= 0);
	require(call_state(v, c) < CALL_STATES);
	require(code == 0 || code >= 200);
	require(code == 0 || call_shown_code(v, c) == code);
	require(call_codes(v, c, codes, 16) <= 16);
	require(phase_list_call(v, c, p, PHASE_ROOM) <= PHASE_ROOM);
}

static uint32_t check_call(const struct view *v, const struct call *c)
{
	const struct captured_msg *m = NULL;
	uint32_t count = 0;
	uint32_t filed = 0;
	uint32_t alone = 0;
	uint32_t resent = 0;
	uint32_t previous = 0;

	require(view_call(v, c->id) == c && view_find(v, c->call_id) == c);
	for (uint32_t i = c->first_msg; i != 0; i = m->next, count++) {
		m = view_msg(v, i);
		check_message(v, c, m);
		alone += m->transaction == 0;
		resent += msg_is(m, MSG_RETRANSMISSION);
	}
	require(count == c->message_count && count > 0);
	require(m == view_msg(v, c->last_msg));
	require(resent == c->retransmissions);
	count = 0;
	for (uint32_t i = c->first_transaction; i != 0; count++) {
		const struct transaction *t = view_transaction(v, i);

		require(t->previous == previous);
		filed += check_transaction(v, c, t);
		previous = i;
		i = t->next;
	}
	require(count == c->transaction_count);
	require(previous == c->last_transaction);
	require(filed + alone == c->message_count);
	count = 0;
	for (uint32_t i = c->first_dialog; i != 0; count++)
		i = view_dialog(v, i)->next;
	require(count == c->dialog_count);
	check_answers(v, c);
	return c->message_count;
}

static void check(const struct store *s, uint64_t memory)
{
	const struct view *v = store_view(s);
	uint64_t messages = view_totals(v)->forgotten_messages;
	const struct call *before = NULL;
	uint32_t calls = 0;

	check_totals(v);
	for (const struct call *c = view_first(v); c != NULL;
	     c = view_next(v, c)) {
		require(view_previous(v, c) == before);
		messages += check_call(v, c);
		before = c;
		calls++;
	}
	require(view_last(v) == before);
	require(calls == view_call_count(v));
	require(messages == view_totals(v)->messages);
	require(memory == 0 || view_memory(v) <= memory || calls == 1);
}

static struct words words_of(const uint8_t *p)
{
	static const char *const lines[] = {
		"INVITE", "ACK",       "BYE",  "CANCEL", "INVITE",  "PRACK",
		"UPDATE", "NOTIFY",    "FROB", "INFO",   "OPTIONS", "REGISTER",
		"100",    "180",       "183",  "199",    "200",     "200",
		"302",    "401",       "407",  "486",    "487",     "503",
		"603",    "99",        "999",  "100",    "180",     "200",
		"REFER",  "SUBSCRIBE",
	};
	static const char *const of[] = { "INVITE", "INVITE",   "INVITE",
					  "BYE",    "CANCEL",   "OPTIONS",
					  "ACK",    "SUBSCRIBE" };
	static const char *const ids[] = { "one", "two", "three", "" };
	static const char *const branches[] = { "1", "2", "3", "!old",
						"4", "5", "6", "" };
	static const char *const tags[] = { "", "a", "b", "c" };
	static const char *const ways[] = { "A>B", "B>A", "A>P",  "P>A",
					    "P>B", "B>P", "A1>B", "A>A" };
	bool response = lines[p[0] & 31][0] <= '9';

	return (struct words){
		.line = lines[p[0] & 31],
		.of = response ? of[p[0] >> 5] : NULL,
		.id = ids[p[1] & 3],
		.branch = branches[p[1] >> 2 & 7],
		.cseq = (p[1] >> 5 & 3) - 1,
		.way = ways[p[2] & 7],
		.from = tags[p[2] >> 3 & 3],
		.to = tags[p[2] >> 5 & 3],
		.in_file = p[2] >> 7 != 0,
		.transport = (enum transport)((p[3] & 3) == 3),
		.more = (p[3] & 4) != 0   ? "Authorization: Digest\r\n"
			: (p[3] & 8) != 0 ? "Subscription-State: terminated\r\n"
					  : NULL,
	};
}

/* The next line of the input, sent as a field of the message. */
static struct slice line_of(struct slice *input)
{
	struct slice line = slice_sub(slice_split(*input, '\n', NULL), 0, 4000);

	*input = slice_sub(*input, line.len, input->len);
	return line;
}

static void send(struct store *s, struct words w, struct slice field)
{
	struct flow flow = say_flow(w.way, w.transport);
	struct buf b;

	buf_init(&b, (size_t)1 << 20);
	say_text(&b, &w);
	if (slice_is_set(field)) {
		b.len -= 2; /* of the empty line */
		buf_add(&b, field);
		buf_add_text(&b, "\r\n\r\n");
	}
	push_text(s, buf_slice(&b), &flow, &w);
	buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice input = { (const char *)data, size };
	uint64_t memory = size > 0 && (data[0] & 1) != 0 ? MEMORY : 0;
	struct store *s = new_store_of(memory);
	int64_t now_ms = 0;

	while (input.len >= 5 &&
	       view_totals(store_view(s))->messages < MESSAGES_MAX) {
		const uint8_t *p = (const uint8_t *)input.ptr;
		struct words w = words_of(p);
		struct slice field = SLICE_NONE;
		char id[16];

		now_ms += (int64_t)(p[4] & 15) * (p[4] & 15) * 50 -
			  (p[4] & 16) * 10;
		w.at_ms = now_ms;
		input = slice_sub(input, 5, input.len);
		if ((p[3] & 16) != 0)
			field = line_of(&input);
		/* many calls, so that some must go */
		(void)snprintf(id, sizeof(id), "%lld", (long long)now_ms);
		if ((p[3] & 32) != 0)
			w.id = id;
		if ((p[3] & 0xc0) == 0xc0)
			store_clear(s);
		else if ((p[3] & 0xc0) == 0x80)
			for (int i = 0; i < BURST; i++)
				send(s, w, field);
		else
			send(s, w, field);
	}
	check(s, memory);
	store_free(s);
	return 0;
}
