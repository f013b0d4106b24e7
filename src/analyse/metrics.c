#include "sipmon/analyse/metrics.h"

#include <stdlib.h>

#include "caller.h"
#include "sipmon/analyse/histogram.h"
#include "sipmon/call/timing.h"
#include "sipmon/sip/method.h"

#define NO_TIME INT64_MIN

/* Dialogs of one attempt whose delay is taken; a fork has a few. */
#define HEARD_ROOM 8

enum delay {
	DELAY_RRD,
	DELAY_SRD_OK,
	DELAY_SRD_FAILED,
	DELAY_SDD,
	DELAY_SDT,
	DELAY_SDT_FAILED,
	DELAYS
};

enum ratio { RATIO_IRA, RATIO_SER, RATIO_SEER, RATIO_ISA, RATIO_SCR, RATIOS };

struct metrics {
	struct histogram delays[DELAYS];
	struct figures_ratio ratios[RATIOS];
	uint64_t sdd_refused;
	uint64_t sdd_unanswered;
};

/* ---- one call */

/* The first response of a dialog that says how the session request stands. */
struct heard {
	uint32_t dialog; /* 0 while its responses had no To tag */
	int64_t time_ns;
};

/* A request with all that is done to get it through. */
struct attempt {
	bool begun;
	bool other_from;  /* its From tag is not that of the call */
	bool try_again;   /* its final response says how to do better */
	uint16_t code;    /* of the final response; 0 while there is none */
	uint32_t cseq;    /* of its last request */
	uint32_t dialog;  /* that its 2xx made, where the call has several */
	int64_t begin_ns; /* RFC 6076 t1: the first request */
	int64_t last_ns;  /* the last request */
	int64_t final_ns;
	unsigned heard_count;
	struct heard heard[HEARD_ROOM];
};

struct walk {
	struct metrics *metrics;
	const struct view *view;
	const struct call *call;
	struct metrics_outcome *outcome;
	struct attempt invite;
	struct attempt registration;
	struct attempt bye;
	bool bye_is_callers; /* on his hop, and not on one further on */
	uint32_t dialog;     /* that the answer made, or 0 */
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

static bool has_other_from(const struct walk *w, const struct transaction *t)
{
	const struct captured_msg *m = view_msg(w->view, t->first_msg);

	return m != NULL && msg_is(m, MSG_OTHER_FROM);
}

/*
 * A client that tries another server keeps the CSeq, and a fork does so too
 * (RFC 3263 section 4.3).  One that uses a CSeq again after it was answered or
 * redirected begins anew, and so does one with another From tag.
 */
static bool is_same_request(const struct walk *w, const struct attempt *a,
			    const struct transaction *t)
{
	bool over =
		a->code >= 200 && a->code < 400 && t->request_ns > a->final_ns;

	return a->cseq == t->cseq && !over &&
	       a->other_from == has_other_from(w, t);
}

/* One that answers a challenge takes the next CSeq. */
static bool is_same_attempt(const struct walk *w, const struct attempt *a,
			    const struct transaction *t)
{
	return a->begun && (is_same_request(w, a, t) ||
			    (a->cseq != t->cseq && code_is_challenge(a->code) &&
			     transaction_is(t, TRANSACTION_AUTHORIZED)));
}

/* Section 3: recovery from an error belongs to the same measurement. */
static bool is_recovery(const struct attempt *a, const struct transaction *t)
{
	return a->try_again && t->cseq > a->cseq &&
	       t->request_ns >= a->final_ns &&
	       t->request_ns - a->final_ns < NO_ANSWER_NS;
}

static void begin_attempt(const struct walk *w, struct attempt *a,
			  const struct transaction *t)
{
	*a = (struct attempt){ .begun = true,
			       .other_from = has_other_from(w, t),
			       .cseq = t->cseq,
			       .begin_ns = t->request_ns };
}

/* The first 2xx of `t`; NULL if there is none. */
static const struct captured_msg *find_answer(const struct view *v,
					      const struct transaction *t)
{
	const struct captured_msg *m = view_msg(v, t->first_msg);

	while (m != NULL && (m->status < 200 || m->status >= 300))
		m = view_msg(v, m->next_in_transaction);
	return m;
}

static bool says_retry_after(const struct view *v, const struct transaction *t)
{
	for (const struct captured_msg *m = view_msg(v, t->first_msg);
	     m != NULL; m = view_msg(v, m->next_in_transaction))
		if (m->status == t->final_code && msg_is(m, MSG_RETRY_AFTER))
			return true;
	return false;
}

static bool is_one_of(uint16_t code, const uint16_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == code)
			return true;
	return false;
}

/*
 * RFC 3261 section 8.1.3.5 (413, 415, 416, 420) and 21.4.16 (421), RFC 4028
 * (422), RFC 3261 section 10.2.8 (423), RFC 3329 (494): the client is told how
 * to mend its request.  So it is by a 503 that says when.
 */
