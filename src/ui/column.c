#include "sipmon/ui/column.h"

#include <stdio.h>
#include <string.h>

#include "sipmon/base/clock.h"

/* Turns signed numbers into unsigned ones of the same order. */
#define SIGN_BIT (UINT64_C(1) << 63)

#define NUMBER_LEAST 3

/* From this rank on a column comes only when the others are comfortable. */
#define RANK_LUXURY 9

static struct slice number_text(const struct column_facts *f,
				char out[COLUMN_TEXT_BYTES])
{
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%u", (unsigned)f->number);
	return slice_of(out);
}

static uint64_t number_key(const struct column_facts *f)
{
	return f->number;
}

static struct slice time_text(const struct column_facts *f,
			      char out[COLUMN_TEXT_BYTES])
{
	char text[CLOCK_TEXT_BYTES];
	int64_t start = f->call->start_ns;
	int64_t since = start - f->ctx->counters->start_ns;

	switch (f->time) {
	case COLUMN_TIME_SINCE_START:
		(void)snprintf(out, COLUMN_TEXT_BYTES, "%.3f",
			       (double)since / (double)CLOCK_SECOND_NS);
		return slice_of(out);
	case COLUMN_TIME_AGE:
		clock_duration(view_now_ns(f->ctx->view) - start, text);
		break;
	case COLUMN_TIME_CLOCK:
	case COLUMN_TIMES:
		clock_time_of_day(start, f->ctx->utc, text);
		break;
	}
	/* Milliseconds are enough here: "14:02:11.219". */
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%.12s", text);
	return slice_of(out);
}

static uint64_t time_key(const struct column_facts *f)
{
	return (uint64_t)f->call->start_ns ^ SIGN_BIT;
}

static struct slice state_text(const struct column_facts *f,
			       char out[COLUMN_TEXT_BYTES])
{
	(void)out;
	return slice_of(call_state_name(f->state));
}

static uint64_t state_key(const struct column_facts *f)
{
	return (uint64_t)f->state;
}

static enum style state_role(const struct column_facts *f)
{
	/* clang-format off */
	static const enum style by_state[CALL_STATES] = {
		[CALL_STATE_TRYING]      = STYLE_PROVISIONAL,
		[CALL_STATE_PROCEEDING]  = STYLE_PROVISIONAL,
		[CALL_STATE_EARLY]       = STYLE_PROVISIONAL,
		[CALL_STATE_ESTABLISHED] = STYLE_SUCCESS,
		[CALL_STATE_COMPLETED]   = STYLE_SUCCESS,
		[CALL_STATE_REJECTED]    = STYLE_FAILURE,
		[CALL_STATE_REDIRECTED]  = STYLE_REDIRECT,
		[CALL_STATE_CANCELLED]   = STYLE_DIM,
		[CALL_STATE_FAILED]      = STYLE_FATAL,
		[CALL_STATE_NO_ANSWER]   = STYLE_FATAL,
		[CALL_STATE_PENDING]     = STYLE_PROVISIONAL,
		[CALL_STATE_SUCCEEDED]   = STYLE_SUCCESS,
		[CALL_STATE_CHALLENGED]  = STYLE_FAILURE,
	};
	/* clang-format on */

	if (f->is_stuck)
		return STYLE_PROBLEM;
	return f->state < CALL_STATES ? by_state[f->state] : STYLE_TEXT;
}

static struct slice method_text(const struct column_facts *f,
				char out[COLUMN_TEXT_BYTES])
{
	(void)out;
	return view_method_name(f->ctx->view, f->call->method);
}

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* The first eight bytes, so that most texts are told apart by a number. */
static uint64_t text_key(struct slice s)
{
	uint64_t key = 0;

	for (size_t i = 0; i < sizeof(key); i++)
		key = key << 8 | (i < s.len ? lower(s.ptr[i]) : 0U);
	return key;
}

static uint64_t method_key(const struct column_facts *f)
{
	return text_key(view_method_name(f->ctx->view, f->call->method));
}

static enum style request_role(const struct column_facts *f)
{
	(void)f;
	return STYLE_REQUEST;
}

static struct slice from_text(const struct column_facts *f,
			      char out[COLUMN_TEXT_BYTES])
{
	(void)out;
	return f->call->from_user;
}

static uint64_t from_key(const struct column_facts *f)
{
	return text_key(f->call->from_user);
}

