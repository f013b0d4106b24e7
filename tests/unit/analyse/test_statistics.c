/* Figures of many calls, on calls whose times and ends were chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sipmon/analyse/diagnosis.h"
#include "sipmon/analyse/statistics.h"
#include "sipmon/call/query.h"
#include "talk.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define MS          INT64_C(1000000)
#define AGENT(name) .extra = "User-Agent: " name "\r\n"

static struct figures *figures_with(const struct store *s,
				    const struct statistics_options *options)
{
	struct figures *f = malloc(sizeof(*f));

	assert_non_null(f);
	assert_true(statistics_of_calls(store_view(s), options, f));
	return f;
}

static struct figures *figures_of(const struct store *s)
{
	const struct statistics_options options = { .filter = NULL };

	return figures_with(s, &options);
}

static struct store *store_of(const struct said *list, size_t count,
			      int64_t now_ms)
{
	struct store *s = talk_store(list, count, now_ms);

	assert_non_null(s);
	return s;
}

/* How many calls the filter lets through; `find` answers for findings. */
static uint64_t count_listed(const struct view *v, const char *filter)
{
	struct diagnosis diagnosis = { .limits = PHASE_LIMITS_DEFAULT };
	struct problem problem = { "" };
	struct query *q = NULL;
	uint64_t n = 0;

	if (query_parse(&q, slice_of(filter), diagnosis_findings, &diagnosis,
			&problem))
		fail_msg("%s: %s", filter, problem.text);
	for (const struct call *c = view_first(v); c != NULL;
	     c = view_next(v, c))
		n += query_matches(q, v, c);
	query_free(q);
	return n;
}

/*
 * Five INVITE calls and a registration.  1: answered, 2: busy, 3: 503 from C,
 * 4: nobody answers at C, 5: B refuses with 503 and the caller goes on to C,
 * which answers.
 */
static const struct said mixed[] = {
	SAY_IN("1", 0, 'A', 'B', "INVITE", "1 INVITE", "a"),
	SAY_IN("1", 10, 'B', 'A', "100", "1 INVITE", "a"),
	SAY_IN("1", 250, 'B', 'A', "180", "1 INVITE", "a", "t"),
	SAY_IN("1", 5000, 'B', 'A', "200", "1 INVITE", "a", "t"),
	SAY_IN("1", 5010, 'A', 'B', "ACK", "1 ACK", "b", "t"),
	SAY_IN("2", 6000, 'A', 'B', "INVITE", "1 INVITE", "c"),
	SAY_IN("2", 6100, 'B', 'A', "486", "1 INVITE", "c", "t"),
	SAY_IN("3", 7000, 'A', 'C', "INVITE", "1 INVITE", "d"),
	SAY_IN("3", 7400, 'C', 'A', "503", "1 INVITE", "d", "t"),
	SAY_IN("4", 8000, 'A', 'C', "INVITE", "1 INVITE", "e"),
	SAY_IN("5", 9000, 'A', 'B', "INVITE", "1 INVITE", "f"),
	SAY_IN("5", 9010, 'B', 'A', "503", "1 INVITE", "f", "t"),
	SAY_IN("5", 9020, 'A', 'C', "INVITE", "1 INVITE", "g"),
	SAY_IN("5", 9800, 'C', 'A', "200", "1 INVITE", "g", "u"),
	SAY_IN("6", 20000, 'A', 'B', "REGISTER", "1 REGISTER", "h"),
	SAY_IN("6", 20050, 'B', 'A', "200", "1 REGISTER", "h", "t"),
	SAY_IN("1", 35000, 'B', 'A', "BYE", "1 BYE", "i", "t"),
	SAY_IN("1", 35040, 'A', 'B', "200", "1 BYE", "i", "t"),
};

static void is_spread(const struct figures_spread *s, uint64_t n,
		      int64_t mean_ms, int64_t min_ms, int64_t max_ms)
{
	assert_int_equal(s->n, n);
	if (n == 0)
		return;
	assert_int_equal(s->mean_ns, mean_ms * MS);
	assert_int_equal(s->min_ns, min_ms * MS);
	assert_int_equal(s->max_ns, max_ms * MS);
}

static void is_ratio(const struct figures_ratio *r, uint64_t part,
		     uint64_t whole)
{
	assert_int_equal(r->part, part);
	assert_int_equal(r->whole, whole);
}

