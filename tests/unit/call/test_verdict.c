/* Verdicts: names and sets, what is filed with a message, calls, hops. */
#include "say.h"
#include "sipmon/call/verdict.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define W           VERDICT_NONE /* waits */
#define SIGNED      .more = "Identity: abc\r\n"

/* ---- names and sets */

/* As RFC 8224 section 6.2.2 has the codes, in the order of rank. */
static void names_and_codes_stand_in_the_order_of_rank(void **state)
{
	static const struct {
		const char *name;
		enum verdict verdict;
		int rank;
		int code;
	} rows[] = {
		{ "MALFORMED_HEADER", VERDICT_MALFORMED_HEADER, 1, 438 },
		{ "MISSING_INFO", VERDICT_MISSING_INFO, 4, 436 },
		{ "UNSUPPORTED_PPT", VERDICT_UNSUPPORTED_PPT, 5, 428 },
		{ "CERT_UNAVAILABLE", VERDICT_CERT_UNAVAILABLE, 16, 436 },
		{ "CERT_EXPIRED", VERDICT_CERT_EXPIRED, 23, 437 },
		{ "IAT_STALE", VERDICT_IAT_STALE, 28, 403 },
		{ "SIGNATURE_INVALID", VERDICT_SIGNATURE_INVALID, 33, 438 },
		{ "CERT_NOT_AUTHORITATIVE", VERDICT_CERT_NOT_AUTHORITATIVE, 41,
		  437 },
		{ "CLAIM_CONSTRAINT", VERDICT_CLAIM_CONSTRAINT, 42, 438 },
		{ "VALID", VERDICT_VALID, 43, 0 },
		{ "NO_IDENTITY", VERDICT_NO_IDENTITY, 44, 428 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_string_equal(verdict_name(rows[i].verdict),
				    rows[i].name);
		assert_int_equal(verdict_of_name(slice_of(rows[i].name)),
				 rows[i].verdict);
		assert_int_equal(rows[i].verdict, rows[i].rank);
		assert_int_equal(verdict_code(rows[i].verdict), rows[i].code);
	}
	assert_int_equal(VERDICTS, 45);
	assert_string_equal(verdict_name(VERDICT_NONE), "");
	assert_int_equal(verdict_of_name(SLICE("valid")), VERDICT_NONE);
	assert_int_equal(verdict_of_name(SLICE("")), VERDICT_NONE);
	assert_string_equal(caveat_name(CAVEAT_B64_STD_ALPHABET),
			    "B64_STD_ALPHABET");
	assert_string_equal(caveat_name(CAVEAT_WEAK_KEY), "WEAK_KEY");
	assert_string_equal(signature_name(SIGNATURE_UNKNOWN), "");
	assert_string_equal(signature_name(SIGNATURE_UNCHECKED), "unchecked");
	assert_string_equal(attest_name(ATTEST_NONE), "");
	assert_string_equal(attest_name(ATTEST_C), "C");
}

/* RFC 8224 section 6.2.2; 433 is RFC 5079's, 608 RFC 8688's. */
static void a_code_may_refuse_for_the_identity_alone(void **state)
{
	(void)state;
	assert_true(verdict_is_refusal(428));
	assert_true(verdict_is_refusal(436));
	assert_true(verdict_is_refusal(437));
	assert_true(verdict_is_refusal(438));
	assert_false(verdict_is_refusal(0));
	assert_false(verdict_is_refusal(403));
	assert_false(verdict_is_refusal(433));
	assert_false(verdict_is_refusal(435));
	assert_false(verdict_is_refusal(439));
	assert_false(verdict_is_refusal(608));
}

static void the_first_of_a_set_ranks_first(void **state)
{
	(void)state;
	assert_int_equal(verdict_first(0), VERDICT_VALID);
	assert_int_equal(verdict_first(VERDICT_BIT(VERDICT_CLAIM_CONSTRAINT)),
			 VERDICT_CLAIM_CONSTRAINT);
	assert_int_equal(verdict_first(VERDICT_BIT(VERDICT_SIGNATURE_INVALID) |
				       VERDICT_BIT(VERDICT_IAT_STALE) |
				       VERDICT_BIT(VERDICT_ORIG_MISMATCH)),
			 VERDICT_IAT_STALE);
}

static void what_cannot_be_told_is_neither_good_nor_bad(void **state)
{
	(void)state;
	assert_int_equal(verdict_class(VERDICT_NONE), VERDICT_CLASS_NONE);
	assert_int_equal(verdict_class(VERDICT_NO_IDENTITY),
			 VERDICT_CLASS_NONE);
	assert_int_equal(verdict_class(VERDICT_VALID), VERDICT_CLASS_GOOD);
	assert_int_equal(verdict_class(VERDICT_CERT_UNAVAILABLE),
			 VERDICT_CLASS_UNKNOWN);
	assert_int_equal(verdict_class(VERDICT_UNSUPPORTED_PPT),
			 VERDICT_CLASS_UNKNOWN);
	assert_int_equal(verdict_class(VERDICT_IAT_STALE), VERDICT_CLASS_BAD);
	assert_int_equal(verdict_class(VERDICT_MALFORMED_HEADER),
			 VERDICT_CLASS_BAD);
}

static void a_brief_comes_back_as_it_was_packed(void **state)
{
	static const struct verdict_brief rows[] = {
		{ .verdict = VERDICT_NONE },
		{ .verdict = VERDICT_VALID,
		  .attest = ATTEST_A,
		  .signatures = { SIGNATURE_VALID },
		  .signer = 1 },
		{ .verdict = VERDICT_NO_IDENTITY,
		  .attest = ATTEST_C,
		  .signatures = { SIGNATURE_UNCHECKED, SIGNATURE_INVALID,
				  SIGNATURE_UNKNOWN, SIGNATURE_UNCHECKED },
		  .signer = SIGNERS_MAX },
		{ .verdict = VERDICT_MALFORMED_HEADER,
		  .signatures = { SIGNATURE_UNKNOWN, SIGNATURE_UNKNOWN,
				  SIGNATURE_VALID },
		  .signer = UINT16_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct verdict_brief b = verdict_unpack(verdict_pack(&rows[i]));

		assert_int_equal(b.verdict, rows[i].verdict);
		assert_int_equal(b.attest, rows[i].attest);
		assert_int_equal(b.signer, rows[i].signer);
		for (size_t k = 0; k < VERDICT_SIGNATURES; k++)
			assert_int_equal(b.signatures[k],
					 rows[i].signatures[k]);
		assert_int_equal(verdict_pack(&rows[i]) == 0, i == 0);
	}
}

/* ---- one message */

static void file(struct store *s, uint32_t id, enum verdict verdict)
{
	const struct captured_msg *m = view_msg(store_view(s), id);
	struct verdict_brief b = { .verdict = verdict };

	assert_true(store_file_verdict(s, id, m->content, m->time_ns, &b));
}

/* RFC 8224 section 6.2, 9970 section 8, 8946 section 7. */
static void some_messages_want_a_verdict(void **state)
{
	static const struct {
		const char *line;
		const char *of;
		const char *to;
		bool is_signed;
		bool cut;
		bool wants;
		bool waits;
		enum verdict before;
	} rows[] = {
		{ "INVITE", NULL, NULL, true, false, true, true, VERDICT_NONE },
		{ "INVITE", NULL, NULL, false, false, true, false,
		  VERDICT_NO_IDENTITY },
		{ "INVITE", NULL, NULL, true, true, false, false,
		  VERDICT_NONE },
		{ "INVITE", NULL, NULL, false, true, false, false,
		  VERDICT_NONE },
		{ "INVITE", NULL, "t", false, false, false, false,
		  VERDICT_NONE },
		{ "INVITE", NULL, "t", true, false, true, true, VERDICT_NONE },
		{ "MESSAGE", NULL, NULL, false, false, true, false,
		  VERDICT_NO_IDENTITY },
		{ "OPTIONS", NULL, NULL, false, false, false, false,
		  VERDICT_NONE },
		{ "OPTIONS", NULL, NULL, true, false, true, true,
		  VERDICT_NONE },
		{ "CANCEL", NULL, NULL, true, false, false, false,
		  VERDICT_NONE },
		{ "ACK", NULL, "t", true, false, true, true, VERDICT_NONE },
		{ "BYE", NULL, "t", false, false, false, false, VERDICT_NONE },
		{ "100", "INVITE", "t", true, false, false, false,
		  VERDICT_NONE },
		{ "180", "INVITE", "t", true, false, true, true, VERDICT_NONE },
		{ "180", "INVITE", "t", false, false, false, false,
		  VERDICT_NONE },
		{ "200", "INVITE", "t", true, false, true, true, VERDICT_NONE },
		{ "302", "INVITE", "t", true, false, true, true, VERDICT_NONE },
		{ "486", "INVITE", "t", true, false, false, false,
		  VERDICT_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct store *s = new_store_of(0);
		const struct captured_msg *m;

		SAY(s, .way = "A>B", .line = rows[i].line, .of = rows[i].of,
		    .to = rows[i].to, .cut = rows[i].cut,
		    .more = rows[i].is_signed ? "Identity: abc\r\n" : "");
		m = view_msg(store_view(s), 1);
		if (msg_wants_verdict(m) != rows[i].wants ||
		    msg_waits_for_verdict(m) != rows[i].waits ||
		    msg_verdict(m) != rows[i].before)
			fail_msg("row %zu, %s", i, rows[i].line);
		if (rows[i].waits) {
			file(s, 1, VERDICT_IAT_STALE);
			assert_false(msg_waits_for_verdict(m));
			assert_true(msg_wants_verdict(m));
			assert_int_equal(msg_verdict(m), VERDICT_IAT_STALE);
		}
		store_free(s);
	}
}

static void a_retransmission_wants_none(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);

	SAY(s, .way = "A>B", .line = "INVITE", SIGNED);
	SAY(s, .at_ms = 500, .way = "A>B", .line = "INVITE", SIGNED);
	assert_true(msg_wants_verdict(view_msg(v, 1)));
	assert_false(msg_wants_verdict(view_msg(v, 2)));
	assert_false(msg_waits_for_verdict(view_msg(v, 2)));
	assert_int_equal(msg_verdict(view_msg(v, 2)), VERDICT_NONE);
}

/* ---- a call */

/* INVITE over four hops, A>B>C>D>E, ids 1 to 4. */
static void say_four_hops(struct store *s, const char *signed_where)
{
	static const char *const ways[] = { "A>B", "B>C", "C>D", "D>E" };
	static const char *const branches[] = { "a", "b", "c", "d" };

	for (size_t i = 0; i < 4; i++)
		SAY(s, .at_ms = (int64_t)i, .way = ways[i], .line = "INVITE",
		    .branch = branches[i],
		    .more = signed_where[i] == 'y' ? "Identity: abc\r\n" : "");
}

static void a_call_shows_the_worst_that_is_known(void **state)
{
	static const struct {
		enum verdict filed[4];
		const char *signed_where;
		enum verdict verdict;
		uint32_t msg;
		bool waiting;
	} rows[] = {
		{ { 0 }, "nnnn", VERDICT_NO_IDENTITY, 1, false },
		{ { W, W, W, W }, "yyyy", VERDICT_NONE, 0, true },
		{ { W, W, W, W }, "nyyy", VERDICT_NONE, 0, true },
		{ { VERDICT_VALID, W, W, W }, "yyyy", VERDICT_VALID, 1, true },
		{ { W, VERDICT_VALID, VERDICT_VALID, VERDICT_VALID },
		  "nyyy",
		  VERDICT_VALID,
		  2,
		  false },
		{ { VERDICT_VALID, VERDICT_CERT_UNAVAILABLE, VERDICT_VALID,
		    VERDICT_VALID },
		  "yyyy",
		  VERDICT_CERT_UNAVAILABLE,
		  2,
		  false },
		{ { VERDICT_CERT_UNAVAILABLE, VERDICT_VALID, VERDICT_VALID,
		    VERDICT_ORIG_MISMATCH },
		  "yyyy",
		  VERDICT_ORIG_MISMATCH,
		  4,
		  false },
		{ { VERDICT_VALID, VERDICT_ORIG_MISMATCH, VERDICT_IAT_STALE,
		    VERDICT_IAT_STALE },
		  "yyyy",
		  VERDICT_IAT_STALE,
		  3,
		  false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct store *s = new_store_of(0);
		uint32_t msg = 99;
		bool waiting = !rows[i].waiting;

		say_four_hops(s, rows[i].signed_where);
		for (uint32_t k = 0; k < 4; k++)
			if (rows[i].filed[k] != VERDICT_NONE)
				file(s, k + 1, rows[i].filed[k]);
		assert_int_equal(call_verdict(store_view(s), the_call(s), &msg,
					      &waiting),
				 rows[i].verdict);
		assert_int_equal(msg, rows[i].msg);
		assert_int_equal(waiting, rows[i].waiting);
		assert_int_equal(
			call_verdict(store_view(s), the_call(s), NULL, NULL),
			rows[i].verdict);
		store_free(s);
	}
}

static void a_call_that_signs_nothing_has_no_verdict(void **state)
{
	struct store *s = *state;
	uint32_t msg = 99;

	SAY(s, .way = "A>B", .line = "OPTIONS");
	SAY(s, .way = "A>B", .line = "INVITE", .to = "t", .id = "two");
	assert_int_equal(call_verdict(store_view(s), the_call(s), &msg, NULL),
			 VERDICT_NONE);
	assert_int_equal(msg, 0);
	assert_int_equal(
		call_verdict(store_view(s), call_named(s, "two"), NULL, NULL),
		VERDICT_NONE);
}

/* ---- hops */

static void the_hop_before_is_who_sent_it_here(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);

	SAY(s, .way = "A>P", .line = "INVITE", .branch = "a");
	SAY(s, .way = "P>B", .line = "INVITE", .branch = "b");
	/* sent again: no copy */
	SAY(s, .way = "A>P", .line = "INVITE", .branch = "a", .at_ms = 500);
	/* a fork: from P too, and not from B */
	SAY(s, .way = "P>C", .line = "INVITE", .branch = "c", .at_ms = 600);
	/* from another port of C */
	SAY(s, .way = "C7>D", .line = "INVITE", .branch = "d", .at_ms = 700);
	/* nobody was seen to send to E: the latest will do */
	SAY(s, .way = "E>F", .line = "INVITE", .branch = "e", .at_ms = 800);
	/* another request, and one inside the dialog */
	SAY(s, .way = "P>B", .line = "INVITE", .branch = "f", .cseq = 2);
	SAY(s, .way = "P>B", .line = "INVITE", .branch = "g", .to = "t");
	SAY(s, .way = "B>P", .line = "200", .branch = "b", .to = "t");
	assert_int_equal(msg_previous_hop(v, 1), 0);
	assert_int_equal(msg_previous_hop(v, 2), 1);
	assert_int_equal(msg_previous_hop(v, 4), 1);
	assert_int_equal(msg_previous_hop(v, 5), 4);
	assert_int_equal(msg_previous_hop(v, 6), 5);
	assert_int_equal(msg_previous_hop(v, 7), 0);
	assert_int_equal(msg_previous_hop(v, 8), 0);
	assert_int_equal(msg_previous_hop(v, 9), 0);
	assert_int_equal(msg_previous_hop(v, 99), 0);
}

/* Packets of two interfaces may stand in a file in any order. */
static void the_hop_before_is_earlier_by_the_clock(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);

	SAY(s, .way = "P>B", .line = "INVITE", .branch = "b", .at_ms = 10);
	SAY(s, .way = "A>P", .line = "INVITE", .branch = "a", .at_ms = 0);
	assert_int_equal(msg_previous_hop(v, 1), 2);
	assert_int_equal(msg_previous_hop(v, 2), 0);
}

/* Elements on one host differ in their ports alone. */
static void the_port_tells_apart_what_shares_a_host(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);

	SAY(s, .way = "A1>A2", .line = "INVITE", .branch = "a");
	SAY(s, .way = "A2>A3", .line = "INVITE", .branch = "b");
	SAY(s, .way = "A2>A4", .line = "INVITE", .branch = "c");
	assert_int_equal(msg_previous_hop(v, 2), 1);
	assert_int_equal(msg_previous_hop(v, 3), 1);
}

