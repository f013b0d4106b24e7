/* Who is forgotten when memory has a ceiling, and that it holds. */
#include "say.h"

#define MIB (UINT64_C(1) << 20)

/* The Call-ID of the `n`th call of a kind. */
static const char *name(char letter, unsigned n)
{
	static char out[16];

	(void)snprintf(out, sizeof(out), "%c%u", letter, n);
	return out;
}

static void say_open(struct store *s, const char *id)
{
	SAY(s, .way = "A>B", .line = "INVITE", .id = id, .in_file = true);
}

static void say_finished(struct store *s, const char *id)
{
	say_open(s, id);
	SAY(s, .way = "B>A", .line = "486", .to = "b", .id = id,
	    .in_file = true);
}

static void say_answered(struct store *s, const char *id)
{
	say_open(s, id);
	SAY(s, .way = "B>A", .line = "200", .to = "b", .id = id,
	    .in_file = true);
}

/* `n` calls of each kind, in turns. */
static struct store *filled(unsigned n)
{
	struct store *s = new_store_of(2 * MIB);

	for (unsigned i = 0; i < n; i++) {
		say_answered(s, name('a', i));
		say_finished(s, name('f', i));
		say_open(s, name('o', i));
	}
	assert_int_equal(view_totals(store_view(s))->forgotten_calls, 0);
	return s;
}

/* Is exactly what is older than number `from` of a kind gone? */
static void gone_before(const struct store *s, char letter, unsigned n,
			unsigned from)
{
	for (unsigned i = 0; i < n; i++)
		if ((call_named(s, name(letter, i)) != NULL) != (i >= from))
			fail_msg("%c%u", letter, i);
}

/* INVITEs that nobody answers, until `n` calls are forgotten. */
static unsigned flood(struct store *s, unsigned *next, unsigned n)
{
	const struct view_totals *t = view_totals(store_view(s));

	while (t->forgotten_calls < n)
		say_open(s, name('x', (*next)++));
	return (unsigned)t->forgotten_calls;
}

static void finished_calls_go_first_and_answered_ones_last(void **state)
{
	enum { N = 300 };
	struct store *s = filled(N);
	unsigned next = 0;
	unsigned gone;

	(void)state;
	gone = flood(s, &next, 100);
	gone_before(s, 'f', N, gone);
	gone_before(s, 'o', N, 0);
	gone_before(s, 'a', N, 0);
	gone = flood(s, &next, N + 50);
	gone_before(s, 'f', N, N);
	gone_before(s, 'o', N, gone - N);
	gone_before(s, 'a', N, 0);
	(void)flood(s, &next, 20 * N);
	gone_before(s, 'o', N, N);
	gone_before(s, 'a', N, 0);
	gone_before(s, 'x', next, next - view_call_count(store_view(s)) + N);
	store_free(s);
}

static void the_oldest_answered_call_goes_when_only_such_are_left(void **state)
{
	struct store *s = new_store_of(MIB);
	const struct view_totals *t = view_totals(store_view(s));
	unsigned n = 0;

	(void)state;
	while (t->forgotten_calls < 100)
		say_answered(s, name('a', n++));
	gone_before(s, 'a', n, (unsigned)t->forgotten_calls);
	store_free(s);
}

static void a_call_that_speaks_again_is_young_again(void **state)
{
	enum { N = 200 };
	struct store *s = filled(N);
	unsigned next = 0;

	(void)state;
	SAY(s, .way = "A>B", .line = "ACK", .to = "b", .id = "f0",
	    .in_file = true);
	(void)flood(s, &next, N - 1);
	assert_non_null(call_named(s, "f0"));
	gone_before(s, 'o', N, 0);
	(void)flood(s, &next, N);
	assert_null(call_named(s, "f0"));
	store_free(s);
}

