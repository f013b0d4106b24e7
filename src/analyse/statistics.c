#include "sipmon/analyse/statistics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/analyse/histogram.h"
#include "sipmon/analyse/metrics.h"
#include "sipmon/base/clock.h"
#include "sipmon/call/state.h"
#include "sipmon/call/timing.h"
#include "sipmon/sip/method.h"
#include "statistics_rows.h"
#include "statistics_time.h"

/* Calls of one portion where nobody else is waiting. */
#define PORTION 1024

#define MINUTE_NS (60 * CLOCK_SECOND_NS)

/* Ids of methods: registered ones and names of strangers (tracker.c). */
#define METHODS_MAX 512

struct kind_count {
	const char *kind;
	enum finding_severity severity;
	uint64_t calls;
};

struct statistics {
	struct statistics_options options;
	bool begun;
	bool done;
	uint64_t looked_at;
	uint64_t last_id; /* the call that was looked at last */
	int64_t last_start_ns;
	int64_t least_start_ns; /* of the window */

	uint64_t calls;
	uint64_t invites;
	uint64_t answered;
	uint64_t failed;
	uint64_t messages;
	int64_t begin_ns;
	int64_t end_ns;

	struct metrics *metrics;
	struct rows *rows;
	struct histogram delays[FIGURES_DELAYS];
	uint64_t answers[FIGURES_ANSWERS];
	uint64_t by_method[METHODS_MAX];
	uint64_t by_final[VIEW_CODES];
	struct time_bins by_time;
	struct time_bins last_hour;
	unsigned kind_count;
	struct kind_count kinds[FIGURES_FINDINGS];
	struct finding found[FINDING_ROOM];
};

enum err statistics_new(struct statistics **out,
			const struct statistics_options *options)
{
	struct statistics *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	s->options = *options;
	if (metrics_new(&s->metrics) || rows_new(&s->rows)) {
		statistics_free(s);
		return ERR_NOMEM;
	}
	*out = s;
	return ERR_OK;
}

void statistics_free(struct statistics *s)
{
	if (s == NULL)
		return;
	metrics_free(s->metrics);
	rows_free(s->rows);
	free(s);
}

/* ---- the tables of names */

/* clang-format off */
static const struct {
	const char *key;
	const char *title;
	const char *field; /* of query.h */
	size_t at;         /* in struct timing */
} delays[FIGURES_DELAYS] = {
#define AT(member) offsetof(struct timing, member)
	[FIGURES_TRYING]      = { "trying",      "Trying",      "trying",   AT(trying_ns) },
	[FIGURES_PDD]         = { "pdd",         "PDD",         "pdd",      AT(pdd_ns) },
	[FIGURES_TO_180]      = { "to_180",      "To 180",      NULL,       AT(to_180_ns) },
	[FIGURES_TO_181]      = { "to_181",      "To 181",      NULL,       AT(to_181_ns) },
	[FIGURES_TO_182]      = { "to_182",      "To 182",      NULL,       AT(to_182_ns) },
	[FIGURES_TO_183]      = { "to_183",      "To 183",      NULL,       AT(to_183_ns) },
	[FIGURES_TO_199]      = { "to_199",      "To 199",      NULL,       AT(to_199_ns) },
	[FIGURES_SETUP]       = { "setup",       "Setup",       "setup",    AT(setup_ns) },
	[FIGURES_FAILURE]     = { "failure",     "Failure",     "failure",  AT(failure_ns) },
	[FIGURES_RING]        = { "ring",        "Ring",        "ring",     AT(ring_ns) },
	[FIGURES_EARLY_MEDIA] = { "early_media", "Early media", NULL,       AT(early_media_ns) },
	[FIGURES_FIRST_RTP]   = { "first_rtp",   "First RTP",   NULL,       AT(first_rtp_ns) },
	[FIGURES_TALK]        = { "talk",        "Talk",        "talk",     AT(talk_ns) },
	[FIGURES_TEARDOWN]    = { "teardown",    "Teardown",    "teardown", AT(teardown_ns) },
	[FIGURES_PRACK]       = { "prack",       "PRACK",       NULL,       AT(prack_ns) },
	[FIGURES_UPDATE]      = { "update",      "UPDATE",      NULL,       AT(update_ns) },
#undef AT
};

#define INVITES "method == INVITE and "