/* RFC 3261 section 12.2.1.1: each end counts its own CSeq. */
static void a_request_of_the_other_end_is_no_copy(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	struct verdict_break b;

	SAY(s, .way = "A>P", .line = "INVITE", .branch = "a", .to = "t",
	    .cseq = 2, SIGNED);
	SAY(s, .way = "B>P", .line = "INVITE", .branch = "b", .from = "t",
	    .to = "a", .cseq = 2, SIGNED);
	SAY(s, .way = "P>A", .line = "INVITE", .branch = "c", .from = "t",
	    .to = "a", .cseq = 2, SIGNED);
	file(s, 1, VERDICT_VALID);
	file(s, 2, VERDICT_ORIG_MISMATCH);
	file(s, 3, VERDICT_ORIG_MISMATCH);
	assert_int_equal(msg_previous_hop(v, 2), 0);
	assert_int_equal(msg_previous_hop(v, 3), 2);
	assert_false(verdict_find_break(v, 3, &b));
}

/* A stranger may send any number: the walk back shall not cost their square. */
static void an_answer_is_a_copy_of_the_same_answer(void **state)
{
	const struct captured_msg ok = { .method = SIP_METHOD_INVITE,
					 .cseq = 1,
					 .status = 200,
					 .flags = MSG_RESPONSE };
	struct captured_msg other = ok;

	(void)state;
	assert_true(msg_is_copy(&ok, &other));
	other.status = 202;
	assert_false(msg_is_copy(&ok, &other));
	other = ok;
	other.cseq = 2;
	assert_false(msg_is_copy(&ok, &other));
	other = (struct captured_msg){ .method = SIP_METHOD_INVITE, .cseq = 1 };
	assert_false(msg_is_copy(&ok, &other));
}

