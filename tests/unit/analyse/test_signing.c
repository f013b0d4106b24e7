/* Figures of signed requests, over calls whose verdicts were chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sipmon/analyse/signing.h"
#include "talk.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define SIGNED      .extra = "Identity: abc\r\n"
#define SECOND_NS   INT64_C(1000000000)

static void file(struct store *s, uint32_t id, struct verdict_brief b)
{
	const struct captured_msg *m = view_msg(store_view(s), id);

	assert_true(store_file_verdict(s, id, m->content, m->time_ns, &b));
}

static uint16_t signer_named(struct store *s, const char *name, uint8_t print)
{
	struct signer signer = { .sha256 = { 0x0f, print } };

	(void)slice_copy(slice_of(name), signer.name, sizeof(signer.name));
	(void)slice_copy(SLICE("709J"), signer.spc, sizeof(signer.spc));
	return store_signer(s, &signer);
}

static struct signing_figures *figures_of(const struct store *s)
{
	struct signing_figures *f = calloc(1, sizeof(*f));
	const struct view *v = store_view(s);
	struct signing *g = NULL;

	assert_non_null(f);
	assert_int_equal(signing_new(&g), ERR_OK);
	for (const struct call *c = view_first(v); c != NULL;
	     c = view_next(v, c))
		signing_add(g, v, c);
	signing_read(g, v, f);
	signing_free(g);
	return f;
}

/* Two hops with Identity, one without before them; in the dialog a BYE with
 * one and a retransmission. */
static const struct said hops[] = {
	SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a"),
	SAY(1, 'P', 'Q', "INVITE", "1 INVITE", "p", SIGNED),
	SAY(2, 'Q', 'B', "INVITE", "1 INVITE", "q", SIGNED),
	SAY(600, 'Q', 'B', "INVITE", "1 INVITE", "q", SIGNED),
	SAY(700, 'B', 'Q', "200", "1 INVITE", "q", "t", SIGNED),
	SAY(900, 'B', 'Q', "BYE", "7 BYE", "r", "t", SIGNED),
	SAY(901, 'Q', 'P', "BYE", "7 BYE", "s", "t", SIGNED),
};

static void a_request_counts_once_where_it_is_first_signed(void **state)
{
	struct store *s = talk_store(hops, COUNT(hops), 1000);
	struct signing_figures *f;

	(void)state;
	file(s, 2,
	     (struct verdict_brief){ .verdict = VERDICT_VALID,
				     .attest = ATTEST_A });
	file(s, 3,
	     (struct verdict_brief){ .verdict = VERDICT_ORIG_MISMATCH,
				     .attest = ATTEST_A });
	f = figures_of(s);
	assert_int_equal(f->requests, 2);
	assert_int_equal(f->signed_requests, 2);
	assert_int_equal(f->waiting, 1);
	assert_int_equal(f->by_verdict[VERDICT_VALID], 1);
	assert_int_equal(f->by_verdict[VERDICT_ORIG_MISMATCH], 0);
	assert_int_equal(f->by_verdict[VERDICT_NO_IDENTITY], 0);
	assert_int_equal(f->by_attest[ATTEST_A], 1);
	assert_int_equal(f->by_attest[ATTEST_NONE], 0);
	assert_int_equal(f->signer_count, 0);
	assert_int_equal(f->peer_count, 2);
	assert_string_equal(f->peers[0].name, "192.0.2.16"); /* P */
	assert_int_equal(f->peers[0].valid, 1);
	assert_string_equal(f->peers[1].name, "192.0.2.2"); /* B */
	assert_int_equal(f->peers[1].requests, 1);
	assert_int_equal(f->peers[1].valid, 0);
	free(f);
	store_free(s);
}