static const struct {
	const char *name;
	uint16_t code; /* a provisional one that stands for itself, or 0 */
	const char *filter;
} answers[FIGURES_ANSWERS] = {
	[FIGURES_GOT_100]  = { "100",  100, INVITES "code == 100" },
	[FIGURES_GOT_180]  = { "180",  180, INVITES "code == 180" },
	[FIGURES_GOT_181]  = { "181",  181, INVITES "code == 181" },
	[FIGURES_GOT_182]  = { "182",  182, INVITES "code == 182" },
	[FIGURES_GOT_183]  = { "183",  183, INVITES "code == 183" },
	[FIGURES_GOT_199]  = { "199",  199, INVITES "code == 199" },
	[FIGURES_GOT_2XX]  = { "2xx",  0,   INVITES "final >= 200 and final < 300" },
	[FIGURES_GOT_3XX]  = { "3xx",  0,   INVITES "final >= 300 and final < 400" },
	[FIGURES_GOT_4XX]  = { "4xx",  0,   INVITES "final >= 400 and final < 500" },
	[FIGURES_GOT_5XX]  = { "5xx",  0,   INVITES "final >= 500 and final < 600" },
	[FIGURES_GOT_6XX]  = { "6xx",  0,   INVITES "final >= 600" },
	[FIGURES_GOT_NONE] = { "none", 0,   INVITES "state == no-answer" },
};
/* clang-format on */

/* ---- one call */

/* Counts its messages where they belong; returns which of the provisional
 * responses of `answers` came, as bits. */
static unsigned walk_messages(struct statistics *s, const struct view *v,
			      const struct call *c)
{
	unsigned got = 0;
	struct time_bin *bin;

	for (const struct captured_msg *m = view_msg(v, c->first_msg);
	     m != NULL; m = view_msg(v, m->next)) {
		time_bins_at(&s->by_time, m->time_ns)->messages++;
		bin = time_bins_at(&s->last_hour, m->time_ns);
		if (bin != NULL)
			bin->messages++;
		if (m->status < 100 || m->status > 199)
			continue;
		for (unsigned i = 0; i <= FIGURES_GOT_199; i++)
			if (answers[i].code == m->status)
				got |= 1U << i;
	}
	return got;
}

static void add_to_bin(struct time_bin *b, const struct row_sample *r,
		       bool is_invite)
{
	if (b == NULL)
		return;
	b->calls++;
	if (!is_invite)
		return;
	b->invites++;
	b->answered += state_is_answered(r->state);
	b->failed += state_is_failed(r->state);
	time_bin_add_pdd(b, r->pdd_ns);
}

static int64_t delay_at(const struct timing *t, enum figures_delay_kind i)
{
	int64_t ns;

	memcpy(&ns, (const char *)t + delays[i].at, sizeof(ns));
	return ns;
}

static void count_answers(struct statistics *s, const struct row_sample *r,
			  unsigned got)
{
	for (unsigned i = 0; i <= FIGURES_GOT_199; i++)
		s->answers[i] += got >> i & 1;
	if (r->final >= 200 && r->final < 700)
		s->answers[FIGURES_GOT_2XX + r->final / 100 - 2]++;
	s->answers[FIGURES_GOT_NONE] += r->state == CALL_STATE_NO_ANSWER;
	if (r->final > 0 && r->final < VIEW_CODES)
		s->by_final[r->final]++;
	s->invites++;
	s->answered += state_is_answered(r->state);
	s->failed += state_is_failed(r->state);
}

static struct kind_count *find_kind(struct statistics *s, const char *kind)
{
	for (unsigned i = 0; i < s->kind_count; i++)
		if (s->kinds[i].kind == kind ||
		    strcmp(s->kinds[i].kind, kind) == 0)
			return &s->kinds[i];
	if (s->kind_count == FIGURES_FINDINGS)
		return NULL;
	s->kinds[s->kind_count] = (struct kind_count){ .kind = kind };
	return &s->kinds[s->kind_count++];
}

/* A call has at most one finding of a kind. */
static void count_findings(struct statistics *s, const struct view *v,
			   const struct call *c)
{
	unsigned n;

	if (s->options.find == NULL)
		return;
	n = s->options.find(s->options.find_ctx, v, c, s->found, FINDING_ROOM);
	for (unsigned i = 0; i < n; i++) {
		struct kind_count *k = find_kind(s, s->found[i].kind);

		if (k == NULL)
			continue;
		k->calls++;
		if (s->found[i].severity > k->severity)
			k->severity = s->found[i].severity;
	}
}