static void calls_are_counted_by_how_they_went(void **state)
{
	struct store *s = store_of(mixed, COUNT(mixed), 90000);
	struct figures *f = figures_of(s);

	(void)state;
	assert_true(f->is_complete);
	assert_int_equal(f->looked_at, 6);
	assert_int_equal(f->there_are, 6);
	assert_int_equal(f->calls, 6);
	assert_int_equal(f->invites, 5);
	assert_int_equal(f->answered, 2);
	assert_int_equal(f->failed, 3);
	assert_int_equal(f->messages, 18);
	assert_int_equal(f->all_messages, 18);
	assert_int_equal(f->begin_ns, TALK_MS(0));
	assert_int_equal(f->end_ns, TALK_MS(35040));
	assert_int_equal(f->responses_by_class[2], 4);
	assert_int_equal(f->responses_by_class[5], 2);
	assert_int_equal(f->answers[FIGURES_GOT_100].calls, 1);
	assert_int_equal(f->answers[FIGURES_GOT_180].calls, 1);
	assert_int_equal(f->answers[FIGURES_GOT_2XX].calls, 2);
	assert_int_equal(f->answers[FIGURES_GOT_4XX].calls, 1);
	assert_int_equal(f->answers[FIGURES_GOT_5XX].calls, 1);
	assert_int_equal(f->answers[FIGURES_GOT_NONE].calls, 1);
	free(f);
	store_free(s);
}

static void delays_and_metrics_are_those_of_the_calls(void **state)
{
	struct store *s = store_of(mixed, COUNT(mixed), 90000);
	struct figures *f = figures_of(s);
	const struct figures_metrics *m = &f->metrics;

	(void)state;
	is_spread(&f->delays[FIGURES_TRYING].spread, 1, 10, 10, 10);
	/* 250, 100, 400 and 800 ms; of call 5 to the 200 */
	assert_int_equal(f->delays[FIGURES_PDD].spread.min_ns, 100 * MS);
	assert_int_equal(f->delays[FIGURES_PDD].spread.n, 4);
	is_spread(&f->delays[FIGURES_SETUP].spread, 2, 2900, 800, 5000);
	is_spread(&f->delays[FIGURES_TALK].spread, 1, 30000, 30000, 30000);
	is_spread(&f->delays[FIGURES_TEARDOWN].spread, 1, 40, 40, 40);
	is_spread(&m->srd_ok, 2, 525, 250, 800);
	is_spread(&m->srd_failed, 2, 250, 100, 400);
	is_spread(&m->sdd, 1, 40, 40, 40);
	is_spread(&m->sdt, 1, 30000, 30000, 30000);
	is_spread(&m->rrd, 1, 50, 50, 50);
	is_ratio(&m->ser, 2, 5);
	is_ratio(&m->seer, 3, 5);
	is_ratio(&m->isa, 1, 5);
	is_ratio(&m->scr, 1, 5);
	is_ratio(&m->ira, 0, 1);
	assert_string_equal(f->delays[FIGURES_PDD].key, "pdd");
	assert_int_equal(f->delays[FIGURES_PDD].histogram.bin_count > 0, 1);
	free(f);
	store_free(s);
}

static void a_row_is_of_who_answered(void **state)
{
	struct store *s = store_of(mixed, COUNT(mixed), 90000);
	struct figures *f = figures_of(s);
	const struct figures_row *b = &f->by_peer.rows[1];
	const struct figures_row *c = &f->by_peer.rows[0];

	(void)state;
	assert_int_equal(f->by_peer.count, 2);
	assert_string_equal(c->name, "192.0.2.3");
	assert_int_equal(c->members, 1);
	assert_int_equal(c->calls, 3);
	assert_int_equal(c->answered, 1);
	assert_int_equal(c->failed, 2);
	assert_int_equal(c->no_answer, 1);
	assert_int_equal(c->by_class[5], 1);
	assert_int_equal(c->worst_code, 503);
	assert_int_equal(c->worst_calls, 1);
	is_ratio(&c->ser, 1, 3);
	is_ratio(&c->isa, 1, 3);
	assert_string_equal(b->name, "192.0.2.2");
	assert_int_equal(b->calls, 2);
	assert_int_equal(b->worst_code, 486);
	is_ratio(&b->seer, 2, 2);
	assert_int_equal(b->pdd.n, 2);
	assert_int_equal(b->pdd.mean_ns, 175 * MS);
	assert_int_equal(b->srd.n, 1);
	assert_int_equal(b->srd.p95_ns, 250 * MS);
	assert_int_equal(f->by_trunk.count, 2);
	assert_string_equal(f->by_trunk.rows[0].name, "192.0.2.1 > 192.0.2.2");
	assert_int_equal(f->by_trunk.rows[0].calls, 3);
	assert_int_equal(f->fault_count, 2);
	assert_string_equal(f->faults[0].name, "192.0.2.3");
	assert_int_equal(f->faults[0].failed, 2);
	assert_int_equal(f->faults[1].failed, 1);
	free(f);
	store_free(s);
}