/* RFC 3261 section 12.2.1.1: each end counts its own CSeq. */
static void a_request_of_the_other_end_counts_for_itself(void **state)
{
	static const struct said list[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a", SIGNED),
		SAY(100, 'A', 'B', "INFO", "2 INFO", "b", "t", SIGNED),
		SAY(200, 'B', 'A', "INFO", "2 INFO", "c", "f1", SIGNED,
		    .from_tag = "t"),
	};
	struct store *s = talk_store(list, COUNT(list), 1000);
	struct signing_figures *f = figures_of(s);

	(void)state;
	assert_int_equal(f->requests, 3);
	assert_int_equal(f->peer_count, 2);
	free(f);
	store_free(s);
}

static void a_request_without_identity_counts_as_such(void **state)
{
	static const struct said list[] = {
		SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a"),
		SAY(1, 'P', 'B', "INVITE", "1 INVITE", "p"),
		SAY(5, 'A', 'P', "OPTIONS", "2 OPTIONS", "c"),
		SAY(6, 'P', 'A', "200", "2 OPTIONS", "c", "t", SIGNED),
	};
	struct store *s = talk_store(list, COUNT(list), 10);
	struct signing_figures *f = figures_of(s);

	(void)state;
	assert_int_equal(f->requests, 1);
	assert_int_equal(f->signed_requests, 0);
	assert_int_equal(f->by_verdict[VERDICT_NO_IDENTITY], 1);
	assert_int_equal(f->waiting, 0);
	assert_int_equal(f->peer_count, 1);
	assert_string_equal(f->peers[0].name, "192.0.2.1");
	assert_int_equal(f->bins[0].requests, 1);
	assert_int_equal(f->bins[0].failed, 0);
	free(f);
	store_free(s);
}

/* ---- signers */

static void say_signed(struct store *s, unsigned n, int64_t ms, char from,
		       uint16_t signer, enum verdict verdict)
{
	char id[32];
	struct said m = { .ms = ms,
			  .from = from,
			  .to = 'Z',
			  .what = "INVITE",
			  .cseq = "1 INVITE",
			  .branch = "a",
			  .extra = "Identity: abc\r\n",
			  .call_id = id };

	(void)snprintf(id, sizeof(id), "call-%u", n);
	talk_say(s, &m);
	file(s, n,
	     (struct verdict_brief){ .verdict = verdict,
				     .attest = ATTEST_B,
				     .signer = signer });
}

static void the_busiest_signer_comes_first(void **state)
{
	struct store *s = talk_store(NULL, 0, 0);
	uint16_t few = signer_named(s, "Few", 0xa0);
	uint16_t many = signer_named(s, "Many", 0xb1);
	struct signing_figures *f;

	(void)state;
	say_signed(s, 1, 0, 'A', few, VERDICT_VALID);
	say_signed(s, 2, 1, 'A', many, VERDICT_VALID);
	say_signed(s, 3, 2, 'B', many, VERDICT_IAT_STALE);
	say_signed(s, 4, 3, 'B', many, VERDICT_ORIG_MISMATCH);
	say_signed(s, 5, 4, 'B', many, VERDICT_ORIG_MISMATCH);
	say_signed(s, 6, 5, 'B', 0, VERDICT_CERT_UNAVAILABLE);
	f = figures_of(s);
	assert_int_equal(f->requests, 6);
	assert_int_equal(f->by_attest[ATTEST_B], 6);
	assert_int_equal(f->signer_count, 2);
	assert_string_equal(f->signers[0].name, "Many");
	assert_string_equal(f->signers[0].spc, "709J");
	assert_string_equal(
		f->signers[0].sha256,
		"0fb1000000000000000000000000000000000000000000000000000000000"
		"000");
	assert_int_equal(f->signers[0].requests, 4);
	assert_int_equal(f->signers[0].valid, 1);
	assert_int_equal(f->signers[0].failed, 3);
	assert_int_equal(f->signers[0].unknown, 0);
	assert_int_equal(f->signers[0].most, VERDICT_ORIG_MISMATCH);
	assert_int_equal(f->signers[0].by_attest[ATTEST_B], 4);
	assert_string_equal(f->signers[1].name, "Few");
	assert_int_equal(f->signers[1].most, VERDICT_NONE);
	assert_int_equal(f->peer_count, 2);
	assert_string_equal(f->peers[0].name, "192.0.2.2");
	assert_int_equal(f->peers[0].unknown, 1);
	assert_int_equal(f->bins[0].requests, 6);
	assert_int_equal(f->bins[0].valid, 2);
	assert_int_equal(f->bins[0].failed, 3);
	assert_int_equal(f->bins[0].unknown, 1);
	free(f);
	store_free(s);
}

