#include "sipmon/analyse/metrics.h"

#include <stdlib.h>

#include "caller.h"
#include "sipmon/analyse/histogram.h"
#include "sipmon/sip/method.h"

#define NO_TIME INT64_MIN

enum delay {
	DELAY_RRD,
	DELAY_SRD_OK,
	DELAY_SRD_FAILED,
	DELAY_SDD,
	DELAY_SDT,
	DELAYS
};

enum ratio { RATIO_IRA, RATIO_SER, RATIO_SEER, RATIO_ISA, RATIO_SCR, RATIOS };

struct share {
	uint64_t part;
	uint64_t whole;
};

struct metrics {
	struct histogram delays[DELAYS];
	struct share ratios[RATIOS];
};

/* ---- one call */

/* A request with all that is done to get it through. */
struct attempt {
	bool begun;
	uint16_t code;      /* of the final response; 0 while there is none */
	uint32_t cseq;      /* of its last request */
	int64_t begin_ns;   /* RFC 6076 t1: the first request */
	int64_t last_ns;    /* the last request */
	int64_t ringing_ns; /* first provisional but 100, or NO_TIME */
	int64_t final_ns;
};

struct walk {
	struct metrics *metrics;
	const struct view *view;
	const struct call *call;
	struct attempt invite;
	struct attempt registration;
	struct attempt bye;
	bool bye_is_callers; /* on his hop, and not on one further on */
	int64_t answer_ns;   /* NO_TIME before */
};

static void add_delay(struct walk *w, enum delay d, int64_t begin_ns,
		      int64_t end_ns)
{
	histogram_add(&w->metrics->delays[d], end_ns - begin_ns);
}

static void count_in(struct walk *w, enum ratio r, bool part)
{
	w->metrics->ratios[r].whole++;
	w->metrics->ratios[r].part += part;
}

/* A client that tries another server keeps the CSeq, and a fork does so too
 * (RFC 3263 section 4.3); one that answers a challenge takes the next. */
static bool is_same_attempt(const struct attempt *a,
			    const struct transaction *t)
{
	return a->begun && (a->cseq == t->cseq ||
			    (code_is_challenge(a->code) &&
			     transaction_is(t, TRANSACTION_AUTHORIZED)));
}

static void begin_attempt(struct attempt *a, const struct transaction *t)
{
	*a = (struct attempt){ .begun = true,
			       .cseq = t->cseq,
			       .begin_ns = t->request_ns,
			       .ringing_ns = NO_TIME };
}

/* Of several branches the accepted one tells the result, else the last. */
static void follow_attempt(struct attempt *a, const struct transaction *t)
{
	if (a->cseq != t->cseq)
		a->code = 0;
	a->cseq = t->cseq;
	a->last_ns = t->request_ns;
	if (t->final_code == 0 || (a->code >= 200 && a->code < 300))
		return;
	a->code = t->final_code;
	a->final_ns = t->final_ns;
}

static bool is_success(const struct attempt *a)
{
	return a->code >= 200 && a->code < 300;
}

/* RFC 6076 section 4.2: 4xx but 401, 402, 407; 5xx; 6xx. */
static bool is_failure(const struct attempt *a)
{
	return a->code >= 400 && a->code != 401 && a->code != 402 &&
	       a->code != 407;
}

static bool is_given_up(const struct walk *w, const struct attempt *a)
{
	return a->code == 0 &&
	       view_now_ns(w->view) - a->last_ns >= NO_ANSWER_NS;
}

static bool is_one_of(uint16_t code, const uint16_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == code)
			return true;
	return false;
}

/* Sections 4.3, 4.6 to 4.8. */
static void end_invite(struct walk *w)
{
	static const uint16_t effective[] = { 200, 480, 486, 600, 603 };
	static const uint16_t ineffective[] = { 408, 500, 503, 504 };
	const struct attempt *a = &w->invite;
	int64_t heard = a->ringing_ns != NO_TIME ? a->ringing_ns : a->final_ns;

	if (!a->begun)
		return;
	count_in(w, RATIO_ISA, is_one_of(a->code, ineffective, 4));
	if (a->code < 300 || a->code >= 400) {
		count_in(w, RATIO_SER, a->code == 200);
		count_in(w, RATIO_SEER, is_one_of(a->code, effective, 5));
	}
	w->metrics->ratios[RATIO_SCR].whole++;
	if (is_success(a)) {
		add_delay(w, DELAY_SRD_OK, a->begin_ns, heard);
		if (w->answer_ns == NO_TIME)
			w->answer_ns = a->final_ns;
	} else if (is_failure(a)) {
		add_delay(w, DELAY_SRD_FAILED, a->begin_ns, heard);
	}
}

static void mark_ringing(struct walk *w, const struct transaction *t)
{
	const struct captured_msg *m;

	/* The last phase is of 100 only where no other came. */
	if (w->invite.ringing_ns != NO_TIME || t->phase_code <= 100)
		return;
	for (m = view_msg(w->view, t->first_msg); m != NULL;
	     m = view_msg(w->view, m->next_in_transaction)) {
		if (m->status <= 100 || m->status >= 200)
			continue;
		w->invite.ringing_ns = m->time_ns;
		return;
	}
}

static void add_invite(struct walk *w, const struct transaction *t)
{
	if (transaction_is(t, TRANSACTION_IN_DIALOG) ||
	    !caller_sent(w->view, w->call, t))
		return;
	if (!is_same_attempt(&w->invite, t)) {
		const struct attempt before = w->invite;

		end_invite(w);
		begin_attempt(&w->invite, t);
		/* Section 4.3: the delay goes on across a redirect. */
		if (before.code >= 300 && before.code < 400)
			w->invite.begin_ns = before.begin_ns;
	}
	follow_attempt(&w->invite, t);
	mark_ringing(w, t);
}