static bool asks_to_try_again(const struct view *v, const struct transaction *t)
{
	static const uint16_t mend[] = {
		413, 415, 416, 420, 421, 422, 423, 494
	};

	if (t->final_code == 503)
		return says_retry_after(v, t);
	return is_one_of(t->final_code, mend, sizeof(mend) / sizeof(mend[0]));
}

/* Of several branches the accepted one tells the result, else the last. */
static void follow_attempt(const struct walk *w, struct attempt *a,
			   const struct transaction *t)
{
	if (a->cseq != t->cseq)
		a->code = 0;
	a->cseq = t->cseq;
	a->last_ns = t->request_ns;
	if (t->final_code == 0 || (a->code >= 200 && a->code < 300))
		return;
	a->code = t->final_code;
	a->final_ns = t->final_ns;
	a->try_again = a->code >= 400 && asks_to_try_again(w->view, t);
	if (a->code < 300 && w->call->dialog_count > 1) {
		const struct captured_msg *m = find_answer(w->view, t);

		a->dialog = m != NULL ? m->dialog : 0;
	}
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

/* ---- INVITE: sections 4.3, 4.6 to 4.8 */

static void add_srd_ok(struct walk *w, int64_t end_ns)
{
	struct metrics_outcome *o = w->outcome;
	int64_t ns = end_ns - w->invite.begin_ns;

	histogram_add(&w->metrics->delays[DELAY_SRD_OK], ns);
	if (o->srd_count < METRICS_SRD_ROOM && ns >= 0)
		o->srd_ns[o->srd_count++] = ns;
}

/* Section 5.4: of a forked request the delay is taken for each dialog. */
static void add_srd(struct walk *w)
{
	const struct attempt *a = &w->invite;

	for (unsigned i = 0; i < a->heard_count; i++) {
		if (is_success(a))
			add_srd_ok(w, a->heard[i].time_ns);
		else
			add_delay(w, DELAY_SRD_FAILED, a->begin_ns,
				  a->heard[i].time_ns);
	}
	if (a->heard_count > 0)
		return;
	if (is_success(a))
		add_srd_ok(w, a->final_ns);
	else
		add_delay(w, DELAY_SRD_FAILED, a->begin_ns, a->final_ns);
}

static void count_share(struct walk *w, enum ratio r,
			struct figures_ratio *call, bool part)
{
	count_in(w, r, part);
	call->whole++;
	call->part += part;
}

/* `goes_on`: the next attempt recovers from its error. */
static void end_invite(struct walk *w, bool goes_on)
{
	static const uint16_t effective[] = { 200, 480, 486, 600, 603 };
	static const uint16_t ineffective[] = { 408, 500, 503, 504 };
	const struct attempt *a = &w->invite;
	struct metrics_outcome *o = w->outcome;

	if (!a->begun)
		return;
	count_share(w, RATIO_ISA, &o->isa, is_one_of(a->code, ineffective, 4));
	if (a->code < 300 || a->code >= 400) {
		count_share(w, RATIO_SER, &o->ser, a->code == 200);
		count_share(w, RATIO_SEER, &o->seer,
			    is_one_of(a->code, effective, 5));
	}
	w->metrics->ratios[RATIO_SCR].whole++;
	if (is_success(a) && w->answer_ns == NO_TIME) {
		w->answer_ns = a->final_ns;
		w->dialog = a->dialog;
	}
	if (is_success(a) || (is_failure(a) && !goes_on))
		add_srd(w);
}

static void hear(struct attempt *a, const struct captured_msg *m)
{
	for (unsigned i = 0; i < a->heard_count; i++)
		if (m->dialog == 0 || a->heard[i].dialog == m->dialog)
			return;
	/* The tag came later than the first response. */
	if (a->heard_count == 1 && a->heard[0].dialog == 0) {
		a->heard[0].dialog = m->dialog;
		return;
	}
	if (a->heard_count < HEARD_ROOM)
		a->heard[a->heard_count++] =
			(struct heard){ m->dialog, m->time_ns };
}

/* Provisional responses but 100, and in a fork the answer, too. */
static void hear_responses(struct walk *w, const struct transaction *t)
{
	struct attempt *a = &w->invite;
	bool forked = w->call->dialog_count > 1;

	/* The last phase is of 100 only where no other came. */
	if (!forked && (a->heard_count > 0 || t->phase_code <= 100))
		return;
	for (const struct captured_msg *m = view_msg(w->view, t->first_msg);
	     m != NULL; m = view_msg(w->view, m->next_in_transaction)) {
		if (m->status <= 100 || m->status >= 300)
			continue;
		hear(a, m);
		if (!forked)
			return;
	}
}

static void add_invite(struct walk *w, const struct transaction *t)
{
	if (transaction_is(t, TRANSACTION_IN_DIALOG) ||
	    !caller_sent(w->view, w->call, t))
		return;
	if (!is_same_attempt(w, &w->invite, t)) {
		const struct attempt before = w->invite;
		bool recovery = is_recovery(&before, t);

		end_invite(w, recovery);
		begin_attempt(w, &w->invite, t);
		/* Section 4.3: the delay goes on across a redirect. */
		if (recovery || (before.code >= 300 && before.code < 400))
			w->invite.begin_ns = before.begin_ns;
	}
	follow_attempt(w, &w->invite, t);
	hear_responses(w, t);
}

/* ---- REGISTER: sections 4.1 and 4.2 */

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
	if (!is_same_attempt(w, &w->registration, t)) {
		const struct attempt before = w->registration;

		end_registration(w);
		begin_attempt(w, &w->registration, t);
		if (is_recovery(&before, t))
			w->registration.begin_ns = before.begin_ns;
	}
	follow_attempt(w, &w->registration, t);
}