static void count_call(struct statistics *s, const struct view *v,
		       const struct call *c)
{
	bool is_invite = c->method == SIP_METHOD_INVITE;
	unsigned got = walk_messages(s, v, c);
	struct row_sample r = { .pdd_ns = TIMING_NONE };

	metrics_measure(s->metrics, v, c, &r.outcome);
	if (is_invite) {
		struct timing t = timing_of(v, c);

		for (unsigned i = 0; i < FIGURES_DELAYS; i++) {
			int64_t ns = delay_at(&t, i);

			/* Most are TIMING_NONE. */
			if (ns >= 0)
				histogram_add(&s->delays[i], ns);
		}
		r.pdd_ns = t.pdd_ns;
		r.state = call_state(v, c);
		r.final = call_final_code(v, c);
		count_answers(s, &r, got);
		rows_add(s->rows, v, c, &r);
	}
	add_to_bin(time_bins_at(&s->by_time, c->start_ns), &r, is_invite);
	add_to_bin(time_bins_at(&s->last_hour, c->start_ns), &r, is_invite);
	count_findings(s, v, c);
	if (c->method < METHODS_MAX)
		s->by_method[c->method]++;
	if (s->calls == 0 || c->start_ns < s->begin_ns)
		s->begin_ns = c->start_ns;
	if (s->calls == 0 || c->end_ns > s->end_ns)
		s->end_ns = c->end_ns;
	s->calls++;
	s->messages += c->message_count;
}

/* ---- portions */

/*
 * The call behind the one that was looked at last.  If that was forgotten
 * meanwhile, the first that began later: they stand in the order of their
 * first message, but for a clock that was set back.
 */
static const struct call *next_call(const struct statistics *s,
				    const struct view *v)
{
	const struct call *c;

	if (s->last_id == CALL_ID_NONE)
		return view_first(v);
	c = view_call(v, s->last_id);
	if (c != NULL)
		return view_next(v, c);
	for (c = view_first(v); c != NULL && c->start_ns <= s->last_start_ns;)
		c = view_next(v, c);
	return c;
}

static void begin(struct statistics *s, const struct view *v)
{
	int64_t now = view_now_ns(v);

	s->begun = true;
	s->least_start_ns = INT64_MIN;
	if (s->options.window_ns > 0 && now > INT64_MIN + s->options.window_ns)
		s->least_start_ns = now - s->options.window_ns;
	time_bins_fix(&s->last_hour, MINUTE_NS, now);
}

bool statistics_step(struct statistics *s, const struct view *v, size_t calls)
{
	const struct call *c;

	if (!s->begun)
		begin(s, v);
	c = next_call(s, v);
	for (; c != NULL && calls > 0; calls--) {
		s->looked_at++;
		s->last_id = c->id;
		s->last_start_ns = c->start_ns;
		if (c->start_ns >= s->least_start_ns &&
		    (s->options.filter == NULL ||
		     query_matches(s->options.filter, v, c)))
			count_call(s, v, c);
		c = view_next(v, c);
	}
	s->done = c == NULL;
	return !s->done;
}

void statistics_take(struct statistics *s, const struct view *v,
		     const struct call *c)
{
	if (!s->begun)
		begin(s, v);
	s->looked_at++;
	s->done = true;
	count_call(s, v, c);
}

/* ---- what was counted */

static void read_delays(const struct statistics *s, struct figures *out)
{
	for (unsigned i = 0; i < FIGURES_DELAYS; i++) {
		struct figures_delay *d = &out->delays[i];

		d->key = delays[i].key;
		d->title = delays[i].title;
		d->field = delays[i].field;
		histogram_spread(&s->delays[i], &d->spread);
		histogram_draw(&s->delays[i], &d->histogram);
	}
}

static void read_answers(const struct statistics *s, struct figures *out)
{
	for (unsigned i = 0; i < FIGURES_ANSWERS; i++) {
		struct figures_answer *a = &out->answers[i];

		a->name = answers[i].name;
		a->calls = s->answers[i];
		(void)snprintf(a->filter, sizeof(a->filter), "%s",
			       answers[i].filter);
	}
}

/* The place of the rarest. */
static unsigned find_rarest(const unsigned *codes, unsigned n,
			    const uint64_t *counts)
{
	unsigned at = 0;

	for (unsigned i = 1; i < n; i++)
		if (counts[codes[i]] <= counts[codes[at]])
			at = i;
	return at;
}

/* Those that came most often, in the order of their codes. */
static unsigned keep_codes(const struct statistics *s, const uint64_t *counts,
			   unsigned codes[FIGURES_CODES])
{
	unsigned n = 0;

	for (unsigned code = 0; code < VIEW_CODES; code++) {
		unsigned at;

		if (counts[code] == 0 && s->by_final[code] == 0)
			continue;
		if (n < FIGURES_CODES) {
			codes[n++] = code;
			continue;
		}
		at = find_rarest(codes, n, counts);
		if (counts[codes[at]] >= counts[code])
			continue;
		memmove(&codes[at], &codes[at + 1],
			(n - 1 - at) * sizeof(codes[0]));
		codes[n - 1] = code;
	}
	return n;
}

static void read_codes(const struct statistics *s, const struct view *v,
		       struct figures *out)
{
	const uint64_t *counts = view_totals(v)->by_code;
	unsigned codes[FIGURES_CODES];