static void an_answered_call_that_ended_is_finished(void **state)
{
	enum { N = 200 };
	struct store *s = filled(N);
	unsigned next = 0;

	(void)state;
	SAY(s, .way = "A>B", .line = "BYE", .branch = "2", .to = "b",
	    .id = "a7", .cseq = 2, .in_file = true);
	/* the answer comes late once more, and changes nothing */
	SAY(s, .way = "B>A", .line = "200", .to = "b", .id = "a7",
	    .in_file = true);
	/* re-INVITEs and other requests do not end a call */
	SAY(s, .way = "A>B", .line = "INVITE", .branch = "2", .to = "b",
	    .id = "a8", .cseq = 2, .in_file = true);
	SAY(s, .way = "B>A", .line = "491", .branch = "2", .to = "b",
	    .id = "a8", .cseq = 2, .in_file = true);
	SAY(s, .way = "B>A", .line = "200", .of = "INFO", .branch = "3",
	    .to = "b", .id = "a9", .in_file = true);
	(void)flood(s, &next, N + 1);
	assert_null(call_named(s, "a7"));
	assert_non_null(call_named(s, "a8"));
	assert_non_null(call_named(s, "a9"));
	gone_before(s, 'o', N, 0);
	store_free(s);
}

static void of_two_answers_the_one_that_is_left_is_kept(void **state)
{
	enum { N = 200 };
	struct store *s = filled(N);
	unsigned next = 0;

	(void)state;
	SAY(s, .way = "B>A", .line = "200", .to = "c", .id = "a5",
	    .in_file = true);
	SAY(s, .way = "A>B", .line = "BYE", .branch = "2", .to = "c",
	    .id = "a5", .cseq = 2, .in_file = true);
	(void)flood(s, &next, 10 * N);
	assert_non_null(call_named(s, "a5"));
	store_free(s);
}

static void a_challenged_call_that_tries_again_is_open(void **state)
{
	enum { N = 200 };
	struct store *s = filled(N);
	unsigned next = 0;

	(void)state;
	SAY(s, .way = "A>B", .line = "INVITE", .branch = "2", .cseq = 2,
	    .id = "f3", .in_file = true);
	(void)flood(s, &next, N - 1);
	assert_non_null(call_named(s, "f3"));
	gone_before(s, 'o', N, 0);
	store_free(s);
}

static void a_forgotten_id_finds_nothing_for_ever(void **state)
{
	struct store *s = new_store_of(MIB);
	const struct view *v = store_view(s);
	uint64_t id;
	uint64_t messages;

	(void)state;
	say_finished(s, "one");
	id = the_call(s)->id;
	assert_ptr_equal(view_call(v, id), the_call(s));
	for (unsigned i = 0; view_totals(v)->forgotten_calls == 0; i++)
		say_open(s, name('x', i));
	assert_null(view_call(v, id));
	assert_null(the_call(s));
	messages = view_totals(v)->forgotten_messages;
	assert_true(messages >= 2);
	/* its slot is used again */
	for (unsigned i = 0; i < 5000; i++) {
		say_finished(s, name('y', i));
		assert_null(view_call(v, id));
	}
	say_finished(s, "one");
	assert_int_not_equal(the_call(s)->id, id);
	assert_null(view_call(v, id));
	store_free(s);
}

static void the_list_stays_whole_when_calls_go(void **state)
{
	struct store *s = new_store_of(MIB);
	const struct view *v = store_view(s);
	const struct call *before = NULL;
	uint32_t count = 0;

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		if (i % 3 == 0)
			say_answered(s, name('a', i));
		else if (i % 3 == 1)
			say_finished(s, name('f', i));
		else
			say_open(s, name('o', i));
	}
	for (const struct call *c = view_first(v); c != NULL;
	     c = view_next(v, c)) {
		assert_ptr_equal(view_previous(v, c), before);
		if (before != NULL)
			assert_true(c->id >> 32 > before->id >> 32);
		before = c;
		count++;
	}
	assert_ptr_equal(view_last(v), before);
	assert_int_equal(view_call_count(v), count);
	assert_int_equal(view_totals(v)->forgotten_calls + count, 5000);
	store_free(s);
}

