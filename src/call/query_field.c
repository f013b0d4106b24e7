#include "query_field.h"

#include "impl.h"
#include "sipmon/call/answerer.h"
#include "sipmon/call/phase.h"
#include "sipmon/call/query.h"
#include "sipmon/call/state.h"
#include "sipmon/call/verdict.h"

/* Copies whose way back is walked: each walk looks at all of the call. */
#define BREAKS_LOOKED_FOR 32

/* ---- text */

static struct slice method_text(struct query_subject *s)
{
	return s->call->method == SIP_METHOD_NONE
		       ? SLICE_NONE
		       : view_method_name(s->view, s->call->method);
}

static struct slice state_text(struct query_subject *s)
{
	return slice_of(call_state_name(call_state(s->view, s->call)));
}

static struct slice from_text(struct query_subject *s)
{
	return s->call->from_user;
}

static struct slice to_text(struct query_subject *s)
{
	return s->call->to_user;
}

static struct slice callid_text(struct query_subject *s)
{
	return s->call->call_id;
}

static const struct flow *first_flow(struct query_subject *s)
{
	return view_hop(s->view, s->call->hop);
}

static struct slice source_text(struct query_subject *s)
{
	return slice_of(endpoint_text(&first_flow(s)->source, s->address));
}

static struct slice destination_text(struct query_subject *s)
{
	return slice_of(endpoint_text(&first_flow(s)->destination, s->address));
}

static struct slice source_host(struct query_subject *s)
{
	return slice_of(endpoint_host_text(&first_flow(s)->source, s->address));
}

static struct slice destination_host(struct query_subject *s)
{
	return slice_of(
		endpoint_host_text(&first_flow(s)->destination, s->address));
}

static struct slice peer_text(struct query_subject *s)
{
	return slice_of(
		endpoint_text(call_answerer(s->view, s->call), s->address));
}

static struct slice peer_host(struct query_subject *s)
{
	return slice_of(endpoint_host_text(call_answerer(s->view, s->call),
					   s->address));
}

static struct slice agent_text(struct query_subject *s)
{
	return s->call->agent == 0 ? SLICE_NONE
				   : view_agent_name(s->view, s->call->agent);
}

static struct slice transport_text(struct query_subject *s)
{
	return slice_of(transport_name(first_flow(s)->transport));
}

static const char *state_word(unsigned i)
{
	return i < CALL_STATES ? call_state_name((enum call_state)i) : NULL;
}

static const char *transport_word(unsigned i)
{
	return i < TRANSPORT_COUNT ? transport_name((enum transport)i) : NULL;
}

/* ---- Identity */

static struct slice verdict_text(struct query_subject *s)
{
	enum verdict v = call_verdict(s->view, s->call, NULL, NULL);

	return v == VERDICT_NONE ? SLICE_NONE : slice_of(verdict_name(v));
}

static const char *verdict_word(unsigned i)
{
	return i + 1 < VERDICTS ? verdict_name((enum verdict)(i + 1)) : NULL;
}

static struct slice attest_of(const struct query_subject *s,
			      const struct captured_msg *m, unsigned i)
{
	enum attestation attest = verdict_unpack(m->judged).attest;

	(void)s;
	return i > 0 || attest == ATTEST_NONE ? SLICE_NONE
					      : slice_of(attest_name(attest));
}

static const char *attest_word(unsigned i)
{
	return i < ATTEST_C ? attest_name((enum attestation)(i + 1)) : NULL;
}

static struct slice signer_of(const struct query_subject *s,
			      const struct captured_msg *m, unsigned i)
{
	const struct signer *signer =
		view_signer(s->view, verdict_unpack(m->judged).signer);

	if (signer == NULL || i > 1)
		return SLICE_NONE;
	return slice_of(i == 0 ? signer->name : signer->spc);
}

/* The first that broke a signature of the call; NULL if none did. */
static const struct endpoint *breaker_of(const struct query_subject *s)
{
	unsigned looked = 0;

	if (!call_is(s->call, CALL_IDENTITY))
		return NULL;
	for (uint32_t id = s->call->first_msg;
	     id != 0 && looked < BREAKS_LOOKED_FOR;) {
		const struct captured_msg *m = view_msg(s->view, id);
		enum verdict v = msg_verdict(m);
		struct verdict_break b;

		if (v != VERDICT_NONE && v != VERDICT_VALID) {
			looked++;
			if (verdict_find_break(s->view, id, &b))
				return verdict_break_element(s->view, &b);
		}
		id = m->next;
	}
	return NULL;
}

