/* RFC 6076, on calls whose times were chosen and whose values are reckoned. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/analyse/metrics.h"
#include "talk.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define MS          INT64_C(1000000)
#define CREDENTIALS .extra = "Authorization: Digest username=\"alice\"\r\n"

static struct metrics *measure(const struct said *list, size_t count,
			       int64_t now_ms)
{
	struct store *s = talk_store(list, count, now_ms);
	struct metrics *m = NULL;
	const struct view *v;

	assert_non_null(s);
	assert_int_equal(metrics_new(&m), ERR_OK);
	v = store_view(s);
	for (const struct call *c = view_first(v); c != NULL;
	     c = view_next(v, c))
		metrics_add(m, v, c);
	store_free(s);
	return m;
}

static struct metric metric_of(const struct metrics *m, const char *key)
{
	struct metric x = { .key = NULL };

	for (unsigned i = 0; metrics_at(m, i, &x); i++)
		if (strcmp(x.key, key) == 0)
			return x;
	fail_msg("no metric %s", key);
	return x;
}

static void is_delay(const struct metrics *m, const char *key, uint64_t n,
		     int64_t mean_ms)
{
	struct metric x = metric_of(m, key);

	assert_false(x.is_ratio);
	assert_int_equal(x.n, n);
	if (n > 0)
		assert_int_equal(x.mean_ns / MS, mean_ms);
}

static void is_ratio(const struct metrics *m, const char *key, uint64_t n,
		     double percent)
{
	struct metric x = metric_of(m, key);

	assert_true(x.is_ratio);
	assert_int_equal(x.n, n);
	if (n > 0)
		assert_true(fabs(x.percent - percent) < 0.001);
}

static const struct said answered[] = {
	SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
	SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
	SAY(250, 'B', 'A', "180", "1 INVITE", "a", "t"),
	SAY(300, 'B', 'A', "183", "1 INVITE", "a", "t"),
	SAY(5000, 'B', 'A', "200", "1 INVITE", "a", "t"),
	SAY(5010, 'A', 'B', "ACK", "1 ACK", "b", "t"),
	SAY(35000, 'B', 'A', "BYE", "1 BYE", "c", "t"),
	SAY(35040, 'A', 'B', "200", "1 BYE", "c", "t"),
};

static void an_answered_call_has_its_delays(void **state)
{
	struct metrics *m = measure(answered, COUNT(answered), 40000);

	(void)state;
	is_delay(m, "srd_ok_ms", 1, 250);
	is_delay(m, "srd_failed_ms", 0, 0);
	is_delay(m, "sdt_ms", 1, 30000);
	is_delay(m, "sdd_ms", 1, 40);
	is_delay(m, "rrd_ms", 0, 0);
	is_ratio(m, "ser_percent", 1, 100);
	is_ratio(m, "seer_percent", 1, 100);
	is_ratio(m, "isa_percent", 1, 0);
	is_ratio(m, "scr_percent", 1, 100);
	is_ratio(m, "ira_percent", 0, 0);
	metrics_free(m);
}

static void without_a_provisional_the_200_ends_the_delay(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(700, 'B', 'A', "200", "1 INVITE", "a", "t"),
	};
	struct metrics *m = measure(call, COUNT(call), 1000);

	(void)state;
	is_delay(m, "srd_ok_ms", 1, 700);
	is_ratio(m, "scr_percent", 1, 0);
	metrics_free(m);
}

static void a_call_on_two_hops_counts_once(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a"),
		SAY(5, 'P', 'A', "100", "1 INVITE", "a"),
		SAY(6, 'P', 'B', "INVITE", "1 INVITE", "p"),
		SAY(500, 'B', 'P', "180", "1 INVITE", "p", "t"),
		SAY(510, 'P', 'A', "180", "1 INVITE", "a", "t"),
		SAY(2000, 'B', 'P', "200", "1 INVITE", "p", "t"),
		SAY(2010, 'P', 'A', "200", "1 INVITE", "a", "t"),
		SAY(2020, 'A', 'P', "ACK", "1 ACK", "b", "t"),
		SAY(2021, 'P', 'B', "ACK", "1 ACK", "q", "t"),
		SAY(5000, 'B', 'P', "BYE", "1 BYE", "c", "t"),
		SAY(5010, 'P', 'A', "BYE", "1 BYE", "d", "t"),
		SAY(5030, 'A', 'P', "200", "1 BYE", "d", "t"),
		SAY(5040, 'P', 'B', "200", "1 BYE", "c", "t"),
	};
	struct metrics *m = measure(call, COUNT(call), 9000);

	(void)state;
	is_delay(m, "srd_ok_ms", 1, 510);
	is_delay(m, "sdt_ms", 1, 3000);
	is_delay(m, "sdd_ms", 1, 20);
	is_ratio(m, "ser_percent", 1, 100);
	is_ratio(m, "scr_percent", 1, 100);
	metrics_free(m);
}

/* What the proxy heard behind it is not what the caller got. */
static void the_outcome_is_that_of_the_first_hop(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a"),
		SAY(6, 'P', 'B', "INVITE", "1 INVITE", "p"),
		SAY(500, 'P', 'A', "487", "1 INVITE", "a", "t"),
		SAY(501, 'B', 'P', "200", "1 INVITE", "p", "t"),
	};
	struct metrics *m = measure(call, COUNT(call), 900);

	(void)state;
	is_ratio(m, "ser_percent", 1, 0);
	is_delay(m, "srd_failed_ms", 1, 500);
	metrics_free(m);
}