static void memory_holds_under_a_flood_of_call_ids(void **state)
{
	enum { TALKS = 200, FLOOD = 200000 };
	const uint64_t ceiling = 8 * MIB;
	struct store *s = new_store_of(ceiling);
	const struct view *v = store_view(s);

	(void)state;
	for (unsigned i = 0; i < TALKS; i++) {
		const char *id = name('a', i);

		SAY(s, .way = "A>B", .line = "INVITE", .id = id);
		SAY(s, .way = "B>A", .line = "200", .to = "b", .id = id);
	}
	for (unsigned i = 0; i < FLOOD; i++) {
		char way[16];

		/* each from a port of its own */
		(void)snprintf(way, sizeof(way), "C%u>B", i % 60000);
		SAY(s, .way = way, .line = "INVITE", .id = name('x', i));
		if (view_memory(v) > ceiling)
			fail_msg("%llu bytes after %u calls",
				 (unsigned long long)view_memory(v), i);
	}
	assert_int_equal(view_totals(v)->messages, 2 * TALKS + FLOOD);
	assert_int_equal(view_totals(v)->calls, TALKS + FLOOD);
	assert_int_equal(view_totals(v)->forgotten_calls + view_call_count(v),
			 TALKS + FLOOD);
	/* the talks are there, and their bytes although they moved */
	for (unsigned i = 0; i < TALKS; i++) {
		const struct call *c = call_named(s, name('a', i));
		struct buf b;

		assert_non_null(c);
		assert_int_equal(c->message_count, 2);
		buf_init(&b, 4096);
		assert_int_equal(view_bytes(v, msg_nth(s, c, 1), &b), ERR_OK);
		assert_true(slice_search(buf_slice(&b), slice_of(name('a', i)),
					 false) < b.len);
		assert_true(slice_eq(slice_sub(buf_slice(&b), 0, 11),
				     SLICE("SIP/2.0 200")));
		buf_free(&b);
	}
	/* most of the memory is of use */
	assert_true(view_call_count(v) > 3000);
	/* hops that nobody names are taken again */
	assert_true(msg_nth(s, view_last(v), 0)->hop < 4 * 20000);
	store_free(s);
}

static void talks_far_apart_do_not_hold_the_memory_between(void **state)
{
	enum { CALLS = 100000, TALKS = CALLS / 100 };
	struct store *s = new_store_of(8 * MIB);
	const struct view *v = store_view(s);

	(void)state;
	/* a talk in a hundred calls: two in each block of the log */
	for (unsigned i = 0; i < CALLS; i++) {
		const char *id = name('x', i);

		SAY(s, .way = "A>B", .line = "INVITE", .id = id);
		if (i % 100 == 0)
			SAY(s, .way = "B>A", .line = "200", .to = "b",
			    .id = id);
	}
	for (unsigned i = 0; i < CALLS; i += 100)
		assert_non_null(call_named(s, name('x', i)));
	assert_true(view_memory(v) <= 8 * MIB);
	assert_true(view_call_count(v) > 3 * TALKS);
	store_free(s);
}

static void one_call_cannot_push_out_the_others(void **state)
{
	const uint64_t ceiling = 8 * MIB;
	struct store *s = new_store_of(ceiling);
	const struct view *v = store_view(s);
	static char body[60001];

	(void)state;
	memset(body, 'x', sizeof(body) - 1);
	for (unsigned i = 0; i < 100; i++)
		say_answered(s, name('a', i));
	for (unsigned i = 0; i < 1000; i++) {
		char branch[16];

		(void)snprintf(branch, sizeof(branch), "%u", i);
		SAY(s, .way = "A>B", .line = "MESSAGE", .branch = branch,
		    .body = body);
		if (view_memory(v) > ceiling)
			fail_msg("%llu bytes after %u messages",
				 (unsigned long long)view_memory(v), i);
	}
	gone_before(s, 'a', 100, 0);
	assert_non_null(the_call(s));
	store_free(s);
}

static void a_call_of_too_many_messages_begins_anew(void **state)
{
	struct store *s = new_store_of(64 * MIB);
	const struct view *v = store_view(s);
	uint64_t id = 0;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		SAY(s, .way = "A>B", .line = "OPTIONS", .in_file = true);
		if (i == 0)
			id = the_call(s)->id;
	}
	assert_int_equal(the_call(s)->id, id);
	assert_int_equal(the_call(s)->message_count, 20000);
	SAY(s, .way = "A>B", .line = "OPTIONS", .in_file = true);
	assert_null(view_call(v, id));
	assert_int_equal(the_call(s)->message_count, 1);
	assert_false(is_resent(s, the_call(s), 0));
	assert_int_equal(view_totals(v)->forgotten_messages, 20000);
	assert_int_equal(view_totals(v)->messages, 20001);
	store_free(s);
}