static struct slice breaker_text(struct query_subject *s)
{
	const struct endpoint *e = breaker_of(s);

	return e == NULL ? SLICE_NONE : slice_of(endpoint_text(e, s->address));
}

static struct slice breaker_host(struct query_subject *s)
{
	const struct endpoint *e = breaker_of(s);

	return e == NULL ? SLICE_NONE
			 : slice_of(endpoint_host_text(e, s->address));
}

/* ---- numbers */

static bool final_number(struct query_subject *s, int64_t *out)
{
	*out = call_final_code(s->view, s->call);
	return *out != 0;
}

static bool messages_number(struct query_subject *s, int64_t *out)
{
	*out = s->call->message_count;
	return true;
}

static bool retransmissions_number(struct query_subject *s, int64_t *out)
{
	*out = s->call->retransmissions;
	return true;
}

static bool duration_ns(struct query_subject *s, int64_t *out)
{
	*out = s->call->end_ns - s->call->start_ns;
	return true;
}

static bool age_ns(struct query_subject *s, int64_t *out)
{
	*out = view_now_ns(s->view) - s->call->start_ns;
	return true;
}

static const struct timing *timing_of_subject(struct query_subject *s)
{
	if (!s->has_timing)
		s->timing = timing_of(s->view, s->call);
	s->has_timing = true;
	return &s->timing;
}

static bool pdd_ns(struct query_subject *s, int64_t *out)
{
	*out = timing_of_subject(s)->pdd_ns;
	return *out != TIMING_NONE;
}

static bool setup_ns(struct query_subject *s, int64_t *out)
{
	*out = timing_of_subject(s)->setup_ns;
	return *out != TIMING_NONE;
}

static bool talk_ns(struct query_subject *s, int64_t *out)
{
	*out = timing_of_subject(s)->talk_ns;
	return *out != TIMING_NONE;
}

static bool ring_ns(struct query_subject *s, int64_t *out)
{
	*out = timing_of_subject(s)->ring_ns;
	return *out != TIMING_NONE;
}

static bool trying_ns(struct query_subject *s, int64_t *out)
{
	*out = timing_of_subject(s)->trying_ns;
	return *out != TIMING_NONE;
}

static bool failure_ns(struct query_subject *s, int64_t *out)
{
	*out = timing_of_subject(s)->failure_ns;
	return *out != TIMING_NONE;
}

static bool teardown_ns(struct query_subject *s, int64_t *out)
{
	*out = timing_of_subject(s)->teardown_ns;
	return *out != TIMING_NONE;
}

/* ---- flags */

static bool is_malformed(struct query_subject *s)
{
	return call_is(s->call, CALL_MALFORMED);
}

static bool has_identity(struct query_subject *s)
{
	return call_is(s->call, CALL_IDENTITY);
}

void query_subject_find(struct query_subject *s)
{
	if (!s->has_findings && s->find != NULL)
		s->finding_count = s->find(s->find_ctx, s->view, s->call,
					   s->findings, FINDING_ROOM);
	s->has_findings = true;
}

/* Who finds knows the limits that the user has set. */
static bool is_stuck(struct query_subject *s)
{
	const struct phase_limits limits = PHASE_LIMITS_DEFAULT;
	struct phase phase;

	if (s->find == NULL)
		return phase_find_stuck(s->view, s->call, &limits, &phase);
	query_subject_find(s);
	for (unsigned i = 0; i < s->finding_count; i++) {
		struct slice kind = slice_of(s->findings[i].kind);

		if (slice_eq(kind, SLICE("stuck-in-trying")) ||
		    slice_eq(kind, SLICE("ring-timeout")))
			return true;
	}
	return false;
}

/* ---- the table */