static void table_opens(const struct view *v, const struct figures_table *t)
{
	for (unsigned i = 0; i < t->count; i++)
		assert_int_equal(count_listed(v, t->rows[i].filter),
				 t->rows[i].calls);
}

static void every_row_opens_the_calls_behind_it(void **state)
{
	struct diagnosis diagnosis = { .limits = PHASE_LIMITS_DEFAULT };
	const struct statistics_options options = {
		.find = diagnosis_findings,
		.find_ctx = &diagnosis,
	};
	struct store *s = store_of(mixed, COUNT(mixed), 90000);
	const struct view *v = store_view(s);
	struct figures *f = figures_with(s, &options);

	(void)state;
	table_opens(v, &f->by_peer);
	table_opens(v, &f->by_trunk);
	table_opens(v, &f->by_agent);
	for (unsigned i = 0; i < f->fault_count; i++)
		assert_int_equal(count_listed(v, f->faults[i].filter),
				 f->faults[i].failed);
	for (unsigned i = 0; i < FIGURES_ANSWERS; i++)
		assert_int_equal(count_listed(v, f->answers[i].filter),
				 f->answers[i].calls);
	for (unsigned i = 0; i < f->code_count; i++)
		assert_int_equal(count_listed(v, f->codes[i].filter),
				 f->codes[i].calls);
	assert_int_equal(f->method_count, 4);
	for (unsigned i = 0; i < f->method_count; i++)
		assert_int_equal(count_listed(v, f->methods[i].filter),
				 f->methods[i].calls);
	assert_true(f->has_findings);
	assert_true(f->finding_count > 0);
	for (unsigned i = 0; i < f->finding_count; i++)
		assert_int_equal(count_listed(v, f->findings[i].filter),
				 f->findings[i].calls);
	free(f);
	store_free(s);
}

/* A name of 90 bytes with what a filter would take for its own. */
#define LONG_NAME                                                              \
	"x\\\"y 0123456789 0123456789 0123456789 0123456789 0123456789 "       \
	"0123456789 0123456789"

static void agents_are_told_apart_and_quoted(void **state)
{
	static const struct said calls[] = {
		SAY_IN("1", 0, 'A', 'B', "INVITE", "1 INVITE", "a", AGENT("P")),
		SAY_IN("2", 1, 'A', 'B', "INVITE", "1 INVITE", "b",
		       AGENT(LONG_NAME)),
		SAY_IN("3", 2, 'A', 'B', "INVITE", "1 INVITE", "c",
		       AGENT(LONG_NAME)),
		SAY_IN("4", 3, 'A', 'B', "INVITE", "1 INVITE", "d"),
	};
	struct store *s = store_of(calls, COUNT(calls), 10);
	struct figures *f = figures_of(s);

	(void)state;
	assert_int_equal(f->by_agent.count, 2);
	assert_int_equal(f->by_agent.rows[0].calls, 2);
	assert_string_equal(f->by_agent.rows[1].name, "P");
	assert_string_equal(f->by_agent.rows[1].filter,
			    "method == INVITE and agent == \"P\"");
	table_opens(store_view(s), &f->by_agent);
	free(f);
	store_free(s);
}

/* ---- over time */

static uint64_t calls_of(const struct figures_series *t)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < t->bin_count; i++)
		n += t->bins[i].calls;
	return n;
}

static uint64_t messages_of(const struct figures_series *t)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < t->bin_count; i++)
		n += t->bins[i].messages;
	return n;
}