/* ---- BYE: sections 4.4, 4.5 and 4.9 */

/* The first that passes the caller, whoever sent it; else the first of all. */
static void add_bye(struct walk *w, const struct transaction *t)
{
	bool callers = caller_sent(w->view, w->call, t) ||
		       caller_got(w->view, w->call, t);

	if (timing_ends_another(w->view, t, w->dialog))
		return;
	if (!w->bye.begun || (callers && !w->bye_is_callers)) {
		begin_attempt(w, &w->bye, t);
		w->bye_is_callers = callers;
	} else if (callers != w->bye_is_callers ||
		   (!is_same_attempt(w, &w->bye, t) &&
		    !is_recovery(&w->bye, t))) {
		return;
	}
	follow_attempt(w, &w->bye, t);
}

static void end_bye(struct walk *w)
{
	const struct attempt *a = &w->bye;
	bool given_up = is_given_up(w, a);

	if (!a->begun)
		return;
	if (is_success(a))
		add_delay(w, DELAY_SDD, a->begin_ns, a->final_ns);
	w->metrics->sdd_refused += a->code >= 300;
	w->metrics->sdd_unanswered += given_up;
	if (w->answer_ns == NO_TIME)
		return;
	/* A clock that was set back has measured neither. */
	if (a->begin_ns >= w->answer_ns)
		add_delay(w, given_up ? DELAY_SDT_FAILED : DELAY_SDT,
			  w->answer_ns,
			  given_up ? a->last_ns + NO_ANSWER_NS : a->begin_ns);
	w->metrics->ratios[RATIO_SCR].part += a->code != 0;
}

/* Behind the INVITEs, so that their answer is known. */
static void add_byes(struct walk *w)
{
	for (const struct transaction *t =
		     view_transaction(w->view, w->call->first_transaction);
	     t != NULL; t = view_transaction(w->view, t->next))
		if (t->method == SIP_METHOD_BYE &&
		    transaction_is(t, TRANSACTION_REQUEST_SEEN))
			add_bye(w, t);
	end_bye(w);
}

void metrics_measure(struct metrics *m, const struct view *v,
		     const struct call *c, struct metrics_outcome *outcome)
{
	struct walk w = { .metrics = m,
			  .view = v,
			  .call = c,
			  .outcome = outcome,
			  .answer_ns = NO_TIME };
	bool bye = false;

	*outcome = (struct metrics_outcome){ .srd_count = 0 };
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
			bye = true;
	}
	end_invite(&w, false);
	end_registration(&w);
	if (bye)
		add_byes(&w);
}

void metrics_add(struct metrics *m, const struct view *v, const struct call *c)
{
	struct metrics_outcome unused;

	metrics_measure(m, v, c, &unused);
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
	struct figures_spread spread;

	histogram_spread(h, &spread);
	out->n = spread.n;
	out->mean_ns = spread.mean_ns;
	out->min_ns = spread.min_ns;
	out->max_ns = spread.max_ns;
	out->p50_ns = spread.p50_ns;
	out->p95_ns = spread.p95_ns;
	out->p99_ns = spread.p99_ns;
}

bool metrics_at(const struct metrics *m, unsigned i, struct metric *out)
{
	if (i >= sizeof(table) / sizeof(table[0]))
		return false;
	*out = (struct metric){ .key = table[i].key,
				.is_ratio = table[i].is_ratio };
	if (table[i].is_ratio) {
		const struct figures_ratio *s = &m->ratios[table[i].index];

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

void metrics_read(const struct metrics *m, struct figures_metrics *out)
{
	histogram_spread(&m->delays[DELAY_RRD], &out->rrd);
	histogram_spread(&m->delays[DELAY_SRD_OK], &out->srd_ok);
	histogram_spread(&m->delays[DELAY_SRD_FAILED], &out->srd_failed);
	histogram_spread(&m->delays[DELAY_SDD], &out->sdd);
	histogram_spread(&m->delays[DELAY_SDT], &out->sdt);
	histogram_spread(&m->delays[DELAY_SDT_FAILED], &out->sdt_failed);
	out->sdd_refused = m->sdd_refused;
	out->sdd_unanswered = m->sdd_unanswered;
	out->ira = m->ratios[RATIO_IRA];
	out->ser = m->ratios[RATIO_SER];
	out->seer = m->ratios[RATIO_SEER];
	out->isa = m->ratios[RATIO_ISA];
	out->scr = m->ratios[RATIO_SCR];
}
