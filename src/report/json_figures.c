#include "json_figures.h"

#include <stdio.h>

#include "sipmon/base/clock.h"

/* ---- values */

static void put_ns(struct json *j, const char *key, bool known, int64_t ns)
{
	if (known)
		json_put_ms(j, key, ns);
	else
		json_put_null(j, key);
}

static void put_time(struct json *j, const char *key, bool known, int64_t ns)
{
	char text[CLOCK_TEXT_BYTES];

	json_put_text(j, key, known ? clock_rfc3339(ns, text) : NULL);
}

/* "" is not known. */
static void put_word(struct json *j, const char *key, const char *text)
{
	json_put_text(j, key, text[0] != '\0' ? text : NULL);
}

/* The members of a spread, in an object that is open. */
static void put_spread(struct json *j, const struct figures_spread *s)
{
	bool known = s->n > 0;

	json_put_uint(j, "n", s->n);
	put_ns(j, "mean", known, s->mean_ns);
	put_ns(j, "min", known, s->min_ns);
	put_ns(j, "max", known, s->max_ns);
	put_ns(j, "p50", known, s->p50_ns);
	put_ns(j, "p95", known, s->p95_ns);
	put_ns(j, "p99", known, s->p99_ns);
}

static void put_times(struct json *j, const char *key,
		      const struct figures_spread *s)
{
	json_put_object(j, key);
	put_spread(j, s);
	json_put_object_end(j);
}

static void put_ratio(struct json *j, const char *key,
		      const struct figures_ratio *r)
{
	json_put_object(j, key);
	json_put_uint(j, "n", r->whole);
	if (r->whole == 0)
		json_put_null(j, "value");
	else
		json_put_double(j, "value",
				100.0 * (double)r->part / (double)r->whole);
	json_put_object_end(j);
}

static void put_code(struct json *j, const char *key, uint16_t code)
{
	if (code == 0)
		json_put_null(j, key);
	else
		json_put_uint(j, key, code);
}

/* ---- RFC 6076 */

void json_figures_metrics(struct json *j, const struct figures *f)
{
	const struct figures_metrics *m = &f->metrics;

	put_times(j, "rrd_ms", &m->rrd);
	put_ratio(j, "ira_percent", &m->ira);
	put_times(j, "srd_ok_ms", &m->srd_ok);
	put_times(j, "srd_failed_ms", &m->srd_failed);
	put_times(j, "sdd_ms", &m->sdd);
	put_times(j, "sdt_ms", &m->sdt);
	put_ratio(j, "ser_percent", &m->ser);
	put_ratio(j, "seer_percent", &m->seer);
	put_ratio(j, "isa_percent", &m->isa);
	put_ratio(j, "scr_percent", &m->scr);
}

/* ---- delays */

static void put_histogram(struct json *j, const struct figures_histogram *h)
{
	json_put_object(j, "histogram");
	json_put_array(j, "bounds_ms");
	for (unsigned i = 0; h->bin_count > 0 && i <= h->bin_count; i++)
		json_put_ms(j, NULL, h->bounds_ns[i]);
	json_put_array_end(j);
	json_put_array(j, "counts");
	for (unsigned i = 0; i < h->bin_count; i++)
		json_put_uint(j, NULL, h->counts[i]);
	json_put_array_end(j);
	json_put_object_end(j);
}

static void put_delays(struct json *j, const struct figures *f)
{
	json_put_object(j, "delays");
	for (unsigned i = 0; i < FIGURES_DELAYS; i++) {
		const struct figures_delay *d = &f->delays[i];
		char key[32];

		(void)snprintf(key, sizeof(key), "%s_ms", d->key);
		json_put_object(j, key);
		put_spread(j, &d->spread);
		put_histogram(j, &d->histogram);
		json_put_object_end(j);
	}
	json_put_object_end(j);
}

/* ---- what calls got */

static void put_answers(struct json *j, const struct figures *f)
{
	json_put_object(j, "answers");
	for (unsigned i = 0; i < FIGURES_ANSWERS; i++)
		json_put_uint(j, f->answers[i].name, f->answers[i].calls);
	json_put_object_end(j);
}