static void of_very_many_copies_the_last_are_looked_at(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	struct verdict_break b;

	SAY(s, .way = "A>B", .line = "INVITE", .branch = "a", SIGNED);
	file(s, 1, VERDICT_VALID);
	SAY(s, .way = "B>E", .line = "INVITE", .branch = "b", SIGNED);
	file(s, 2, VERDICT_SIGNATURE_INVALID);
	assert_true(verdict_find_break(v, 2, &b));
	for (unsigned i = 1; i <= 300; i++) {
		char way[16];

		(void)snprintf(way, sizeof(way), "C%u>D", i);
		SAY(s, .way = way, .line = "INVITE", .branch = way, SIGNED);
		file(s, i + 2, VERDICT_SIGNATURE_INVALID);
	}
	SAY(s, .way = "B>E1", .line = "INVITE", .branch = "c", SIGNED);
	file(s, 303, VERDICT_SIGNATURE_INVALID);
	assert_int_equal(msg_previous_hop(v, 303), 302);
	assert_false(verdict_find_break(v, 303, &b));
}

static void the_same_hop_is_not_the_one_before(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);

	SAY(s, .way = "A>B", .line = "INVITE", .branch = "a");
	SAY(s, .way = "A>B", .line = "INVITE", .branch = "b");
	assert_false(msg_is(view_msg(v, 2), MSG_RETRANSMISSION));
	assert_int_equal(msg_previous_hop(v, 2), 0);
}