static struct slice to_text(const struct column_facts *f,
			    char out[COLUMN_TEXT_BYTES])
{
	(void)out;
	return f->call->to_user;
}

static uint64_t to_key(const struct column_facts *f)
{
	return text_key(f->call->to_user);
}

static const struct flow *flow_of(const struct column_facts *f)
{
	return f->call->hop != 0 ? view_hop(f->ctx->view, f->call->hop) : NULL;
}

static struct slice endpoint_slice(const struct endpoint *e,
				   char out[COLUMN_TEXT_BYTES])
{
	endpoint_text(e, out);
	return slice_of(out);
}

/* Family, address, port; of IPv6 what fits, the texts tell the rest. */
static uint64_t endpoint_key(const struct endpoint *e)
{
	uint64_t key = e->family;
	unsigned n = e->family == 4 ? 4 : 7;

	for (unsigned i = 0; i < n; i++)
		key = key << 8 | e->address[i];
	return e->family == 4 ? key << 16 | e->port : key;
}

static struct slice source_text(const struct column_facts *f,
				char out[COLUMN_TEXT_BYTES])
{
	const struct flow *flow = flow_of(f);

	return flow == NULL ? SLICE_NONE : endpoint_slice(&flow->source, out);
}

static uint64_t source_key(const struct column_facts *f)
{
	const struct flow *flow = flow_of(f);

	return flow == NULL ? 0 : endpoint_key(&flow->source);
}

static struct slice destination_text(const struct column_facts *f,
				     char out[COLUMN_TEXT_BYTES])
{
	const struct flow *flow = flow_of(f);

	return flow == NULL ? SLICE_NONE
			    : endpoint_slice(&flow->destination, out);
}

static uint64_t destination_key(const struct column_facts *f)
{
	const struct flow *flow = flow_of(f);

	return flow == NULL ? 0 : endpoint_key(&flow->destination);
}

static struct slice messages_text(const struct column_facts *f,
				  char out[COLUMN_TEXT_BYTES])
{
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%u",
		       (unsigned)f->call->message_count);
	return slice_of(out);
}

static uint64_t messages_key(const struct column_facts *f)
{
	return f->call->message_count;
}

static struct slice pdd_text(const struct column_facts *f,
			     char out[COLUMN_TEXT_BYTES])
{
	double seconds = (double)f->timing.pdd_ns / (double)CLOCK_SECOND_NS;

	if (f->timing.pdd_ns == TIMING_NONE)
		return SLICE_NONE;
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%.*f", seconds < 100 ? 3 : 1,
		       seconds);
	return slice_of(out);
}

static uint64_t pdd_key(const struct column_facts *f)
{
	return (uint64_t)f->timing.pdd_ns ^ SIGN_BIT;
}

/* A call that is still up has talked until now. */
static int64_t talk_of(const struct column_facts *f)
{
	int64_t now = view_now_ns(f->ctx->view);

	if (f->timing.talk_ns != TIMING_NONE ||
	    f->state != CALL_STATE_ESTABLISHED ||
	    f->timing.setup_ns == TIMING_NONE)
		return f->timing.talk_ns;
	now -= f->call->start_ns + f->timing.setup_ns;
	return now > 0 ? now : 0;
}

static struct slice talk_text(const struct column_facts *f,
			      char out[COLUMN_TEXT_BYTES])
{
	int64_t ns = talk_of(f);
	int64_t s = ns / CLOCK_SECOND_NS;

	if (ns == TIMING_NONE)
		return SLICE_NONE;
	if (s < 3600)
		(void)snprintf(out, COLUMN_TEXT_BYTES, "%d:%02d", (int)(s / 60),
			       (int)(s % 60));
	else
		(void)snprintf(out, COLUMN_TEXT_BYTES, "%lld:%02d:%02d",
			       (long long)(s / 3600), (int)(s / 60 % 60),
			       (int)(s % 60));
	return slice_of(out);
}

static uint64_t talk_key(const struct column_facts *f)
{
	return (uint64_t)talk_of(f) ^ SIGN_BIT;
}

static struct slice code_text(const struct column_facts *f,
			      char out[COLUMN_TEXT_BYTES])
{
	if (f->code == 0)
		return SLICE_NONE;
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%u", (unsigned)f->code);
	return slice_of(out);
}