/* Section 5.3: the time for the challenge is part of the delay. */
static void an_answered_challenge_is_one_attempt(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(20, 'B', 'A', "407", "1 INVITE", "a", "t"),
		SAY(30, 'A', 'B', "ACK", "1 ACK", "a", "t"),
		SAY(200, 'A', 'B', "INVITE", "2 INVITE", "b", CREDENTIALS),
		SAY(900, 'B', 'A', "180", "2 INVITE", "b", "t"),
		SAY(2000, 'B', 'A', "200", "2 INVITE", "b", "t"),
	};
	struct metrics *m = measure(call, COUNT(call), 3000);
	struct metrics *refused = measure(call, 3, 3000);

	(void)state;
	is_delay(m, "srd_ok_ms", 1, 900);
	is_ratio(m, "ser_percent", 1, 100);
	is_ratio(refused, "ser_percent", 1, 0);
	is_delay(refused, "srd_failed_ms", 0, 0);
	metrics_free(refused);
	metrics_free(m);
}

/* Sections 4.3 and 4.6: the delay goes on, the redirected INVITE is taken
 * out. */
static void a_redirect_neither_helps_nor_harms(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(100, 'B', 'A', "302", "1 INVITE", "a", "t"),
		SAY(110, 'A', 'B', "ACK", "1 ACK", "a", "t"),
		SAY(150, 'A', 'C', "INVITE", "2 INVITE", "b"),
		SAY(400, 'C', 'A', "180", "2 INVITE", "b", "u"),
		SAY(900, 'C', 'A', "200", "2 INVITE", "b", "u"),
	};
	struct metrics *m = measure(call, COUNT(call), 1000);

	(void)state;
	is_delay(m, "srd_ok_ms", 1, 400);
	is_ratio(m, "ser_percent", 1, 100);
	is_ratio(m, "isa_percent", 2, 0);
	metrics_free(m);
}