static void a_break_is_named_by_the_last_that_held(void **state)
{
	static const struct {
		enum verdict filed[4];
		const char *signed_where;
		uint32_t of;
		uint32_t held; /* 0: none */
		uint32_t broken;
	} rows[] = {
		{ { VERDICT_VALID, VERDICT_VALID, VERDICT_SIGNATURE_INVALID,
		    VERDICT_SIGNATURE_INVALID },
		  "yyyy",
		  3,
		  2,
		  3 },
		{ { VERDICT_VALID, VERDICT_VALID, VERDICT_SIGNATURE_INVALID,
		    VERDICT_SIGNATURE_INVALID },
		  "yyyy",
		  4,
		  2,
		  3 },
		{ { VERDICT_VALID, VERDICT_VALID, VERDICT_SIGNATURE_INVALID,
		    VERDICT_SIGNATURE_INVALID },
		  "yyyy",
		  2,
		  0,
		  0 },
		{ { VERDICT_ORIG_MISMATCH, VERDICT_ORIG_MISMATCH,
		    VERDICT_ORIG_MISMATCH, VERDICT_ORIG_MISMATCH },
		  "yyyy",
		  4,
		  0,
		  0 },
		/* it lost its Identity, and held or had one before */
		{ { VERDICT_VALID, VERDICT_NONE, VERDICT_NONE, VERDICT_NONE },
		  "ynnn",
		  4,
		  1,
		  2 },
		{ { VERDICT_CERT_UNAVAILABLE, VERDICT_IAT_STALE, VERDICT_NONE,
		    VERDICT_NONE },
		  "yynn",
		  4,
		  2,
		  3 },
		{ { VERDICT_VALID, VERDICT_ORIG_MISMATCH, VERDICT_NONE,
		    VERDICT_NONE },
		  "yynn",
		  3,
		  1,
		  2 },
		/* the second is not judged yet, and may prove to hold */
		{ { VERDICT_VALID, VERDICT_NONE, VERDICT_ORIG_MISMATCH,
		    VERDICT_NONE },
		  "yyyy",
		  3,
		  0,
		  0 },
		/* nor is the last itself */
		{ { VERDICT_VALID, VERDICT_VALID, VERDICT_VALID, VERDICT_NONE },
		  "yyyy",
		  4,
		  0,
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct store *s = new_store_of(0);
		struct verdict_break b = { 0, 0 };
		bool found;

		say_four_hops(s, rows[i].signed_where);
		for (uint32_t k = 0; k < 4; k++)
			if (rows[i].filed[k] != VERDICT_NONE)
				file(s, k + 1, rows[i].filed[k]);
		found = verdict_find_break(store_view(s), rows[i].of, &b);
		if (found != (rows[i].held != 0) || b.held != rows[i].held ||
		    b.broken != rows[i].broken)
			fail_msg("row %zu: %u %u", i, (unsigned)b.held,
				 (unsigned)b.broken);
		store_free(s);
	}
}

static void the_element_between_is_who_passed_it_on(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	struct verdict_break pair = { 1, 2 };
	struct verdict_break far = { 1, 3 };
	char text[ENDPOINT_TEXT_BYTES];

	SAY(s, .way = "A>B6", .line = "INVITE", .branch = "a");
	SAY(s, .way = "B3>C", .line = "INVITE", .branch = "b");
	SAY(s, .way = "D2>E", .line = "INVITE", .branch = "c");
	assert_string_equal(
		endpoint_text(verdict_break_element(v, &pair), text),
		"192.0.2.2:5066");
	assert_string_equal(endpoint_text(verdict_break_element(v, &far), text),
			    "192.0.2.4:5062");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_codes_stand_in_the_order_of_rank),
		cmocka_unit_test(a_code_may_refuse_for_the_identity_alone),
		cmocka_unit_test(the_first_of_a_set_ranks_first),
		cmocka_unit_test(what_cannot_be_told_is_neither_good_nor_bad),
		cmocka_unit_test(a_brief_comes_back_as_it_was_packed),
		cmocka_unit_test(some_messages_want_a_verdict),
		IN_STORE(a_retransmission_wants_none),
		cmocka_unit_test(a_call_shows_the_worst_that_is_known),
		IN_STORE(a_call_that_signs_nothing_has_no_verdict),
		IN_STORE(the_hop_before_is_who_sent_it_here),
		IN_STORE(the_hop_before_is_earlier_by_the_clock),
		IN_STORE(the_port_tells_apart_what_shares_a_host),
		IN_STORE(a_request_of_the_other_end_is_no_copy),
		cmocka_unit_test(an_answer_is_a_copy_of_the_same_answer),
		IN_STORE(of_very_many_copies_the_last_are_looked_at),
		IN_STORE(the_same_hop_is_not_the_one_before),
		cmocka_unit_test(a_break_is_named_by_the_last_that_held),
		IN_STORE(the_element_between_is_who_passed_it_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