static uint64_t code_key(const struct column_facts *f)
{
	return f->code;
}

static enum style code_role(const struct column_facts *f)
{
	return style_of_code(f->code);
}

static bool is_stuck_kind(const char *kind)
{
	return strncmp(kind, "stuck", 5) == 0;
}

/* "15.5 s" or, without `tenths`, "15 s". */
static void short_duration(int64_t ns, bool tenths, char out[CLOCK_TEXT_BYTES])
{
	int seconds = (int)(ns / CLOCK_SECOND_NS % 60);
	int tenth = (int)(ns % CLOCK_SECOND_NS / (CLOCK_SECOND_NS / 10));

	if (ns < CLOCK_SECOND_NS || ns >= 60 * CLOCK_SECOND_NS)
		(void)clock_duration(ns, out);
	else if (tenths)
		(void)snprintf(out, CLOCK_TEXT_BYTES, "%d.%d s", seconds,
			       tenth);
	else
		(void)snprintf(out, CLOCK_TEXT_BYTES, "%d s", seconds);
}

/* Cut at the end, the number that matters would be what is lost. */
static void narrow_finding(char sign, const char *kind, uint16_t code,
			   int64_t ns, size_t width,
			   char out[COLUMN_TEXT_BYTES])
{
	char lasted[CLOCK_TEXT_BYTES];

	short_duration(ns, true, lasted);
	if (!is_stuck_kind(kind) || code == 0) {
		(void)snprintf(out, COLUMN_TEXT_BYTES, "%c %s %s", sign, lasted,
			       kind);
		return;
	}
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%c stuck %u %s", sign,
		       (unsigned)code, lasted);
	if (strlen(out) <= width)
		return;
	short_duration(ns, false, lasted);
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%c stuck %u %s", sign,
		       (unsigned)code, lasted);
}

static struct slice finding_text(const struct column_facts *f,
				 char out[COLUMN_TEXT_BYTES])
{
	const struct finding *first = &f->findings[0];
	char lasted[CLOCK_TEXT_BYTES];
	char sign = '!';
	const char *kind = "stuck";
	int64_t ns = -1;
	uint16_t code = f->stuck.code;

	if (f->finding_count == 0 && !f->is_stuck)
		return SLICE_NONE;
	if (f->finding_count > 0) {
		kind = first->kind;
		sign = first->severity == FINDING_NOTE ? 'i' : '!';
		ns = first->lasted_ns;
		code = first->code;
	}
	/* Of one that lasts the time goes on. */
	if (is_stuck_kind(kind) && f->is_stuck) {
		ns = f->stuck.end_ns - f->stuck.begin_ns;
		code = f->stuck.code;
	}
	if (ns < 0) {
		(void)snprintf(out, COLUMN_TEXT_BYTES, "%c %s", sign, kind);
		return slice_of(out);
	}
	(void)snprintf(out, COLUMN_TEXT_BYTES, "%c %s %s", sign, kind,
		       clock_duration(ns, lasted));
	if (f->width == 0 || strlen(out) <= (size_t)f->width)
		return slice_of(out);
	narrow_finding(sign, kind, code, ns, (size_t)f->width, out);
	return slice_of(out);
}

/* The worst first when the order is turned round, kinds together. */
static uint64_t finding_key(const struct column_facts *f)
{
	uint64_t severity;

	if (f->finding_count == 0)
		return 0;
	severity = (uint64_t)f->findings[0].severity + 1;
	return severity << 56 | text_key(slice_of(f->findings[0].kind)) >> 8;
}

static enum style finding_role(const struct column_facts *f)
{
	if (f->finding_count > 0 && f->findings[0].severity == FINDING_NOTE &&
	    !f->is_stuck)
		return STYLE_NOTE;
	return STYLE_PROBLEM;
}