/* One call of each code: 200 486 603 404 503 408 487. */
static void codes_count_where_the_table_says(void **state)
{
	static const struct said calls[] = {
		SAY_IN("1", 0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY_IN("1", 100, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY_IN("2", 0, 'A', 'B', "INVITE", "1 INVITE", "b"),
		SAY_IN("2", 100, 'B', 'A', "486", "1 INVITE", "b", "t"),
		SAY_IN("3", 0, 'A', 'B', "INVITE", "1 INVITE", "c"),
		SAY_IN("3", 200, 'B', 'A', "603", "1 INVITE", "c", "t"),
		SAY_IN("4", 0, 'A', 'B', "INVITE", "1 INVITE", "d"),
		SAY_IN("4", 300, 'B', 'A', "404", "1 INVITE", "d", "t"),
		SAY_IN("5", 0, 'A', 'B', "INVITE", "1 INVITE", "e"),
		SAY_IN("5", 400, 'B', 'A', "503", "1 INVITE", "e", "t"),
		SAY_IN("6", 0, 'A', 'B', "INVITE", "1 INVITE", "f"),
		SAY_IN("6", 500, 'B', 'A', "408", "1 INVITE", "f", "t"),
		SAY_IN("7", 0, 'A', 'B', "INVITE", "1 INVITE", "g"),
		SAY_IN("7", 600, 'B', 'A', "487", "1 INVITE", "g", "t"),
		SAY_IN("8", 0, 'A', 'B', "INVITE", "1 INVITE", "h"),
	};
	struct metrics *m = measure(calls, COUNT(calls), 90000);

	(void)state;
	is_ratio(m, "ser_percent", 8, 12.5);
	is_ratio(m, "seer_percent", 8, 37.5);
	is_ratio(m, "isa_percent", 8, 25);
	is_delay(m, "srd_ok_ms", 1, 100);
	/* 100, 200, 300, 400, 500 and 600 ms */
	is_delay(m, "srd_failed_ms", 6, 350);
	metrics_free(m);
}

static void a_re_invite_is_no_attempt(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(100, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(110, 'A', 'B', "ACK", "1 ACK", "b", "t"),
		SAY(900, 'A', 'B', "INVITE", "2 INVITE", "c", "t"),
		SAY(950, 'B', 'A', "488", "2 INVITE", "c", "t"),
		SAY(960, 'A', 'B', "ACK", "2 ACK", "c", "t"),
	};
	struct metrics *m = measure(call, COUNT(call), 1000);

	(void)state;
	is_ratio(m, "ser_percent", 1, 100);
	is_delay(m, "srd_failed_ms", 0, 0);
	metrics_free(m);
}

/* A client that takes the next server keeps the CSeq. */
static void another_server_is_the_same_attempt(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "503", "1 INVITE", "a", "t"),
		SAY(20, 'A', 'B', "ACK", "1 ACK", "a", "t"),
		SAY(30, 'A', 'C', "INVITE", "1 INVITE", "b"),
		SAY(800, 'C', 'A', "200", "1 INVITE", "b", "u"),
	};
	struct metrics *m = measure(call, COUNT(call), 1000);

	(void)state;
	is_ratio(m, "ser_percent", 1, 100);
	is_ratio(m, "isa_percent", 1, 0);
	is_delay(m, "srd_ok_ms", 1, 800);
	metrics_free(m);
}

static void an_unanswered_bye_spoils_completion_and_duration(void **state)
{
	struct metrics *waiting = measure(answered, 7, 66999);
	struct metrics *m = measure(answered, 7, 67000);

	(void)state;
	is_delay(waiting, "sdt_ms", 1, 30000);
	is_ratio(waiting, "scr_percent", 1, 0);
	is_delay(m, "sdt_ms", 0, 0);
	is_delay(m, "sdd_ms", 0, 0);
	is_ratio(m, "scr_percent", 1, 0);
	metrics_free(waiting);
	metrics_free(m);
}

/* Four registrations: challenged and taken, taken at once, refused, and one
 * that nobody answers. */