static void a_call_of_too_many_transactions_begins_anew(void **state)
{
	struct store *s = new_store_of(64 * MIB);

	(void)state;
	for (unsigned i = 0; i < 4097; i++) {
		char branch[16];

		(void)snprintf(branch, sizeof(branch), "%u", i);
		SAY(s, .way = "A>B", .line = "OPTIONS", .branch = branch,
		    .in_file = true);
	}
	assert_int_equal(the_call(s)->transaction_count, 1);
	store_free(s);
}

static void without_a_ceiling_nothing_is_forgotten(void **state)
{
	struct store *s = *state;

	for (unsigned i = 0; i < 25000; i++)
		SAY(s, .way = "A>B", .line = "OPTIONS", .in_file = true);
	assert_int_equal(the_call(s)->message_count, 25000);
	assert_int_equal(view_totals(store_view(s))->forgotten_calls, 0);
}

static void a_cleared_store_is_empty_and_goes_on(void **state)
{
	struct store *s = new_store_of(16 * MIB);
	const struct view *v = store_view(s);
	uint64_t change;
	uint64_t id;

	(void)state;
	for (int round = 0; round < 3; round++) {
		SAY(s, .at_ms = 5000, .way = "A>B", .line = "FROB");
		for (unsigned i = 0; i < 2000; i++)
			SAY(s, .way = "A>B", .line = "INVITE",
			    .id = name('x', i));
		SAY(s, .way = "B>A", .line = "180", .to = "b");
		id = the_call(s)->id;
		change = view_change(v);
		store_clear(s);
		assert_int_not_equal(view_change(v), change);
		assert_int_equal(view_memory(v), 0);
		assert_int_equal(view_call_count(v), 0);
		assert_null(view_first(v));
		assert_null(view_last(v));
		assert_null(view_call(v, id));
		assert_null(the_call(s));
		assert_int_equal(view_totals(v)->messages, 0);
		assert_int_equal(view_totals(v)->calls, 0);
		assert_int_equal(view_requests(v, SIP_METHOD_INVITE), 0);
		assert_int_equal(view_method_count(v), SIP_METHODS);
		/* time does not go back */
		assert_int_equal(view_now_ns(v), 5000 * CLOCK_MS_NS);
	}
	/* what was open before has no beginning any more */
	SAY(s, .way = "B>A", .line = "180", .to = "b");
	assert_null(view_call(v, id));
	assert_int_equal(the_call(s)->message_count, 1);
	assert_int_equal(the_call(s)->method, SIP_METHOD_NONE);
	store_free(s);
}

/* ---- what became of an Identity */

static void a_verdict_is_filed_with_the_message_it_was_asked_for(void **state)
{
	struct store *s = new_store_of(0);
	const struct view *v = store_view(s);
	struct verdict_brief b = { .verdict = VERDICT_SIGNATURE_INVALID,
				   .attest = ATTEST_B,
				   .signatures = { SIGNATURE_VALID,
						   SIGNATURE_INVALID } };
	const struct captured_msg *m;
	uint64_t change;
	uint32_t id;

	(void)state;
	SAY(s, .at_ms = 3, .way = "A>B", .line = "INVITE",
	    .more = "Identity: a.b.c;info=<https://x>\r\n");
	id = view_first(v)->first_msg;
	m = view_msg(v, id);
	change = view_change(v);
	assert_true(store_file_verdict(s, id, m->content, m->time_ns, &b));
	assert_true(view_change(v) != change);
	assert_int_equal(msg_verdict(m), VERDICT_SIGNATURE_INVALID);
	assert_int_equal(verdict_unpack(m->judged).signatures[1],
			 SIGNATURE_INVALID);
	/* Another message may have taken its place meanwhile. */
	b.verdict = VERDICT_VALID;
	assert_false(store_file_verdict(s, id, m->content + 1, m->time_ns, &b));
	assert_false(store_file_verdict(s, id, m->content, m->time_ns + 1, &b));
	assert_false(store_file_verdict(s, 5000, 0, 0, &b));
	assert_int_equal(msg_verdict(m), VERDICT_SIGNATURE_INVALID);
	store_free(s);
}

