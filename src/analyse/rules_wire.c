#include "rules.h"

#include "sipmon/sip/method.h"

/*
 * What a gateway that writes other addresses into a body may change in its
 * length: at most 8 characters ("10.0.0.1" and "100.100.100.100" have 7) in
 * each of the lines o=, c=, m= and some a=.  More is a lie of its own.
 */
#define REWRITTEN_BYTES_MAX 64

bool malformed_message(const struct scene *s, struct finding *out)
{
	if (!call_is(s->call, CALL_MALFORMED))
		return false;
	finding_start(out, 0, -1, 0);
	for (uint32_t id = s->call->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		/* Of what the capture has cut nobody knows. */
		if (msg_is(m, MSG_MALFORMED) && !msg_is(m, MSG_CUT)) {
			out->count++;
			finding_name(out, id);
		}
		id = m->next;
	}
	return out->count > 0;
}

/* RFC 4320 section 4.2: it comes too late to be of use, and a forking proxy
 * takes it for an answer. */
bool non_invite_408(const struct scene *s, struct finding *out)
{
	const struct transaction *t = s->transaction;
	uint32_t final;

	if (t->method == SIP_METHOD_INVITE || t->final_code != 408)
		return false;
	final = final_of(s, t);
	finding_start(out, 408,
		      s->story.request != 0 ? t->final_ns - t->request_ns : -1,
		      0);
	finding_name(out, s->story.request);
	finding_name(out, final);
	return true;
}

/* ---- alg-damage */

static bool is_on_udp(const struct scene *s, const struct captured_msg *m)
{
	return view_hop(s->view, m->hop)->transport == TRANSPORT_UDP;
}

/*
 * Does Content-Length promise a few bytes that are not there, or end the body
 * in the middle of a line?  Two lengths that differ are another fault.
 */
static bool is_off_by_a_little(const struct sip_msg *msg, uint32_t *missing)
{
	struct slice value = sip_msg_field(msg, SIP_HEADER_CONTENT_LENGTH, 0);
	uint32_t promised;

	if (!slice_to_u32(value, SIP_MESSAGE_BYTES_MAX, &promised) ||
	    slice_is_set(sip_msg_field(msg, SIP_HEADER_CONTENT_LENGTH, 1)) ||
	    msg->body.len == 0 || promised < msg->body.len)
		return false;
	*missing = promised - (uint32_t)msg->body.len;
	return *missing > 0 ? *missing <= REWRITTEN_BYTES_MAX
			    : msg->body.ptr[msg->body.len - 1] != '\n';
}

/* Somebody wrote other addresses into the body and left its length alone. */
bool alg_damage(const struct scene *s, struct finding *out)
{
	for (uint32_t id = s->call->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);
		struct reading r;
		uint32_t missing = 0;
		bool found = false;

		if (msg_is(m, MSG_LENGTH_OFF) && msg_is(m, MSG_SDP) &&
		    is_on_udp(s, m)) {
			found = reading_of(s, id, &r) &&
				is_off_by_a_little(&r.msg, &missing);
			reading_free(&r);
		}
		if (found) {
			finding_start(out, m->status, -1, missing);
			finding_name(out, id);
			return true;
		}
		id = m->next;
	}
	return false;
}

/* ---- of UDP */

bool oversized_udp(const struct scene *s, struct finding *out)
{
	for (uint32_t id = s->call->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (msg_is(m, MSG_OVERSIZED)) {
			finding_start(out, 0, -1, m->len);
			finding_name(out, id);
			return true;
		}
		id = m->next;
	}
	return false;
}

/*
 * RFC 3261 section 17.1.1.1: T1 may be shorter than 500 ms only where the
 * network is known to be fast.  Even then the gaps double: one of 100 ms is
 * followed by one of 200 ms, and none that is fast.
 */
bool fast_resending(const struct scene *s, struct finding *out)
{
	const struct story *y = &s->story;
	bool requests = y->fast_requests >= COPIES_MANY;

	if (view_hop(s->view, s->transaction->hop)->transport !=
		    TRANSPORT_UDP ||
	    (!requests && y->fast_finals < COPIES_MANY))
		return false;
	finding_start(out, requests ? 0 : y->final_code, y->fast_gap_ns,
		      requests ? y->fast_requests : y->fast_finals);
	finding_name(out, requests ? s->transaction->first_msg : y->final);
	finding_name(out, requests ? y->last_request : y->last_final);
	return true;
}