	out->code_count = keep_codes(s, counts, codes);
	for (unsigned i = 0; i < out->code_count; i++) {
		struct figures_code *c = &out->codes[i];

		c->code = (uint16_t)codes[i];
		c->responses = counts[codes[i]];
		c->calls = s->by_final[codes[i]];
		(void)snprintf(c->filter, sizeof(c->filter),
			       INVITES "final == %u", codes[i]);
	}
}

/* A name that a filter can have as it is. */
static bool is_word(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if ((*c < 'A' || *c > 'Z') && (*c < 'a' || *c > 'z') &&
		    (*c < '0' || *c > '9') && *c != '-' && *c != '.')
			return false;
	return name[0] != '\0';
}

static void fill_method(const struct view *v, uint16_t id,
			struct figures_method *m)
{
	struct slice name = view_method_name(v, id);

	(void)slice_copy(name, m->name, sizeof(m->name));
	if (strlen(m->name) == name.len && is_word(m->name))
		(void)snprintf(m->filter, sizeof(m->filter), "method == %s",
			       m->name);
}

/* The busiest first. */
static void read_methods(const struct statistics *s, const struct view *v,
			 struct figures *out)
{
	struct figures_method *list = out->methods;
	unsigned n = 0;

	for (uint16_t id = 1; id < view_method_count(v); id++) {
		struct figures_method m = { .requests = view_requests(v, id) };
		unsigned at = n;

		if (id < METHODS_MAX)
			m.calls = s->by_method[id];
		while (at > 0 && list[at - 1].requests < m.requests)
			at--;
		if (m.requests == 0 || at == FIGURES_METHODS)
			continue;
		if (n < FIGURES_METHODS)
			n++;
		fill_method(v, id, &m);
		memmove(&list[at + 1], &list[at],
			(n - 1 - at) * sizeof(list[0]));
		list[at] = m;
	}
	out->method_count = n;
}

static void read_findings(const struct statistics *s, struct figures *out)
{
	struct figures_finding *list = out->findings;
	unsigned n = 0;

	out->has_findings = s->options.find != NULL;
	for (unsigned i = 0; i < s->kind_count; i++) {
		struct figures_finding f = { .kind = s->kinds[i].kind,
					     .severity = s->kinds[i].severity,
					     .calls = s->kinds[i].calls };
		unsigned at = n++;

		(void)snprintf(f.filter, sizeof(f.filter), "finding == %s",
			       f.kind);
		for (; at > 0 && list[at - 1].calls < f.calls; at--)
			list[at] = list[at - 1];
		list[at] = f;
	}
	out->finding_count = n;
}

static double per_second(uint64_t n, int64_t begin_ns, int64_t end_ns)
{
	if (end_ns <= begin_ns)
		return 0;
	return (double)n * (double)CLOCK_SECOND_NS /
	       ((double)end_ns - (double)begin_ns);
}

static void read_totals(const struct statistics *s, const struct view *v,
			struct figures *out)
{
	const struct view_totals *totals = view_totals(v);

	out->looked_at = s->looked_at;
	out->there_are = view_call_count(v);
	out->is_complete = s->done;
	out->begin_ns = s->begin_ns;
	out->end_ns = s->end_ns;
	out->window_ns = s->options.window_ns;
	out->calls = s->calls;
	out->invites = s->invites;
	out->answered = s->answered;
	out->failed = s->failed;
	out->messages = s->messages;
	out->all_messages = totals->messages;
	out->all_requests = totals->requests;
	out->all_responses = totals->responses;
	for (unsigned code = 0; code < VIEW_CODES; code++)
		out->responses_by_class[code / 100] += totals->by_code[code];
	out->messages_per_second =
		per_second(s->messages, s->begin_ns, s->end_ns);
	out->calls_per_second = per_second(s->calls, s->begin_ns, s->end_ns);
	out->error_percent = HISTOGRAM_ERROR_PERCENT;
	out->row_error_percent = SKETCH_ERROR_PERCENT;
}

bool statistics_read(struct statistics *s, const struct view *v,
		     struct figures *out)
{
	memset(out, 0, sizeof(*out));
	read_totals(s, v, out);
	metrics_read(s->metrics, &out->metrics);
	read_delays(s, out);
	read_answers(s, out);
	read_codes(s, v, out);
	read_methods(s, v, out);
	read_findings(s, out);
	time_bins_read(&s->by_time, &out->by_time);
	if (s->begun)
		time_bins_read(&s->last_hour, &out->last_hour);
	return rows_read(s->rows, v, out);
}

bool statistics_of_calls(const struct view *v,
			 const struct statistics_options *options,
			 struct figures *out)
{
	struct statistics *s;
	bool ok;

	if (statistics_new(&s, options))
		return false;
	while (statistics_step(s, v, PORTION))
		continue;
	ok = statistics_read(s, v, out);
	statistics_free(s);
	return ok;
}