/* clang-format off */
static const struct column columns[COLUMNS_OF_CALLS] = {
	[COLUMN_NUMBER] = { .name = "#", .title = "#",
		.help = "Number of the call, by arrival",
		.least = NUMBER_LEAST, .most = 10, .rank = 8, .right = true,
		.text = number_text, .key = number_key },
	[COLUMN_TIME] = { .name = "time", .title = "Time",
		.help = "First message: clock, since start, or age (w)",
		.least = 12, .most = 12, .rank = 9,
		.text = time_text, .key = time_key },
	[COLUMN_STATE] = { .name = "state", .title = "State",
		.help = "How far the call has come",
		.least = 11, .most = 11, .rank = 0, .needs = NEED_STATE |
			NEED_STUCK,
		.text = state_text, .key = state_key, .role = state_role },
	[COLUMN_METHOD] = { .name = "method", .title = "Method",
		.help = "Method of the request that began it",
		.least = 8, .want = 9, .most = 9, .rank = 5, .by_text = true,
		.text = method_text, .key = method_key,
		.role = request_role },
	[COLUMN_FROM] = { .name = "from", .title = "From",
		.help = "User of From, or its host",
		.least = 8, .want = 12, .most = 24, .rank = 3, .by_text = true,
		.text = from_text, .key = from_key },
	[COLUMN_TO] = { .name = "to", .title = "To",
		.help = "User of To, or its host",
		.least = 8, .want = 12, .most = 24, .rank = 4, .by_text = true,
		.text = to_text, .key = to_key },
	[COLUMN_SOURCE] = { .name = "source", .title = "Source",
		.help = "Where the first request came from",
		.least = 20, .most = 47, .rank = 11, .by_text = true,
		.text = source_text, .key = source_key },
	[COLUMN_DESTINATION] = { .name = "destination",
		.title = "Destination",
		.help = "Where the first request went",
		.least = 20, .most = 47, .rank = 12, .by_text = true,
		.text = destination_text, .key = destination_key },
	[COLUMN_MESSAGES] = { .name = "messages", .title = "Msg",
		.help = "Messages, retransmissions included",
		.least = 5, .most = 5, .rank = 7, .right = true,
		.text = messages_text, .key = messages_key },
	[COLUMN_PDD] = { .name = "pdd", .title = "PDD s",
		.help = "Post-dial delay: INVITE to the first sign of the "
			"other side",
		.least = 6, .most = 6, .rank = 6, .right = true,
		.needs = NEED_TIMING,
		.text = pdd_text, .key = pdd_key },
	[COLUMN_TALK] = { .name = "talk", .title = "Talk",
		.help = "Answer to BYE, or until now",
		.least = 8, .most = 8, .rank = 10, .right = true,
		.needs = NEED_TIMING | NEED_STATE,
		.text = talk_text, .key = talk_key },
	[COLUMN_CODE] = { .name = "code", .title = "Code",
		.help = "Final response, or the last provisional one",
		.least = 4, .most = 4, .rank = 1, .needs = NEED_CODE,
		.text = code_text, .key = code_key, .role = code_role },
	[COLUMN_FINDING] = { .name = "finding", .title = "Finding",
		.help = "! a problem, i worth knowing",
		.least = 12, .want = 26, .most = 40, .rank = 2,
		.needs = NEED_FINDINGS | NEED_STUCK,
		.text = finding_text, .key = finding_key,
		.role = finding_role },
};
/* clang-format on */

const struct column *column_at(enum column_id id)
{
	return &columns[id < COLUMNS_OF_CALLS ? id : COLUMN_NUMBER];
}

/* One that was stuck and has ended does not hide the one that lasts. */
static bool find_stuck_now(struct column_facts *f)
{
	const struct ui_context *ctx = f->ctx;
	struct phase list[PHASE_ROOM];
	unsigned n = phase_list_call(ctx->view, f->call, list, PHASE_ROOM);

	for (unsigned i = 0; i < n; i++)
		if (list[i].open && phase_is_stuck(&list[i], &ctx->limits)) {
			f->stuck = list[i];
			return true;
		}
	return false;
}

void column_look(struct column_facts *f, const struct ui_context *ctx,
		 const struct call *call, unsigned needs)
{
	const struct view *v = ctx->view;

	f->ctx = ctx;
	f->call = call;
	f->finding_count = 0;
	f->is_stuck = false;
	f->code = 0;
	f->state = CALL_STATE_TRYING;
	if ((needs & NEED_STATE) != 0)
		f->state = call_state(v, call);
	if ((needs & NEED_TIMING) != 0)
		f->timing = timing_of(v, call);
	if ((needs & NEED_CODE) != 0)
		f->code = call_shown_code(v, call);
	if ((needs & NEED_FINDINGS) != 0 && ctx->find != NULL)
		f->finding_count = ctx->find(ctx->find_ctx, v, call,
					     f->findings, FINDING_ROOM);
	if ((needs & NEED_STUCK) != 0)
		f->is_stuck = find_stuck_now(f);
}