/* Ids wait for their turn while calls are forgotten. */
static void a_forgotten_message_waits_for_no_verdict(void **state)
{
	struct store *s = new_store_of(2 * MIB);
	const struct view *v = store_view(s);
	struct verdict_brief b = { .verdict = VERDICT_VALID };
	const struct captured_msg *m;
	uint32_t ids[200];
	uint32_t content;
	unsigned next = 0;

	(void)state;
	/* Many of one call: their places are not all taken again at once. */
	for (int i = 0; i < 200; i++) {
		SAY(s, .way = "A>B", .line = "INVITE", .id = "signed",
		    .cseq = i + 1,
		    .more = "Identity: a.b.c;info=<https://x>\r\n");
		ids[i] = view_find(v, SLICE("signed"))->last_msg;
		assert_true(msg_waits_for_verdict(view_msg(v, ids[i])));
	}
	content = view_msg(v, ids[0])->content;
	while (view_find(v, SLICE("signed")) != NULL)
		say_open(s, name('o', next++));
	for (int i = 0; i < 200; i++) {
		m = view_msg(v, ids[i]);
		assert_true(m == NULL || !msg_waits_for_verdict(m));
	}
	assert_false(store_file_verdict(s, ids[0], content, 0, &b));
	store_free(s);
}

static void signers_are_told_apart_up_to_a_bound(void **state)
{
	struct store *s = new_store_of(0);
	const struct view *v = store_view(s);
	struct signer signer = { .name = "SHAKEN 1234", .spc = "1234" };

	(void)state;
	for (unsigned i = 0; i < SIGNERS_MAX + 10; i++) {
		memcpy(signer.sha256, &i, sizeof(i));
		assert_int_equal(store_signer(s, &signer),
				 i < SIGNERS_MAX ? i + 1 : 0);
	}
	memset(signer.sha256, 0, sizeof(signer.sha256));
	signer.sha256[0] = 7;
	assert_int_equal(store_signer(s, &signer), 8);
	assert_int_equal(view_signer_count(v), SIGNERS_MAX);
	assert_string_equal(view_signer(v, 8)->spc, "1234");
	assert_null(view_signer(v, 0));
	assert_null(view_signer(v, SIGNERS_MAX + 1));
	store_clear(s);
	assert_int_equal(view_signer_count(v), 0);
	assert_int_equal(store_signer(s, &signer), 1);
	store_free(s);
}

static void nobody_is_no_store(void **state)
{
	(void)state;
	store_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			finished_calls_go_first_and_answered_ones_last),
		cmocka_unit_test(
			the_oldest_answered_call_goes_when_only_such_are_left),
		cmocka_unit_test(a_call_that_speaks_again_is_young_again),
		cmocka_unit_test(an_answered_call_that_ended_is_finished),
		cmocka_unit_test(of_two_answers_the_one_that_is_left_is_kept),
		cmocka_unit_test(a_challenged_call_that_tries_again_is_open),
		cmocka_unit_test(a_forgotten_id_finds_nothing_for_ever),
		cmocka_unit_test(the_list_stays_whole_when_calls_go),
		cmocka_unit_test(memory_holds_under_a_flood_of_call_ids),
		cmocka_unit_test(
			talks_far_apart_do_not_hold_the_memory_between),
		cmocka_unit_test(one_call_cannot_push_out_the_others),
		cmocka_unit_test(a_call_of_too_many_messages_begins_anew),
		cmocka_unit_test(a_call_of_too_many_transactions_begins_anew),
		IN_STORE(without_a_ceiling_nothing_is_forgotten),
		cmocka_unit_test(a_cleared_store_is_empty_and_goes_on),
		cmocka_unit_test(
			a_verdict_is_filed_with_the_message_it_was_asked_for),
		cmocka_unit_test(a_forgotten_message_waits_for_no_verdict),
		cmocka_unit_test(signers_are_told_apart_up_to_a_bound),
		cmocka_unit_test(nobody_is_no_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