static void put_methods(struct json *j, const struct figures *f)
{
	json_put_array(j, "methods");
	for (unsigned i = 0; i < f->method_count; i++) {
		const struct figures_method *m = &f->methods[i];

		json_put_object(j, NULL);
		json_put_text(j, "method", m->name);
		put_word(j, "filter", m->filter);
		json_put_uint(j, "requests", m->requests);
		json_put_uint(j, "calls", m->calls);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void put_codes(struct json *j, const struct figures *f)
{
	json_put_array(j, "codes");
	for (unsigned i = 0; i < f->code_count; i++) {
		const struct figures_code *c = &f->codes[i];

		json_put_object(j, NULL);
		json_put_uint(j, "code", c->code);
		put_word(j, "filter", c->filter);
		json_put_uint(j, "responses", c->responses);
		json_put_uint(j, "calls", c->calls);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

/* ---- tables */

static void put_classes(struct json *j, const uint64_t by_class[7])
{
	static const char *const names[7] = {
		[2] = "2xx", [3] = "3xx", [4] = "4xx", [5] = "5xx", [6] = "6xx"
	};

	json_put_object(j, "finals");
	for (unsigned i = 2; i < 7; i++)
		json_put_uint(j, names[i], by_class[i]);
	json_put_object_end(j);
}

static void put_row(struct json *j, const struct figures_row *r)
{
	json_put_object(j, NULL);
	put_word(j, "name", r->name);
	put_word(j, "filter", r->filter);
	json_put_uint(j, "members", r->members);
	json_put_bool(j, "members_or_more", r->members_or_more);
	json_put_uint(j, "calls", r->calls);
	json_put_uint(j, "answered", r->answered);
	json_put_uint(j, "failed", r->failed);
	json_put_uint(j, "no_answer", r->no_answer);
	put_classes(j, r->by_class);
	put_ratio(j, "ser_percent", &r->ser);
	put_ratio(j, "seer_percent", &r->seer);
	put_ratio(j, "isa_percent", &r->isa);
	put_times(j, "pdd_ms", &r->pdd);
	put_times(j, "srd_ok_ms", &r->srd);
	put_code(j, "worst_code", r->worst_code);
	json_put_uint(j, "worst_calls", r->worst_calls);
	json_put_object_end(j);
}

static void put_table(struct json *j, const char *key,
		      const struct figures_table *t)
{
	json_put_array(j, key);
	for (unsigned i = 0; i < t->count; i++)
		put_row(j, &t->rows[i]);
	json_put_array_end(j);
}

static void put_faults(struct json *j, const struct figures *f)
{
	json_put_array(j, "failing_peers");
	for (unsigned i = 0; i < f->fault_count; i++) {
		const struct figures_fault *x = &f->faults[i];

		json_put_object(j, NULL);
		put_word(j, "name", x->name);
		put_word(j, "filter", x->filter);
		json_put_uint(j, "calls", x->calls);
		json_put_uint(j, "failed", x->failed);
		put_code(j, "worst_code", x->worst_code);
		json_put_uint(j, "worst_calls", x->worst_calls);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

/* ---- over time */

static void put_series(struct json *j, const char *key,
		       const struct figures_series *s)
{
	json_put_object(j, key);
	put_time(j, "start", s->bin_count > 0, s->begin_ns);
	put_ns(j, "bin_ms", s->bin_count > 0, s->bin_ns);
	json_put_array(j, "bins");
	for (unsigned i = 0; i < s->bin_count; i++) {
		const struct figures_bin *b = &s->bins[i];

		json_put_object(j, NULL);
		json_put_uint(j, "calls", b->calls);
		json_put_uint(j, "invites", b->invites);
		json_put_uint(j, "answered", b->answered);
		json_put_uint(j, "failed", b->failed);
		json_put_uint(j, "messages", b->messages);
		put_ns(j, "pdd_p95_ms", b->pdd_n > 0, b->pdd_p95_ns);
		json_put_object_end(j);
	}
	json_put_array_end(j);
	json_put_object_end(j);
}

/* ---- the whole */

static void put_rate(struct json *j, const char *key, double rate)
{
	if (rate > 0)
		json_put_double(j, key, rate);
	else
		json_put_null(j, key);
}

static void put_totals(struct json *j, const struct figures *f)
{
	const struct figures_metrics *m = &f->metrics;

	put_time(j, "start", f->calls > 0, f->begin_ns);
	put_time(j, "end", f->calls > 0, f->end_ns);
	json_put_uint(j, "calls", f->calls);
	json_put_uint(j, "invites", f->invites);
	json_put_uint(j, "answered", f->answered);
	json_put_uint(j, "failed", f->failed);
	json_put_uint(j, "messages", f->messages);
	put_rate(j, "calls_per_second", f->calls_per_second);
	put_rate(j, "messages_per_second", f->messages_per_second);
	json_put_double(j, "error_percent", f->error_percent);
	json_put_double(j, "row_error_percent", f->row_error_percent);
	put_times(j, "sdt_failed_ms", &m->sdt_failed);
	json_put_uint(j, "bye_refused", m->sdd_refused);
	json_put_uint(j, "bye_unanswered", m->sdd_unanswered);
}

void json_figures(struct json *j, const struct figures *f)
{
	if (f == NULL) {
		json_put_null(j, "statistics");
		return;
	}
	json_put_object(j, "statistics");
	put_totals(j, f);
	put_delays(j, f);
	put_answers(j, f);
	put_methods(j, f);
	put_codes(j, f);
	put_table(j, "by_peer", &f->by_peer);
	put_table(j, "by_trunk", &f->by_trunk);
	put_table(j, "by_agent", &f->by_agent);
	put_faults(j, f);
	put_series(j, "by_time", &f->by_time);
	put_series(j, "last_hour", &f->last_hour);
	json_put_object_end(j);
}