static void the_rest_is_one_row_more(void **state)
{
	struct store *s = talk_store(NULL, 0, 0);
	struct signing_figures *f;
	unsigned n = 0;

	(void)state;
	/* 33 and 34 sign once, the others twice. */
	for (unsigned i = 1; i <= 34; i++) {
		uint16_t id = signer_named(s, "Signer", (uint8_t)i);

		say_signed(s, ++n, 0, 'A', id, VERDICT_VALID);
		if (i <= 32)
			say_signed(s, ++n, 0, 'A', id, VERDICT_IAT_STALE);
	}
	f = figures_of(s);
	assert_int_equal(f->signer_count, 33);
	assert_int_equal(f->signers[31].requests, 2);
	assert_string_equal(f->signers[32].name, "");
	assert_int_equal(f->signers[32].requests, 2);
	assert_int_equal(f->signers[32].valid, 2);
	assert_int_equal(f->peer_count, 1);
	assert_int_equal(f->peers[0].requests, 66);
	assert_int_equal(f->peers[0].failed, 32);
	free(f);
	store_free(s);
}

/* Past 1024 signers the later ones count together. */
static void memory_is_bounded_by_how_many_are_told_apart(void **state)
{
	struct store *s = talk_store(NULL, 0, 0);
	struct signing_figures *f;
	uint64_t sum = 0;

	(void)state;
	for (unsigned i = 1; i <= 1500; i++) {
		struct signer signer = { .sha256 = { (uint8_t)(i & 0xff),
						     (uint8_t)(i >> 8) } };

		say_signed(s, i, 0, 'A', store_signer(s, &signer),
			   VERDICT_VALID);
	}
	f = figures_of(s);
	assert_int_equal(f->signer_count, 33);
	for (unsigned i = 0; i < f->signer_count; i++)
		sum += f->signers[i].valid;
	assert_int_equal(sum, 1500);
	assert_int_equal(f->signers[32].requests, 1500 - 32);
	free(f);
	store_free(s);
}

/* ---- bins */

static uint64_t in_bins(const struct signing_figures *f)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < f->bin_count; i++)
		sum += f->bins[i].requests;
	return sum;
}

static void bins_double_as_time_goes_on(void **state)
{
	struct store *s = talk_store(NULL, 0, 0);
	struct signing_figures *f;

	(void)state;
	say_signed(s, 1, 0, 'A', 0, VERDICT_VALID);
	say_signed(s, 2, 59999, 'A', 0, VERDICT_VALID);
	f = figures_of(s);
	assert_int_equal(f->begin_ns, TALK_BEGIN_NS);
	assert_int_equal(f->bin_ns, SECOND_NS);
	assert_int_equal(f->bin_count, 60);
	assert_int_equal(f->bins[0].valid, 1);
	assert_int_equal(f->bins[59].valid, 1);
	free(f);
	say_signed(s, 3, 60000, 'A', 0, VERDICT_IAT_STALE);
	f = figures_of(s);
	assert_int_equal(f->bin_ns, 2 * SECOND_NS);
	assert_int_equal(f->bin_count, 31);
	assert_int_equal(f->bins[29].valid, 1);
	assert_int_equal(f->bins[30].failed, 1);
	free(f);
	/* An hour: bins of 64 s. */
	say_signed(s, 4, 3600000, 'A', 0, VERDICT_VALID);
	f = figures_of(s);
	assert_int_equal(f->bin_ns, 64 * SECOND_NS);
	assert_int_equal(f->bin_count, 57);
	assert_int_equal(f->bins[0].requests, 3);
	assert_int_equal(f->bins[56].requests, 1);
	free(f);
	store_free(s);
}