static void registrations_are_effective_or_not(void **state)
{
	static const struct said calls[] = {
		SAY(0, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
		SAY(40, 'B', 'A', "401", "1 REGISTER", "a", "t"),
		SAY(60, 'A', 'B', "REGISTER", "2 REGISTER", "b", CREDENTIALS),
		SAY(100, 'B', 'A', "200", "2 REGISTER", "b", "t"),
		SAY(500, 'A', 'B', "REGISTER", "3 REGISTER", "c", CREDENTIALS),
		SAY(520, 'B', 'A', "200", "3 REGISTER", "c", "t"),
		SAY_IN("2", 0, 'A', 'B', "REGISTER", "1 REGISTER", "d"),
		SAY_IN("2", 40, 'B', 'A', "403", "1 REGISTER", "d", "t"),
		SAY_IN("3", 0, 'A', 'B', "REGISTER", "1 REGISTER", "e"),
	};
	struct metrics *early = measure(calls, COUNT(calls), 31999);
	struct metrics *m = measure(calls, COUNT(calls), 32000);

	(void)state;
	is_delay(m, "rrd_ms", 2, 60); /* 100 and 20 ms */
	is_ratio(early, "ira_percent", 4, 25);
	is_ratio(m, "ira_percent", 4, 50);
	metrics_free(early);
	metrics_free(m);
}

/* Section 5.4: two branches ring, the second one answers; the caller hangs up
 * the third, that answered too late, at once. */
static const struct said forked[] = {
	SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a"),
	SAY(100, 'P', 'A', "180", "1 INVITE", "a", "x"),
	SAY(150, 'P', 'A', "183", "1 INVITE", "a", "y"),
	SAY(200, 'P', 'A', "180", "1 INVITE", "a", "x"),
	SAY(2000, 'P', 'A', "200", "1 INVITE", "a", "y"),
	SAY(2010, 'A', 'P', "ACK", "1 ACK", "b", "y"),
	SAY(2050, 'P', 'A', "200", "1 INVITE", "a", "z"),
	SAY(2060, 'A', 'P', "ACK", "1 ACK", "c", "z"),
	SAY(2070, 'A', 'P', "BYE", "2 BYE", "d", "z"),
	SAY(2090, 'P', 'A', "200", "2 BYE", "d", "z"),
	SAY(12000, 'A', 'P', "BYE", "3 BYE", "e", "y"),
	SAY(12030, 'P', 'A', "200", "3 BYE", "e", "y"),
};

static void each_dialog_of_a_fork_has_its_delay(void **state)
{
	struct metrics *m = measure(forked, COUNT(forked), 20000);

	(void)state;
	/* 100, 150 and 2050 ms */
	is_delay(m, "srd_ok_ms", 3, 2300 / 3);
	assert_int_equal(metric_of(m, "srd_ok_ms").min_ns, 100 * MS);
	assert_int_equal(metric_of(m, "srd_ok_ms").max_ns, 2050 * MS);
	is_ratio(m, "ser_percent", 1, 100);
	metrics_free(m);
}

static void the_session_lasts_until_the_bye_of_its_own_dialog(void **state)
{
	struct metrics *m = measure(forked, COUNT(forked), 20000);

	(void)state;
	is_delay(m, "sdt_ms", 1, 10000);
	is_delay(m, "sdd_ms", 1, 30);
	is_ratio(m, "scr_percent", 1, 100);
	metrics_free(m);
}

/* A tag that comes later makes no second dialog. */
static void a_provisional_without_tag_is_of_the_same_dialog(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(100, 'B', 'A', "180", "1 INVITE", "a"),
		SAY(300, 'B', 'A', "183", "1 INVITE", "a", "t"),
		SAY(900, 'B', 'A', "200", "1 INVITE", "a", "t"),
	};
	struct metrics *m = measure(call, COUNT(call), 1000);

	(void)state;
	is_delay(m, "srd_ok_ms", 1, 100);
	metrics_free(m);
}

static void of_a_fork_it_is_neither(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(100, 'B', 'A', "180", "1 INVITE", "a"),
		SAY(300, 'B', 'A', "183", "1 INVITE", "a", "t"),
		SAY(500, 'B', 'A', "183", "1 INVITE", "a", "u"),
		SAY(900, 'B', 'A', "200", "1 INVITE", "a", "t"),
	};
	struct metrics *m = measure(call, COUNT(call), 1000);

	(void)state;
	is_delay(m, "srd_ok_ms", 2, 300); /* 100 and 500 ms */
	metrics_free(m);
}

static struct figures_metrics figures_of(const struct metrics *m)
{
	struct figures_metrics f;

	metrics_read(m, &f);
	return f;
}

/* Section 4.4: the 2xx to the recovery request is the end. */
static void a_503_that_says_when_does_not_end_the_bye(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(900, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(910, 'A', 'B', "ACK", "1 ACK", "b", "t"),
		SAY(5000, 'A', 'B', "BYE", "2 BYE", "c", "t"),
		SAY(5100, 'B', 'A', "503", "2 BYE", "c", "t",
		    .extra = "Retry-After: 1\r\n"),
		SAY(6100, 'A', 'B', "BYE", "3 BYE", "d", "t"),
		SAY(6150, 'B', 'A', "200", "3 BYE", "d", "t"),
	};
	struct metrics *m = measure(call, COUNT(call), 9000);
	struct metrics *ended = measure(call, 5, 9000);

	(void)state;
	is_delay(m, "sdd_ms", 1, 1150);
	is_delay(m, "sdt_ms", 1, 4100);
	assert_int_equal(figures_of(m).sdd_refused, 0);
	is_delay(ended, "sdd_ms", 0, 0);
	assert_int_equal(figures_of(ended).sdd_refused, 1);
	assert_int_equal(figures_of(ended).sdd_unanswered, 0);
	metrics_free(ended);
	metrics_free(m);
}

