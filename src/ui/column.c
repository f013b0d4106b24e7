#include "sipmon/ui/column.h"

#include <stdio.h>
#include <string.h>

#include "column_figures.h"
#include "sipmon/base/clock.h"

/* Turns signed numbers into unsigned ones of the same order. */
#define SIGN_BIT (UINT64_C(1) << 63)

#define NUMBER_LEAST 3

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

static struct slice agent_text(const struct column_facts *f,
			       char out[COLUMN_TEXT_BYTES])
{
	(void)out;
	if (f->call->agent == 0)
		return SLICE_NONE;
	return view_agent_name(f->ctx->view, f->call->agent);
}

static uint64_t agent_key(const struct column_facts *f)
{
	char none[COLUMN_TEXT_BYTES];

	return text_key(agent_text(f, none));
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

char column_verdict_letter(enum verdict v, bool waits)
{
	switch (verdict_class(v)) {
	case VERDICT_CLASS_GOOD:
		return 'V';
	case VERDICT_CLASS_BAD:
		return 'X';
	case VERDICT_CLASS_UNKNOWN:
	case VERDICT_CLASS_WAITING:
		return '?';
	case VERDICT_CLASS_NONE:
		break;
	}
	if (waits)
		return '?';
	return v == VERDICT_NO_IDENTITY ? '-' : '\0';
}

enum style column_verdict_role(enum verdict v)
{
	switch (verdict_class(v)) {
	case VERDICT_CLASS_GOOD:
		return STYLE_SUCCESS;
	case VERDICT_CLASS_BAD:
		return STYLE_PROBLEM;
	case VERDICT_CLASS_UNKNOWN:
	case VERDICT_CLASS_WAITING:
		return STYLE_NOTE;
	case VERDICT_CLASS_NONE:
		break;
	}
	return STYLE_DIM;
}

static struct slice identity_text(const struct column_facts *f,
				  char out[COLUMN_TEXT_BYTES])
{
	out[0] = column_verdict_letter(f->verdict, f->verdict_waits);
	out[1] = '\0';
	return slice_of(out);
}

/* The worst last: first when the order is turned round. */
static uint64_t identity_key(const struct column_facts *f)
{
	if (f->verdict == VERDICT_NONE && f->verdict_waits)
		return VERDICT_CLASS_WAITING << 1;
	return (uint64_t)verdict_class(f->verdict) << 1 |
	       (f->verdict == VERDICT_NO_IDENTITY);
}

static enum style identity_role(const struct column_facts *f)
{
	return column_verdict_role(f->verdict);
}

static struct slice verdict_text(const struct column_facts *f,
				 char out[COLUMN_TEXT_BYTES])
{
	(void)out;
	if (f->verdict == VERDICT_NONE && f->verdict_waits)
		return slice_of(words(f->ctx->words, "waiting"));
	return slice_of(verdict_name(f->verdict));
}

static uint64_t verdict_key(const struct column_facts *f)
{
	return identity_key(f) << 8 | (uint64_t)f->verdict;
}

static struct slice attest_text(const struct column_facts *f,
				char out[COLUMN_TEXT_BYTES])
{
	(void)out;
	return slice_of(attest_name(f->brief.attest));
}

static uint64_t attest_key(const struct column_facts *f)
{
	return (uint64_t)f->brief.attest;
}

static const struct signer *signer_of(const struct column_facts *f)
{
	return view_signer(f->ctx->view, f->brief.signer);
}

static struct slice signer_text(const struct column_facts *f,
				char out[COLUMN_TEXT_BYTES])
{
	const struct signer *s = signer_of(f);

	(void)out;
	if (s == NULL)
		return SLICE_NONE;
	return slice_of(s->name[0] != '\0' ? s->name : s->spc);
}

static uint64_t signer_key(const struct column_facts *f)
{
	char none[COLUMN_TEXT_BYTES];

	return text_key(signer_text(f, none));
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
	for (int i = 0; i < 4; i++) {
		short_duration(ns, i % 2 == 0, lasted);
		/* The code stands in a column of its own. */
		if (i < 2)
			(void)snprintf(out, COLUMN_TEXT_BYTES, "%c stuck %u %s",
				       sign, (unsigned)code, lasted);
		else
			(void)snprintf(out, COLUMN_TEXT_BYTES, "%c stuck %s",
				       sign, lasted);
		if (strlen(out) <= width)
			return;
	}
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
		.least = NUMBER_LEAST, .most = 10, .rank = 9, .right = true,
		.text = number_text, .key = number_key },
	[COLUMN_TIME] = { .name = "time", .title = "Time",
		.help = "First message: clock, since start, or age (w)",
		.least = 12, .most = 12, .rank = 10,
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
		.least = 20, .most = 47, .rank = 17, .by_text = true,
		.text = source_text, .key = source_key },
	[COLUMN_DESTINATION] = { .name = "destination",
		.title = "Destination",
		.help = "Where the first request went",
		.least = 20, .most = 47, .rank = 18, .by_text = true,
		.text = destination_text, .key = destination_key },
	[COLUMN_MESSAGES] = { .name = "messages", .title = "Msg",
		.help = "Messages, retransmissions included",
		.least = 5, .most = 5, .rank = 8, .right = true,
		.text = messages_text, .key = messages_key },
	[COLUMN_TRYING] = { .name = "trying", .title = "Trying",
		.help = "INVITE to its first 100, in seconds",
		.least = 6, .most = 6, .rank = 20, .right = true,
		.needs = NEED_TIMING,
		.text = column_trying_text, .key = column_trying_key },
	[COLUMN_PDD] = { .name = "pdd", .title = "PDD s",
		.help = "Post-dial delay: INVITE to the first sign of the "
			"other side",
		.least = 6, .most = 6, .rank = 6, .right = true,
		.needs = NEED_TIMING,
		.text = column_pdd_text, .key = column_pdd_key },
	[COLUMN_TO_180] = { .name = "to-180", .title = "To 180",
		.help = "INVITE to its first 180, in seconds",
		.least = 7, .most = 7, .rank = 26, .right = true,
		.needs = NEED_TIMING,
		.text = column_to_180_text, .key = column_to_180_key },
	[COLUMN_TO_183] = { .name = "to-183", .title = "To 183",
		.help = "INVITE to its first 183, in seconds",
		.least = 7, .most = 7, .rank = 27, .right = true,
		.needs = NEED_TIMING,
		.text = column_to_183_text, .key = column_to_183_key },
	[COLUMN_RING] = { .name = "ring", .title = "Ring",
		.help = "First 18x to the final response, in seconds",
		.least = 6, .most = 6, .rank = 19, .right = true,
		.needs = NEED_TIMING,
		.text = column_ring_text, .key = column_ring_key },
	[COLUMN_EARLY_MEDIA] = { .name = "early-media", .title = "Early m.",
		.help = "First 18x with SDP to the final response, in seconds",
		.least = 8, .most = 8, .rank = 28, .right = true,
		.needs = NEED_TIMING,
		.text = column_early_media_text,
		.key = column_early_media_key },
	[COLUMN_SETUP] = { .name = "setup", .title = "Setup",
		.help = "INVITE to its answer, in seconds",
		.least = 6, .most = 6, .rank = 12, .right = true,
		.needs = NEED_TIMING,
		.text = column_setup_text, .key = column_setup_key },
	[COLUMN_FIRST_RTP] = { .name = "first-rtp", .title = "1st RTP",
		.help = "SDP answer to the first RTP, in seconds",
		.least = 7, .most = 7, .rank = 29, .right = true,
		.needs = NEED_TIMING,
		.text = column_first_rtp_text, .key = column_first_rtp_key },
	[COLUMN_TALK] = { .name = "talk", .title = "Talk",
		.help = "Answer to BYE, or until now",
		.least = 8, .most = 8, .rank = 11, .right = true,
		.needs = NEED_TIMING | NEED_STATE,
		.text = talk_text, .key = talk_key },
	[COLUMN_TEARDOWN] = { .name = "teardown", .title = "Teard.",
		.help = "BYE to its final response, in seconds",
		.least = 6, .most = 6, .rank = 30, .right = true,
		.needs = NEED_TIMING,
		.text = column_teardown_text, .key = column_teardown_key },
	[COLUMN_WORST] = { .name = "worst", .title = "Worst phase",
		.help = "The longest provisional phase: its code and seconds",
		.least = 11, .most = 11, .rank = 13, .right = true,
		.needs = NEED_PHASES,
		.text = column_worst_text, .key = column_worst_key,
		.role = column_worst_role },
	[COLUMN_LOSS] = { .name = "loss", .title = "Loss %",
		.help = "RTP packets that did not come, of the worst stream",
		.least = 6, .most = 6, .rank = 21, .right = true,
		.needs = NEED_MEDIA,
		.text = column_loss_text, .key = column_loss_key },
	[COLUMN_JITTER] = { .name = "jitter", .title = "Jit ms",
		.help = "Interarrival jitter of the worst stream, in ms",
		.least = 6, .most = 6, .rank = 22, .right = true,
		.needs = NEED_MEDIA,
		.text = column_jitter_text, .key = column_jitter_key },
	[COLUMN_MOS] = { .name = "mos", .title = "MOS",
		.help = "Mean opinion score of the worst stream, estimated",
		.least = 3, .most = 3, .rank = 23, .right = true,
		.needs = NEED_MEDIA,
		.text = column_mos_text, .key = column_mos_key },
	[COLUMN_LEGS] = { .name = "legs", .title = "Legs",
		.help = "Calls of the conversation, this one included (x)",
		.least = 4, .most = 4, .rank = 24, .right = true,
		.needs = NEED_LEGS,
		.text = column_legs_text, .key = column_legs_key },
	[COLUMN_HOPS] = { .name = "hops", .title = "Hops",
		.help = "Elements that passed its request on",
		.least = 4, .most = 4, .rank = 25, .right = true,
		.needs = NEED_HOPS,
		.text = column_hops_text, .key = column_hops_key },
	[COLUMN_AGENT] = { .name = "agent", .title = "Agent",
		.help = "User-Agent of the request that began it",
		.least = 12, .most = 32, .rank = 31, .by_text = true,
		.text = agent_text, .key = agent_key },
	[COLUMN_CODE] = { .name = "code", .title = "Code",
		.help = "Final response, or the last provisional one",
		.least = 4, .most = 4, .rank = 1, .needs = NEED_CODE,
		.text = code_text, .key = code_key, .role = code_role },
	[COLUMN_IDENTITY] = { .name = "id", .title = "Id",
		.help = "Identity: V valid, X failed, ? cannot be told or "
			"waits, - none",
		.least = 2, .most = 2, .rank = 7, .needs = NEED_VERDICT,
		.text = identity_text, .key = identity_key,
		.role = identity_role },
	[COLUMN_VERDICT] = { .name = "verdict", .title = "Verdict",
		.help = "What became of the Identity, the worst of the call",
		.least = 17, .most = 22, .rank = 15, .needs = NEED_VERDICT,
		.text = verdict_text, .key = verdict_key,
		.role = identity_role },
	[COLUMN_ATTEST] = { .name = "attest", .title = "Att",
		.help = "Attestation: A full, B partial, C gateway",
		.least = 3, .most = 3, .rank = 14, .needs = NEED_VERDICT,
		.text = attest_text, .key = attest_key },
	[COLUMN_SIGNER] = { .name = "signer", .title = "Signer",
		.help = "Name in the signer's certificate",
		.least = 11, .most = 32, .rank = 16, .by_text = true,
		.needs = NEED_VERDICT,
		.text = signer_text, .key = signer_key },
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

static void look_at_verdict(struct column_facts *f)
{
	const struct view *v = f->ctx->view;
	const struct captured_msg *m;

	f->verdict =
		call_verdict(v, f->call, &f->verdict_msg, &f->verdict_waits);
	m = view_msg(v, f->verdict_msg);
	if (m != NULL)
		f->brief = verdict_unpack(m->judged);
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
	f->verdict = VERDICT_NONE;
	f->verdict_msg = 0;
	f->verdict_waits = false;
	f->brief = (struct verdict_brief){ .verdict = VERDICT_NONE };
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
	if ((needs & NEED_VERDICT) != 0)
		look_at_verdict(f);
	if ((needs & NEED_PHASES) != 0)
		column_look_at_phases(f);
	if ((needs & NEED_MEDIA) != 0)
		column_look_at_media(f);
	if ((needs & NEED_LEGS) != 0)
		column_look_at_legs(f);
	if ((needs & NEED_HOPS) != 0)
		column_look_at_hops(f);
}

int column_compare_text(const struct ui_context *ctx, enum column_id id,
			const struct call *a, const struct call *b)
{
	struct column_facts fa = { .ctx = ctx, .call = a };
	struct column_facts fb = { .ctx = ctx, .call = b };
	char out_a[COLUMN_TEXT_BYTES];
	char out_b[COLUMN_TEXT_BYTES];
	struct slice ta;
	struct slice tb;
	size_t n;

	if ((columns[id].needs & NEED_VERDICT) != 0) {
		look_at_verdict(&fa);
		look_at_verdict(&fb);
	}
	ta = columns[id].text(&fa, out_a);
	tb = columns[id].text(&fb, out_b);
	n = ta.len < tb.len ? ta.len : tb.len;
	for (size_t i = 0; i < n; i++)
		if (lower(ta.ptr[i]) != lower(tb.ptr[i]))
			return lower(ta.ptr[i]) < lower(tb.ptr[i]) ? -1 : 1;
	return (ta.len > tb.len) - (ta.len < tb.len);
}
