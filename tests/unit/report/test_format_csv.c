/* One line a call, and no cell that a spreadsheet runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_identity.h"

#define CELLS 38

static int load(void **state)
{
	static struct catalogue *words;
	struct problem problem;
	enum err e = catalogue_new(&words, LANGUAGE_EN, &problem);

	*state = words;
	return e != ERR_OK;
}

static int unload(void **state)
{
	catalogue_free(*state);
	return 0;
}

static char *csv_of(const struct catalogue *words, const struct store *s)
{
	struct counters none = { 0 };
	struct report_input in = { .view = store_view(s),
				   .counters = &none,
				   .words = words,
				   .find = made_find,
				   .columns = 80 };
	size_t len;
	char *text = made_report("csv", &in, &len);

	assert_non_null(text);
	assert_int_equal(strlen(text), len);
	return text;
}

/* Reads one record as RFC 4180 says; cells are written over the text. */
static unsigned read_record(char **rest, char *cells[CELLS])
{
	char *from = *rest;
	char *to = from;
	unsigned n = 0;
	bool quoted = false;

	cells[n++] = to;
	for (; *from != '\0'; from++) {
		if (*from == '"' && quoted && from[1] == '"') {
			*to++ = *++from;
		} else if (*from == '"') {
			quoted = !quoted;
		} else if (*from == ',' && !quoted) {
			*to++ = '\0';
			assert_true(n < CELLS);
			cells[n++] = to;
		} else if (*from == '\r' && from[1] == '\n' && !quoted) {
			from += 2;
			break;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	*rest = from;
	return n;
}

static void a_call_is_one_record(void **state)
{
	static const struct made_step steps[] = { ANSWERED_CALL };
	static const struct {
		const char *name;
		const char *value;
	} expected[CELLS] = {
		{ "call_id", ANSWERED_ID },
		{ "method", "INVITE" },
		{ "state", "completed" },
		{ "final_code", "200" },
		{ "from", "alice" },
		{ "to", "bob" },
		{ "source", "192.0.2.1:5060" },
		{ "destination", "192.0.2.2:5060" },
		{ "start", "2026-01-01T00:00:00.000000Z" },
		{ "end", "2026-01-01T00:00:10.050000Z" },
		{ "messages", "7" },
		{ "retransmissions", "0" },
		{ "trying_ms", "20.000000" },
		{ "pdd_ms", "250.000000" },
		{ "ring_ms", "2000.000000" },
		{ "setup_ms", "2250.000000" },
		{ "talk_ms", "7750.000000" },
		{ "teardown_ms", "50.000000" },
		{ "findings", "stuck-in-trying" },
		{ "verdict", "NO_IDENTITY" },
		{ "attest", "" },
		{ "signer", "" },
		{ "to_180_ms", "250.000000" },
		{ "to_181_ms", "" },
		{ "to_182_ms", "" },
		{ "to_183_ms", "" },
		{ "to_199_ms", "" },
		{ "failure_ms", "" },
		{ "early_media_ms", "" },
		{ "first_rtp_ms", "" },
		{ "prack_ms", "" },
		{ "update_ms", "" },
		{ "agent", "" },
		{ "legs", "0" },
		{ "streams", "0" },
		{ "loss_percent", "" },
		{ "jitter_ms", "" },
		{ "mos", "" },
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	char *text = csv_of(*state, s);
	char *rest = text;
	char *names[CELLS];
	char *cells[CELLS];

	assert_int_equal(read_record(&rest, names), CELLS);
	assert_int_equal(read_record(&rest, cells), CELLS);
	assert_string_equal(rest, "");
	for (unsigned i = 0; i < CELLS; i++) {
		assert_string_equal(names[i], expected[i].name);
		assert_string_equal(cells[i], expected[i].value);
	}
	free(text);
	store_free(s);
}

static void what_is_not_known_is_an_empty_cell(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE(INVITE_LINE, "q", ALICE, BOB, "quiet", "1 INVITE") },
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	char *text = csv_of(*state, s);
	char *rest = text;
	char *cells[CELLS];

	(void)read_record(&rest, cells);
	assert_int_equal(read_record(&rest, cells), CELLS);
	assert_string_equal(cells[3], "");
	for (unsigned i = 12; i < 18; i++)
		assert_string_equal(cells[i], "");
	free(text);
	store_free(s);
}

static void a_signed_call_tells_verdict_attest_and_signer(void **state)
{
	static const struct made_step steps[] = {
		MADE_SPOILT_CALL("SIP/2.0 438 No", ""),
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	char *cells[CELLS];
	char *text;
	char *rest;

	assert_true(made_file(s, made_msg(s, 0), VERDICT_VALID));
	assert_true(made_file(s, made_msg(s, 1), VERDICT_SIGNATURE_INVALID));
	text = csv_of(*state, s);
	rest = text;
	(void)read_record(&rest, cells);
	assert_int_equal(read_record(&rest, cells), CELLS);
	assert_string_equal(cells[19], "SIGNATURE_INVALID");
	assert_string_equal(cells[20], "A");
	assert_string_equal(cells[21], "SHAKEN 709J");
	free(text);
	store_free(s);
}

static void a_call_not_judged_yet_has_no_verdict(void **state)
{
	static const struct made_step steps[] = {
		MADE_SPOILT_CALL("SIP/2.0 438 No", ""),
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	char *text = csv_of(*state, s);
	char *rest = text;
	char *cells[CELLS];

	(void)read_record(&rest, cells);
	assert_int_equal(read_record(&rest, cells), CELLS);
	assert_string_equal(cells[19], "");
	free(text);
	store_free(s);
}

static void no_cell_is_a_formula(void **state)
{
	/* The way into a spreadsheet: words that begin with = + - @. */
	static const char *const starts[] = { "=1+1",         "+1234", "-2+3",
					      "@SUM",         "%0A",   "|x",
					      "\xef\xbc\x9dx" };
	struct catalogue *words = *state;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		char bytes[512];
		struct made_step step = { 0, 1, 2, bytes };
		struct store *s;
		char *text;
		char *rest;
		char *cells[CELLS];

		(void)snprintf(bytes, sizeof(bytes),
			       "OPTIONS sip:a SIP/2.0\r\n" MADE_VIA(
				       "f") "From: <sip:%s@h>;tag=1\r\n"
					    "To: " BOB "\r\nCall-ID: %s\r\n"
					    "CSeq: 1 OPTIONS\r\n\r\n",
			       starts[i], starts[i]);
		s = made_store(&step, 1);
		text = csv_of(words, s);
		rest = text;
		(void)read_record(&rest, cells);
		assert_int_equal(read_record(&rest, cells), CELLS);
		assert_int_equal(cells[0][0], '\'');
		assert_string_equal(cells[0] + 1, starts[i]);
		/* From may be broken by it; then there is no name to guard. */
		if (cells[4][0] != '\0' && cells[4][0] != 'h')
			assert_int_equal(cells[4][0], '\'');
		free(text);
		store_free(s);
	}
}

static void quotes_commas_and_controls_stay_in_their_cell(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE("OPTIONS sip:a SIP/2.0", "c", ALICE, BOB,
		       "a\"b,c\"\"d\x1b\xff;e f", "1 OPTIONS") },
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	char *text = csv_of(*state, s);
	char *rest = text;
	char *cells[CELLS];

	assert_null(strchr(text, '\x1b'));
	(void)read_record(&rest, cells);
	assert_int_equal(read_record(&rest, cells), CELLS);
	assert_string_equal(cells[0], "a\"b,c\"\"d\\x1b\\xff;e f");
	assert_string_equal(rest, "");
	free(text);
	store_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_one_record),
		cmocka_unit_test(what_is_not_known_is_an_empty_cell),
		cmocka_unit_test(a_signed_call_tells_verdict_attest_and_signer),
		cmocka_unit_test(a_call_not_judged_yet_has_no_verdict),
		cmocka_unit_test(no_cell_is_a_formula),
		cmocka_unit_test(quotes_commas_and_controls_stay_in_their_cell),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