/* Section 4.5.2: until Timer F, 32 s after the BYE. */
static void an_unanswered_bye_is_counted_apart(void **state)
{
	struct metrics *waiting = measure(answered, 7, 66999);
	struct metrics *m = measure(answered, 7, 67000);

	(void)state;
	assert_int_equal(figures_of(waiting).sdd_unanswered, 0);
	assert_int_equal(figures_of(waiting).sdt_failed.n, 0);
	assert_int_equal(figures_of(m).sdd_unanswered, 1);
	assert_int_equal(figures_of(m).sdd_refused, 0);
	assert_int_equal(figures_of(m).sdt_failed.n, 1);
	assert_int_equal(figures_of(m).sdt_failed.mean_ns, 62000 * MS);
	metrics_free(waiting);
	metrics_free(m);
}

/* Section 3: the delay goes on across an error that the client mends, and
 * each INVITE counts for the ratios. */
static void recovery_belongs_to_the_same_delay(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(40, 'B', 'A', "422", "1 INVITE", "a", "t"),
		SAY(50, 'A', 'B', "ACK", "1 ACK", "a", "t"),
		SAY(60, 'A', 'B', "INVITE", "2 INVITE", "b"),
		SAY(500, 'B', 'A', "180", "2 INVITE", "b", "u"),
		SAY(900, 'B', 'A', "200", "2 INVITE", "b", "u"),
	};
	struct metrics *m = measure(call, COUNT(call), 1000);
	struct metrics *refused = measure(call, 3, 1000);

	(void)state;
	is_delay(m, "srd_ok_ms", 1, 500);
	is_delay(m, "srd_failed_ms", 0, 0);
	is_ratio(m, "ser_percent", 2, 50);
	is_delay(refused, "srd_failed_ms", 1, 40);
	metrics_free(refused);
	metrics_free(m);
}

/* A client may keep the CSeq when it follows a redirect. */
static void a_redirect_may_keep_the_cseq(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(100, 'B', 'A', "302", "1 INVITE", "a", "t"),
		SAY(110, 'A', 'B', "ACK", "1 ACK", "a", "t"),
		SAY(150, 'A', 'C', "INVITE", "1 INVITE", "b"),
		SAY(400, 'C', 'A', "200", "1 INVITE", "b", "u"),
	};
	struct metrics *m = measure(call, COUNT(call), 1000);

	(void)state;
	is_delay(m, "srd_ok_ms", 1, 400);
	is_ratio(m, "ser_percent", 1, 100);
	is_ratio(m, "isa_percent", 2, 0);
	metrics_free(m);
}