/* clang-format off */
static const struct query_field fields[] = {
	{ .name = "method", .kind = QUERY_TEXT, .text = method_text,
	  .help = "Method of the first request: method == INVITE" },
	{ .name = "state", .kind = QUERY_TEXT, .text = state_text,
	  .word = state_word,
	  .help = "State of the call: state == early" },
	{ .name = "code", .kind = QUERY_EACH_CODE,
	  .help = "Any response code of the call: code >= 400" },
	{ .name = "final", .kind = QUERY_COUNT, .number = final_number,
	  .help = "Final response code: final == 486" },
	{ .name = "from", .kind = QUERY_TEXT, .text = from_text,
	  .help = "User or number of From: from contains 4930" },
	{ .name = "to", .kind = QUERY_TEXT, .text = to_text,
	  .help = "User or number of To: to =~ \"^\\+84\"" },
	{ .name = "callid", .kind = QUERY_TEXT, .text = callid_text,
	  .help = "Call-ID: callid == a84b4c76e66710" },
	{ .name = "source", .kind = QUERY_ADDRESS, .text = source_text,
	  .host = source_host,
	  .help = "Who sent the first request: source == 192.0.2.1" },
	{ .name = "destination", .kind = QUERY_ADDRESS,
	  .text = destination_text, .host = destination_host,
	  .help = "Where it went: destination == 192.0.2.1:5060" },
	{ .name = "peer", .kind = QUERY_ADDRESS, .text = peer_text,
	  .host = peer_host,
	  .help = "Who answered it, or should have: peer == 192.0.2.1" },
	{ .name = "agent", .kind = QUERY_TEXT, .text = agent_text,
	  .help = "User-Agent of the first request: agent contains Yealink" },
	{ .name = "transport", .kind = QUERY_TEXT, .text = transport_text,
	  .word = transport_word,
	  .help = "Transport of the first request: transport == udp" },
	{ .name = "messages", .kind = QUERY_COUNT, .number = messages_number,
	  .help = "Messages of the call: messages > 20" },
	{ .name = "retransmissions", .kind = QUERY_COUNT,
	  .number = retransmissions_number,
	  .help = "Messages sent again: retransmissions > 0" },
	{ .name = "pdd", .kind = QUERY_SECONDS, .number = pdd_ns,
	  .help = "Post-dial delay in seconds: pdd > 2.5" },
	{ .name = "setup", .kind = QUERY_SECONDS, .number = setup_ns,
	  .help = "Seconds from INVITE to its 2xx: setup > 30" },
	{ .name = "talk", .kind = QUERY_SECONDS, .number = talk_ns,
	  .help = "Seconds from the 2xx to BYE: talk < 3" },
	{ .name = "duration", .kind = QUERY_SECONDS, .number = duration_ns,
	  .help = "Seconds from first to last message: duration > 600" },
	{ .name = "age", .kind = QUERY_SECONDS, .number = age_ns,
	  .help = "Seconds since it began, at the latest packet: age <= 300" },
	{ .name = "ring", .kind = QUERY_SECONDS, .number = ring_ns,
	  .help = "Seconds of ringing: ring >= 60" },
	{ .name = "trying", .kind = QUERY_SECONDS, .number = trying_ns,
	  .help = "Seconds from INVITE to the first 100: trying > 0.2" },
	{ .name = "failure", .kind = QUERY_SECONDS, .number = failure_ns,
	  .help = "Seconds from INVITE to its refusal: failure > 10" },
	{ .name = "teardown", .kind = QUERY_SECONDS, .number = teardown_ns,
	  .help = "Seconds from BYE to its answer: teardown > 1" },
	{ .name = "finding", .kind = QUERY_FINDING,
	  .help = "Has a finding, or one of a kind: finding == missing-ack" },
	{ .name = "malformed", .kind = QUERY_FLAG, .flag = is_malformed,
	  .help = "A message breaks the grammar" },
	{ .name = "identity", .kind = QUERY_FLAG, .flag = has_identity,
	  .help = "A message carries Identity" },
	{ .name = "verdict", .kind = QUERY_TEXT, .text = verdict_text,
	  .word = verdict_word,
	  .help = "Verdict on its Identity: verdict == SIGNATURE_INVALID" },
	{ .name = "attest", .kind = QUERY_EACH_TEXT, .each = attest_of,
	  .word = attest_word,
	  .help = "Attestation of a PASSporT: attest == A" },
	{ .name = "signer", .kind = QUERY_EACH_TEXT, .each = signer_of,
	  .help = "Name or SPC of who signed: signer contains 709J" },
	{ .name = "brokenby", .kind = QUERY_ADDRESS, .text = breaker_text,
	  .host = breaker_host,
	  .help = "Who broke its Identity: brokenby == 192.0.2.1" },
	{ .name = "stuck", .kind = QUERY_FLAG, .flag = is_stuck,
	  .help = "A provisional phase lasts, or lasted, past its limit" },
};
/* clang-format on */

#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

const struct query_field *query_field_at(unsigned i)
{
	return i < FIELD_COUNT ? &fields[i] : NULL;
}

const struct query_field *query_field_find(struct slice name)
{
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (slice_eq_nocase(slice_of(fields[i].name), name))
			return &fields[i];
	return NULL;
}

const char *query_field_name(unsigned i)
{
	return i < FIELD_COUNT ? fields[i].name : NULL;
}

const char *query_field_help(unsigned i)
{
	return i < FIELD_COUNT ? fields[i].help : NULL;
}