/* Sections 4.1 and 4.2. */
static void end_registration(struct walk *w)
{
	const struct attempt *a = &w->registration;

	if (!a->begun)
		return;
	count_in(w, RATIO_IRA, is_failure(a) || is_given_up(w, a));
	if (is_success(a))
		add_delay(w, DELAY_RRD, a->begin_ns, a->final_ns);
}

static void add_registration(struct walk *w, const struct transaction *t)
{
	if (!caller_sent(w->view, w->call, t))
		return;
	if (!is_same_attempt(&w->registration, t)) {
		end_registration(w);
		begin_attempt(&w->registration, t);
	}
	follow_attempt(&w->registration, t);
}

/* The first that passes the caller, whoever sent it; else the first of all. */
static void add_bye(struct walk *w, const struct transaction *t)
{
	bool callers = caller_sent(w->view, w->call, t) ||
		       caller_got(w->view, w->call, t);

	if (!w->bye.begun || (callers && !w->bye_is_callers)) {
		begin_attempt(&w->bye, t);
		w->bye_is_callers = callers;
	} else if (callers != w->bye_is_callers ||
		   !is_same_attempt(&w->bye, t)) {
		return;
	}
	follow_attempt(&w->bye, t);
}

/* Sections 4.4, 4.5 and 4.9. */
static void end_bye(struct walk *w)
{
	const struct attempt *a = &w->bye;

	if (!a->begun)
		return;
	if (is_success(a))
		add_delay(w, DELAY_SDD, a->begin_ns, a->final_ns);
	if (w->answer_ns == NO_TIME)
		return;
	if (!is_given_up(w, a))
		add_delay(w, DELAY_SDT, w->answer_ns, a->begin_ns);
	w->metrics->ratios[RATIO_SCR].part += a->code != 0;
}

void metrics_add(struct metrics *m, const struct view *v, const struct call *c)
{
	struct walk w = {
		.metrics = m, .view = v, .call = c, .answer_ns = NO_TIME
	};

	for (const struct transaction *t =
		     view_transaction(v, c->first_transaction);
	     t != NULL; t = view_transaction(v, t->next)) {
		if (!transaction_is(t, TRANSACTION_REQUEST_SEEN))
			continue;
		if (t->method == SIP_METHOD_INVITE)
			add_invite(&w, t);
		else if (t->method == SIP_METHOD_REGISTER)
			add_registration(&w, t);
		else if (t->method == SIP_METHOD_BYE)
			add_bye(&w, t);
	}
	end_invite(&w);
	end_registration(&w);
	end_bye(&w);
}

/* ---- all calls */

enum err metrics_new(struct metrics **out)
{
	struct metrics *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return ERR_NOMEM;
	*out = m;
	return ERR_OK;
}

void metrics_free(struct metrics *m)
{
	free(m);
}

/* In the order of the report. */
/* clang-format off */
static const struct {
	const char *key;
	bool is_ratio;
	unsigned index; /* enum ratio or enum delay */
} table[] = {
	{ "rrd_ms",        false, DELAY_RRD },
	{ "ira_percent",   true,  RATIO_IRA },
	{ "srd_ok_ms",     false, DELAY_SRD_OK },
	{ "srd_failed_ms", false, DELAY_SRD_FAILED },
	{ "sdd_ms",        false, DELAY_SDD },
	{ "sdt_ms",        false, DELAY_SDT },
	{ "ser_percent",   true,  RATIO_SER },
	{ "seer_percent",  true,  RATIO_SEER },
	{ "isa_percent",   true,  RATIO_ISA },
	{ "scr_percent",   true,  RATIO_SCR },
};
/* clang-format on */

static void fill_delay(const struct histogram *h, struct metric *out)
{
	out->n = h->count;
	out->mean_ns = histogram_mean(h);
	out->min_ns = h->min_ns;
	out->max_ns = h->max_ns;
	out->p50_ns = histogram_percentile(h, 50);
	out->p95_ns = histogram_percentile(h, 95);
	out->p99_ns = histogram_percentile(h, 99);
}

bool metrics_at(const struct metrics *m, unsigned i, struct metric *out)
{
	if (i >= sizeof(table) / sizeof(table[0]))
		return false;
	*out = (struct metric){ .key = table[i].key,
				.is_ratio = table[i].is_ratio };
	if (table[i].is_ratio) {
		const struct share *s = &m->ratios[table[i].index];

		out->n = s->whole;
		if (s->whole > 0)
			out->percent =
				100.0 * (double)s->part / (double)s->whole;
	} else {
		fill_delay(&m->delays[table[i].index], out);
	}
	return true;
}

static void write_delay(const struct metric *x, struct json *j)
{
	const struct {
		const char *key;
		int64_t ns;
	} members[] = {
		{ "mean", x->mean_ns }, { "min", x->min_ns },
		{ "max", x->max_ns },   { "p50", x->p50_ns },
		{ "p95", x->p95_ns },   { "p99", x->p99_ns },
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (x->n == 0)
			json_put_null(j, members[i].key);
		else
			json_put_ms(j, members[i].key, members[i].ns);
	}
}

void metrics_write_json(const struct metrics *m, struct json *j)
{
	struct metric x;

	for (unsigned i = 0; metrics_at(m, i, &x); i++) {
		json_put_object(j, x.key);
		json_put_uint(j, "n", x.n);
		if (!x.is_ratio)
			write_delay(&x, j);
		else if (x.n == 0)
			json_put_null(j, "value");
		else
			json_put_double(j, "value", x.percent);
		json_put_object_end(j);
	}
}