static void bins_grow_until_all_times_have_one(void **state)
{
	struct store *s = store_of(mixed, COUNT(mixed), 90000);
	struct figures *f = figures_of(s);
	const struct figures_series *t = &f->by_time;

	(void)state;
	/* 35 s fit into 60 bins of a second. */
	assert_int_equal(t->bin_ns, 1000 * MS);
	assert_int_equal(t->begin_ns, TALK_MS(0));
	assert_int_equal(t->bin_count, 36);
	assert_int_equal(t->bins[0].calls, 1);
	assert_int_equal(t->bins[0].messages, 3);
	assert_int_equal(t->bins[0].answered, 1);
	assert_int_equal(t->bins[0].pdd_p95_ns, 250 * MS);
	assert_int_equal(t->bins[6].failed, 1);
	assert_int_equal(t->bins[8].pdd_n, 0);
	assert_int_equal(t->bins[20].calls, 1);
	assert_int_equal(t->bins[20].invites, 0);
	assert_int_equal(t->bins[35].messages, 2);
	assert_int_equal(calls_of(t), 6);
	assert_int_equal(messages_of(t), 18);
	free(f);
	store_free(s);
}

static void bins_double_their_length(void **state)
{
	static const struct said calls[] = {
		SAY_IN("1", 0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY_IN("2", 59000, 'A', 'B', "INVITE", "1 INVITE", "b"),
		SAY_IN("3", 60000, 'A', 'B', "INVITE", "1 INVITE", "c"),
		SAY_IN("4", 239999, 'A', 'B', "INVITE", "1 INVITE", "d"),
	};
	struct store *s = store_of(calls, COUNT(calls), 240000);
	struct figures *f = figures_of(s);

	(void)state;
	/* 1 s, 2 s, then 4 s: 240 s in 60 bins. */
	assert_int_equal(f->by_time.bin_ns, 4000 * MS);
	assert_int_equal(f->by_time.bin_count, 60);
	assert_int_equal(f->by_time.bins[0].calls, 1);
	assert_int_equal(f->by_time.bins[14].calls, 1);
	assert_int_equal(f->by_time.bins[15].calls, 1);
	assert_int_equal(f->by_time.bins[59].calls, 1);
	free(f);
	store_free(s);
}

static void the_last_hour_ends_with_the_latest_packet(void **state)
{
	static const struct said calls[] = {
		SAY_IN("1", 0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY_IN("2", 3600000, 'A', 'B', "INVITE", "1 INVITE", "b"),
		SAY_IN("3", 7170000, 'A', 'B', "INVITE", "1 INVITE", "c"),
	};
	struct store *s = store_of(calls, COUNT(calls), 7170000);
	struct figures *f = figures_of(s);
	const struct figures_series *t = &f->last_hour;

	(void)state;
	/* Whole minutes: 60:00 to 120:00; the present one is the last. */
	assert_int_equal(t->bin_ns, 60000 * MS);
	assert_int_equal(t->begin_ns, TALK_MS(3600000));
	assert_int_equal(t->bin_count, 60);
	assert_int_equal(t->bins[0].calls, 1);
	assert_int_equal(t->bins[59].calls, 1);
	assert_int_equal(calls_of(t), 2);
	free(f);
	store_free(s);
}

static void the_window_leaves_out_what_began_before(void **state)
{
	const struct statistics_options options = { .window_ns = 30000 * MS };
	struct store *s = store_of(mixed, COUNT(mixed), 36000);
	struct figures *f = figures_with(s, &options);

	(void)state;
	/* From 6 s on: all but the first. */
	assert_int_equal(f->calls, 5);
	assert_int_equal(f->answered, 1);
	assert_int_equal(f->looked_at, 6);
	assert_int_equal(f->delays[FIGURES_TALK].spread.n, 0);
	free(f);
	store_free(s);
}

/* ---- hostile */

static void a_clock_that_is_set_back_measures_nothing(void **state)
{
	static const struct said calls[] = {
		SAY_IN("1", 7200000, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY_IN("1", 100, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY_IN("1", 5000, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY_IN("2", 0, 'A', 'B', "INVITE", "1 INVITE", "b"),
		SAY_IN("2", 250, 'B', 'A', "486", "1 INVITE", "b", "t"),
	};
	struct store *s = store_of(calls, COUNT(calls), 7200000);
	struct figures *f = figures_of(s);

	(void)state;
	assert_int_equal(f->calls, 2);
	assert_int_equal(f->answered, 1);
	is_spread(&f->delays[FIGURES_PDD].spread, 1, 250, 250, 250);
	assert_int_equal(f->delays[FIGURES_SETUP].spread.n, 0);
	assert_int_equal(f->metrics.srd_ok.n, 0);
	assert_int_equal(f->begin_ns, TALK_MS(0));
	assert_int_equal(calls_of(&f->by_time), 2);
	assert_int_equal(messages_of(&f->by_time), 5);
	assert_true(f->by_time.begin_ns <= TALK_MS(0));
	free(f);
	store_free(s);
}

static void a_call_that_never_ends_has_no_duration(void **state)
{
	struct store *s = store_of(mixed, 4, 3600000);
	struct figures *f = figures_of(s);

	(void)state;
	assert_int_equal(f->answered, 1);
	assert_int_equal(f->failed, 0);
	assert_int_equal(f->delays[FIGURES_TALK].spread.n, 0);
	assert_int_equal(f->metrics.sdt.n, 0);
	is_ratio(&f->metrics.scr, 0, 1);
	free(f);
	store_free(s);
}

static void without_calls_nothing_is_measured(void **state)
{
	struct store *s = store_of(NULL, 0, 0);
	struct figures *f = figures_of(s);

	(void)state;
	assert_true(f->is_complete);
	assert_int_equal(f->calls, 0);
	assert_int_equal(f->by_peer.count, 0);
	assert_int_equal(f->by_time.bin_count, 0);
	assert_int_equal(f->delays[FIGURES_PDD].histogram.bin_count, 0);
	is_ratio(&f->metrics.ser, 0, 0);
	free(f);
	store_free(s);
}

static void say_from_anywhere(struct store *s, unsigned i, unsigned peers)
{
	unsigned peer = i % peers;
	struct endpoint from = { .address = { 10, 0, 0, 1 },
				 .port = 5060,
				 .family = 4 };
	struct endpoint to = { .address = { 172, (uint8_t)(peer >> 16),
					    (uint8_t)(peer >> 8),
					    (uint8_t)peer },
			       .port = 5060,
			       .family = 4 };
	struct flow flow = { from, to, TRANSPORT_UDP };
	struct sip_msg msg;
	struct tracked in = { .msg = &msg,
			      .flow = &flow,
			      .time_ns = TALK_MS(i),
			      .offset = PACKET_NO_OFFSET };
	char text[512];

	(void)snprintf(text, sizeof(text),
		       "INVITE sip:b@h SIP/2.0\r\n"
		       "Via: SIP/2.0/UDP h;branch=z9hG4bK%u\r\n"
		       "From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n"
		       "Call-ID: %u\r\nCSeq: 1 INVITE\r\n"
		       "User-Agent: %u\r\n"
		       "Content-Length: 0\r\n\r\n",
		       i, i, i);
	if (sip_msg_parse(&msg, slice_of(text)))
		tracker_push(s, &in);
}

/* 100,000 hosts once each, and among them one that is called again and again.
 */
static void a_flood_of_peers_stays_in_bounds(void **state)
{
	struct store *s = store_of(NULL, 0, 0);
	struct figures *f;
	const struct figures_table *t;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		say_from_anywhere(s, i, 100000);
		if (i % 100 == 0)
			say_from_anywhere(s, 1000000 + i, 1);
	}
	f = figures_of(s);
	t = &f->by_peer;
	assert_int_equal(f->invites, 101000);
	assert_int_equal(t->count, FIGURES_ROWS + 1);
	assert_string_equal(t->rows[0].name, "172.0.0.0");
	assert_int_equal(t->rows[0].calls, 1001);
	assert_string_equal(t->rows[FIGURES_ROWS].name, "");
	assert_string_equal(t->rows[FIGURES_ROWS].filter, "");
	assert_true(t->rows[FIGURES_ROWS].members_or_more);
	assert_int_equal(t->rows[FIGURES_ROWS].members, 4096 - 32 + 1);
	assert_int_equal(t->rows[FIGURES_ROWS].calls, 101000 - 1001 - 31);
	free(f);
	store_free(s);
}

static void few_others_are_counted_exactly(void **state)
{
	struct store *s = store_of(NULL, 0, 0);
	struct figures *f;

	(void)state;
	for (unsigned i = 0; i < 80; i++)
		say_from_anywhere(s, i, 40);
	f = figures_of(s);
	assert_int_equal(f->by_peer.count, FIGURES_ROWS + 1);
	assert_int_equal(f->by_peer.rows[FIGURES_ROWS].members, 8);
	assert_false(f->by_peer.rows[FIGURES_ROWS].members_or_more);
	assert_int_equal(f->by_peer.rows[FIGURES_ROWS].calls, 16);
	free(f);
	store_free(s);
}

/* ---- portions */

static void portions_count_what_one_walk_counts(void **state)
{
	const struct statistics_options options = { .filter = NULL };
	struct store *s = store_of(mixed, COUNT(mixed), 90000);
	const struct view *v = store_view(s);
	struct figures *whole = figures_of(s);
	struct figures *f = malloc(sizeof(*f));
	struct statistics *g = NULL;
	unsigned steps = 1;

	(void)state;
	assert_non_null(f);
	assert_int_equal(statistics_new(&g, &options), ERR_OK);
	while (statistics_step(g, v, 1)) {
		assert_true(statistics_read(g, v, f));
		assert_false(f->is_complete);
		assert_int_equal(f->looked_at, steps++);
	}
	assert_true(statistics_read(g, v, f));
	assert_int_equal(steps, 6);
	assert_memory_equal(f, whole, sizeof(*f));
	statistics_free(g);

	assert_int_equal(statistics_new(&g, &options), ERR_OK);
	for (const struct call *c = view_first(v); c != NULL;
	     c = view_next(v, c))
		statistics_take(g, v, c);
	assert_true(statistics_read(g, v, f));
	assert_memory_equal(f, whole, sizeof(*f));
	statistics_free(g);
	free(f);
	free(whole);
	store_free(s);
}

/* The call that was counted last is forgotten, and others come. */
static void forgotten_calls_do_not_stop_the_count(void **state)
{
	const struct statistics_options options = { .filter = NULL };
	struct store *s = store_of(mixed, 7, 10000);
	struct figures *f = malloc(sizeof(*f));
	struct statistics *g = NULL;

	(void)state;
	assert_non_null(f);
	assert_int_equal(statistics_new(&g, &options), ERR_OK);
	assert_true(statistics_step(g, store_view(s), 1));
	store_clear(s);
	for (size_t i = 7; i < COUNT(mixed); i++)
		talk_say(s, &mixed[i]);
	while (statistics_step(g, store_view(s), 1))
		continue;
	assert_true(statistics_read(g, store_view(s), f));
	assert_true(f->is_complete);
	/* "1" of before; since then "3", "4", "5", "6" and the end of "1" */
	assert_int_equal(f->calls, 6);
	statistics_free(g);
	free(f);
	store_free(s);
}

static void a_filter_says_which_calls_count(void **state)
{
	struct statistics_options options = { .filter = NULL };
	struct store *s = store_of(mixed, COUNT(mixed), 90000);
	struct problem problem;
	struct query *q = NULL;
	struct figures *f;

	(void)state;
	assert_int_equal(
		query_parse(&q, SLICE("final == 486"), NULL, NULL, &problem),
		ERR_OK);
	options.filter = q;
	f = figures_with(s, &options);
	assert_int_equal(f->looked_at, 6);
	assert_int_equal(f->calls, 1);
	is_ratio(&f->metrics.ser, 0, 1);
	assert_int_equal(f->all_messages, 18);
	free(f);
	query_free(q);
	store_free(s);
}

int main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_counted_by_how_they_went),
		cmocka_unit_test(delays_and_metrics_are_those_of_the_calls),
		cmocka_unit_test(a_row_is_of_who_answered),
		cmocka_unit_test(every_row_opens_the_calls_behind_it),
		cmocka_unit_test(agents_are_told_apart_and_quoted),
		cmocka_unit_test(bins_grow_until_all_times_have_one),
		cmocka_unit_test(bins_double_their_length),
		cmocka_unit_test(the_last_hour_ends_with_the_latest_packet),
		cmocka_unit_test(the_window_leaves_out_what_began_before),
		cmocka_unit_test(a_clock_that_is_set_back_measures_nothing),
		cmocka_unit_test(a_call_that_never_ends_has_no_duration),
		cmocka_unit_test(without_calls_nothing_is_measured),
		cmocka_unit_test(a_flood_of_peers_stays_in_bounds),
		cmocka_unit_test(few_others_are_counted_exactly),
		cmocka_unit_test(portions_count_what_one_walk_counts),
		cmocka_unit_test(forgotten_calls_do_not_stop_the_count),
		cmocka_unit_test(a_filter_says_which_calls_count),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