/* A tester that uses all words of the first call again. */
static void two_calls_with_one_call_id_are_two_attempts(void **state)
{
	static const struct said calls[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(250, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(1000, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(5000, 'A', 'B', "BYE", "2 BYE", "b", "t"),
		SAY(5010, 'B', 'A', "200", "2 BYE", "b", "t"),
		SAY(9000, 'A', 'B', "INVITE", "1 INVITE", "c"),
		SAY(9100, 'B', 'A', "486", "1 INVITE", "c", "u"),
		SAY(9200, 'A', 'B', "INVITE", "1 INVITE", "d",
		    .from_tag = "f2"),
		SAY(9500, 'B', 'A', "503", "1 INVITE", "d", "v"),
	};
	struct metrics *m = measure(calls, COUNT(calls), 20000);

	(void)state;
	is_ratio(m, "ser_percent", 3, 100.0 / 3);
	is_ratio(m, "seer_percent", 3, 200.0 / 3);
	is_ratio(m, "isa_percent", 3, 100.0 / 3);
	is_delay(m, "srd_ok_ms", 1, 250);
	is_delay(m, "srd_failed_ms", 2, 200);
	is_delay(m, "sdt_ms", 1, 4000);
	metrics_free(m);
}

static void a_clock_that_is_set_back_measures_nothing(void **state)
{
	static const struct said call[] = {
		SAY(90000, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(100, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(1000, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(500, 'A', 'B', "BYE", "2 BYE", "b", "t"),
		SAY(400, 'B', 'A', "200", "2 BYE", "b", "t"),
	};
	static const struct said unanswered[] = {
		SAY(60000, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(60100, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(40000, 'A', 'B', "BYE", "2 BYE", "b", "t"),
	};
	struct metrics *m = measure(call, COUNT(call), 90000);
	struct metrics *alone = measure(unanswered, COUNT(unanswered), 90000);

	(void)state;
	assert_int_equal(figures_of(alone).sdd_unanswered, 1);
	assert_int_equal(figures_of(alone).sdt_failed.n, 0);
	metrics_free(alone);
	is_delay(m, "srd_ok_ms", 0, 0);
	is_delay(m, "sdt_ms", 0, 0);
	is_delay(m, "sdd_ms", 0, 0);
	is_ratio(m, "ser_percent", 1, 100);
	metrics_free(m);
}

static void the_outcome_is_what_the_call_gave(void **state)
{
	struct store *s = talk_store(forked, COUNT(forked), 20000);
	struct metrics_outcome o;
	struct metrics *m = NULL;
	const struct view *v;

	(void)state;
	assert_non_null(s);
	assert_int_equal(metrics_new(&m), ERR_OK);
	v = store_view(s);
	metrics_measure(m, v, view_first(v), &o);
	assert_int_equal(o.ser.part, 1);
	assert_int_equal(o.ser.whole, 1);
	assert_int_equal(o.isa.part, 0);
	assert_int_equal(o.srd_count, 3);
	assert_int_equal(o.srd_ns[1], 150 * MS);
	metrics_free(m);
	store_free(s);
}

static void json_has_nulls_where_nothing_was_measured(void **state)
{
	static const char expected[] =
		"{\"rrd_ms\":{\"n\":0,\"mean\":null,\"min\":null,\"max\":null,"
		"\"p50\":null,\"p95\":null,\"p99\":null},"
		"\"ira_percent\":{\"n\":0,\"value\":null},"
		"\"srd_ok_ms\":{\"n\":1,\"mean\":250,\"min\":250,\"max\":250,"
		"\"p50\":250,\"p95\":250,\"p99\":250},"
		"\"srd_failed_ms\":{\"n\":0,\"mean\":null,\"min\":null,"
		"\"max\":null,\"p50\":null,\"p95\":null,\"p99\":null},"
		"\"sdd_ms\":{\"n\":1,\"mean\":40,\"min\":40,\"max\":40,"
		"\"p50\":40,\"p95\":40,\"p99\":40},"
		"\"sdt_ms\":{\"n\":1,\"mean\":30000,\"min\":30000,"
		"\"max\":30000,\"p50\":30000,\"p95\":30000,\"p99\":30000},"
		"\"ser_percent\":{\"n\":1,\"value\":100},"
		"\"seer_percent\":{\"n\":1,\"value\":100},"
		"\"isa_percent\":{\"n\":1,\"value\":0},"
		"\"scr_percent\":{\"n\":1,\"value\":100}}";
	struct metrics *m = measure(answered, COUNT(answered), 40000);
	struct buf out;
	struct json j;

	(void)state;
	buf_init(&out, 65536);
	json_init(&j, &out);
	json_put_object(&j, NULL);
	metrics_write_json(m, &j);
	json_put_object_end(&j);
	buf_add_char(&out, '\0');
	assert_string_equal(out.ptr, expected);
	buf_free(&out);
	metrics_free(m);
}

int main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answered_call_has_its_delays),
		cmocka_unit_test(without_a_provisional_the_200_ends_the_delay),
		cmocka_unit_test(a_call_on_two_hops_counts_once),
		cmocka_unit_test(the_outcome_is_that_of_the_first_hop),
		cmocka_unit_test(an_answered_challenge_is_one_attempt),
		cmocka_unit_test(a_redirect_neither_helps_nor_harms),
		cmocka_unit_test(codes_count_where_the_table_says),
		cmocka_unit_test(a_re_invite_is_no_attempt),
		cmocka_unit_test(another_server_is_the_same_attempt),
		cmocka_unit_test(an_unanswered_bye_spoils_completion_and_duration),
		cmocka_unit_test(registrations_are_effective_or_not),
		cmocka_unit_test(each_dialog_of_a_fork_has_its_delay),
		cmocka_unit_test(the_session_lasts_until_the_bye_of_its_own_dialog),
		cmocka_unit_test(a_provisional_without_tag_is_of_the_same_dialog),
		cmocka_unit_test(of_a_fork_it_is_neither),
		cmocka_unit_test(a_503_that_says_when_does_not_end_the_bye),
		cmocka_unit_test(an_unanswered_bye_is_counted_apart),
		cmocka_unit_test(recovery_belongs_to_the_same_delay),
		cmocka_unit_test(a_redirect_may_keep_the_cseq),
		cmocka_unit_test(two_calls_with_one_call_id_are_two_attempts),
		cmocka_unit_test(a_clock_that_is_set_back_measures_nothing),
		cmocka_unit_test(the_outcome_is_what_the_call_gave),
		cmocka_unit_test(json_has_nulls_where_nothing_was_measured),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