int column_compare_text(const struct ui_context *ctx, enum column_id id,
			const struct call *a, const struct call *b)
{
	struct column_facts fa = { .ctx = ctx, .call = a };
	struct column_facts fb = { .ctx = ctx, .call = b };
	char out_a[COLUMN_TEXT_BYTES];
	char out_b[COLUMN_TEXT_BYTES];
	struct slice ta = columns[id].text(&fa, out_a);
	struct slice tb = columns[id].text(&fb, out_b);
	size_t n = ta.len < tb.len ? ta.len : tb.len;

	for (size_t i = 0; i < n; i++)
		if (lower(ta.ptr[i]) != lower(tb.ptr[i]))
			return lower(ta.ptr[i]) < lower(tb.ptr[i]) ? -1 : 1;
	return (ta.len > tb.len) - (ta.len < tb.len);
}

static int digits_of(uint64_t n)
{
	int digits = 1;

	while (n >= 10) {
		n /= 10;
		digits++;
	}
	return digits;
}

static int least_of(enum column_id id, uint64_t calls)
{
	int digits = digits_of(calls);

	if (id == COLUMN_NUMBER && digits > NUMBER_LEAST)
		return digits;
	return columns[id].least;
}

static enum column_id ranked(unsigned rank)
{
	for (unsigned i = 0; i < COLUMNS_OF_CALLS; i++)
		if (columns[i].rank == rank)
			return (enum column_id)i;
	return COLUMN_STATE;
}

/* The finding gets what it wants, it is what one looks for.  What is left
 * then goes in turns to those that want more, the first ranks first; numbers
 * need no more than their digits. */
static void share_out(int left, int widths[COLUMNS_OF_CALLS])
{
	int *finding = &widths[COLUMN_FINDING];
	bool taken = true;

	while (*finding > 0 && *finding < columns[COLUMN_FINDING].want &&
	       left > 0) {
		(*finding)++;
		left--;
	}
	while (left > 0 && taken) {
		taken = false;
		for (unsigned r = 0; r < COLUMNS_OF_CALLS && left > 0; r++) {
			enum column_id id = ranked(r);

			if (widths[id] == 0 || id == COLUMN_NUMBER ||
			    widths[id] >= columns[id].most)
				continue;
			widths[id]++;
			left--;
			taken = true;
		}
	}
}

/* Cells that those who are there still want. */
static int lacking(const int widths[COLUMNS_OF_CALLS])
{
	int cells = 0;

	for (unsigned i = 0; i < COLUMNS_OF_CALLS; i++)
		if (widths[i] > 0 && widths[i] < columns[i].want)
			cells += columns[i].want - widths[i];
	return cells;
}

/* The `i`th column that gets its room; `first` overtakes those behind the
 * state. */
static enum column_id turn(unsigned i, enum column_id first)
{
	unsigned rank = columns[first].rank;

	if (i == 0 || rank == 0 || i > rank)
		return ranked(i);
	return i == 1 ? first : ranked(i - 1);
}

static bool is_luxury(enum column_id id, enum column_id first)
{
	return columns[id].rank >= RANK_LUXURY && id != first;
}

unsigned column_layout(int from, int width, uint64_t calls,
		       enum column_id first, struct column_place *out)
{
	int widths[COLUMNS_OF_CALLS] = { 0 };
	int left = width - from + 1; /* no blank behind the last one */
	unsigned count = 0;
	int column = from;

	for (unsigned r = 0; r < COLUMNS_OF_CALLS; r++) {
		enum column_id id = turn(r, first);
		int need = least_of(id, calls) + 1;

		/* The state is there even where it is cut. */
		if (r == 0 && left > 1 && need > left)
			need = left;
		if (need + (is_luxury(id, first) ? lacking(widths) : 0) > left)
			break;
		widths[id] = need - 1;
		left -= need;
	}
	share_out(left, widths);
	for (unsigned i = 0; i < COLUMNS_OF_CALLS; i++) {
		if (widths[i] == 0)
			continue;
		out[count++] = (struct column_place){ (enum column_id)i, column,
						      widths[i] };
		column += widths[i] + 1;
	}
	return count;
}