static void an_earlier_request_moves_the_begin_back(void **state)
{
	struct store *s = talk_store(NULL, 0, 0);
	struct signing_figures *f;

	(void)state;
	say_signed(s, 1, 10500, 'A', 0, VERDICT_VALID);
	say_signed(s, 2, 8000, 'A', 0, VERDICT_IAT_STALE);
	f = figures_of(s);
	assert_int_equal(f->begin_ns, TALK_MS(7500));
	assert_int_equal(f->bin_count, 4);
	assert_int_equal(f->bins[0].failed, 1);
	assert_int_equal(f->bins[3].valid, 1);
	free(f);
	/* To the second: no bin more than it takes. */
	say_signed(s, 3, 5500, 'A', 0, VERDICT_VALID);
	f = figures_of(s);
	assert_int_equal(f->begin_ns, TALK_MS(5500));
	assert_int_equal(f->bin_count, 6);
	free(f);
	say_signed(s, 4, -3600000, 'A', 0, VERDICT_VALID);
	say_signed(s, 5, -TALK_BEGIN_NS / 1000000, 'A', 0, VERDICT_VALID);
	say_signed(s, 6, INT64_C(4000000000000), 'A', 0, VERDICT_VALID);
	say_signed(s, 7, -2 * (TALK_BEGIN_NS / 1000000), 'A', 0, VERDICT_VALID);
	f = figures_of(s);
	assert_true(f->bin_count <= SIGNING_BINS);
	assert_int_equal(in_bins(f), 7);
	free(f);
	store_free(s);
}

/* An endless dialog: more requests than are held open. */
static void requests_without_end_are_all_counted(void **state)
{
	struct store *s = talk_store(NULL, 0, 0);
	struct signing_figures *f;

	(void)state;
	for (unsigned i = 1; i <= 200; i++) {
		char cseq[32];
		char branch[16];
		struct said m = { .ms = i,
				  .from = 'A',
				  .to = 'P',
				  .what = "INFO",
				  .cseq = cseq,
				  .branch = branch,
				  .to_tag = "t",
				  .extra = "Identity: abc\r\n",
				  .call_id = "call@test" };

		(void)snprintf(cseq, sizeof(cseq), "%u INFO", i);
		(void)snprintf(branch, sizeof(branch), "a%u", i);
		talk_say(s, &m);
		m.from = 'P';
		m.to = 'B';
		branch[0] = 'b';
		talk_say(s, &m);
	}
	f = figures_of(s);
	assert_int_equal(f->requests, 200);
	assert_int_equal(f->waiting, 200);
	assert_int_equal(f->peer_count, 1);
	free(f);
	store_free(s);
}

static void the_clock_of_the_capture_is_told(void **state)
{
	struct store *s = talk_store(NULL, 0, 0);
	struct signing_figures *f = figures_of(s);

	(void)state;
	assert_false(f->has_clock_offset);
	assert_int_equal(f->bin_count, 0);
	assert_int_equal(f->requests, 0);
	free(f);
	for (int i = 0; i < 5; i++)
		store_add_age(s, -120);
	f = figures_of(s);
	assert_true(f->has_clock_offset);
	assert_int_equal(f->clock_offset_s, -120);
	free(f);
	store_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_request_counts_once_where_it_is_first_signed),
		cmocka_unit_test(a_request_of_the_other_end_counts_for_itself),
		cmocka_unit_test(a_request_without_identity_counts_as_such),
		cmocka_unit_test(the_busiest_signer_comes_first),
		cmocka_unit_test(the_rest_is_one_row_more),
		cmocka_unit_test(memory_is_bounded_by_how_many_are_told_apart),
		cmocka_unit_test(bins_double_as_time_goes_on),
		cmocka_unit_test(an_earlier_request_moves_the_begin_back),
		cmocka_unit_test(requests_without_end_are_all_counted),
		cmocka_unit_test(the_clock_of_the_capture_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
