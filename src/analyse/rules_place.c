#include "rules.h"
#include "sipmon/call/media.h"
#include "sipmon/call/peer.h"
#include "sipmon/sip/via.h"

/* Messages of one call that are looked at for an address. */
#define MESSAGES_MAX 256

/* Messages with a private address in SDP, of which the answer is read. */
#define SDP_LOOKED_AT 4

/*
 * A host that scans: so many calls, for so many users, and nobody ever took
 * one.  Fewer are a phone with a wrong password, or a line that is out of
 * order.
 */
#define SCAN_CALLS 20
#define SCAN_USERS 10

/* ---- addresses */

/* Both ends are public: what is private between them cannot be reached.  In a
 * network of its own, and on one machine, private addresses are in order. */
static bool is_public_hop(const struct scene *s, const struct captured_msg *m)
{
	const struct flow *hop = view_hop(s->view, m->hop);

	return hop->source.family != 0 && hop->destination.family != 0 &&
	       !endpoint_is_private(&hop->source) &&
	       !endpoint_is_private(&hop->destination);
}

static void tell_place(const struct scene *s, uint32_t id, unsigned count,
		       struct finding *out)
{
	finding_start(out, 0, -1, count);
	finding_name(out, id);
	out->element = view_hop(s->view, view_msg(s->view, id)->hop)->source;
}

/* The first message with `flag` between public ends; `*count`: how many of
 * those that are looked at. */
static uint32_t find_flag(const struct scene *s, enum msg_flag flag,
			  unsigned *count)
{
	uint32_t first = 0;
	unsigned looked = 0;

	*count = 0;
	for (uint32_t id = s->call->first_msg; id != 0 && looked < MESSAGES_MAX;
	     looked++) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (msg_is(m, flag) && is_public_hop(s, m)) {
			(*count)++;
			if (first == 0)
				first = id;
		}
		id = m->next;
	}
	return first;
}

static bool tell_flag(const struct scene *s, enum msg_flag flag,
		      struct finding *out)
{
	unsigned count;
	uint32_t id;

	if ((s->call->noticed & (unsigned)flag) == 0)
		return false;
	id = find_flag(s, flag, &count);
	if (id == 0)
		return false;
	tell_place(s, id, count, out);
	return true;
}

bool nat_contact(const struct scene *s, struct finding *out)
{
	return tell_flag(s, MSG_CONTACT_PRIVATE, out);
}

/* The address in the topmost Via: of its sender, or as it was received from. */
static bool via_address(const struct scene *s, uint32_t msg, bool received,
			struct endpoint *out)
{
	struct reading r;
	struct sip_via via;
	size_t at;
	bool found = reading_of(s, msg, &r) && slice_is_set(r.msg.via) &&
		     !sip_via_parse(&via, r.msg.via, &at) &&
		     host_of(received ? via.received : via.host, out);

	reading_free(&r);
	return found;
}

/* A host with several public addresses, or a script, is no NAT. */
static bool has_private_via(const struct scene *s, uint32_t msg)
{
	struct endpoint e;

	return via_address(s, msg, false, &e) && endpoint_is_private(&e);
}

bool nat_via(const struct scene *s, struct finding *out)
{
	return tell_flag(s, MSG_VIA_OTHER, out) &&
	       has_private_via(s, out->messages[0]);
}

/*
 * Behind a NAT the source is as private as what the message names.  That there
 * is one the answer tells: its Via has the public address as received (RFC 3261
 * section 18.2.1).
 */
static bool has_public_received(const struct scene *s, uint32_t msg)
{
	struct endpoint e;

	return via_address(s, msg, true, &e) && !endpoint_is_private(&e);
}

static bool is_behind_nat(const struct scene *s, const struct captured_msg *m)
{
	const struct transaction *t = view_transaction(s->view, m->transaction);

	if (t == NULL || msg_is(m, MSG_RESPONSE))
		return false;
	for (uint32_t id = t->first_msg; id != 0;) {
		m = view_msg(s->view, id);
		if (msg_is(m, MSG_RESPONSE))
			return has_public_received(s, id);
		id = m->next_in_transaction;
	}
	return false;
}

/* What a router without NAT joins is one network, whatever its addresses. */
bool private_sdp(const struct scene *s, struct finding *out)
{
	unsigned looked = 0;

	if ((s->call->noticed & MSG_SDP_PRIVATE) == 0)
		return false;
	for (uint32_t id = s->call->first_msg;
	     id != 0 && looked < SDP_LOOKED_AT;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (msg_is(m, MSG_SDP_PRIVATE) &&
		    !msg_is(m, MSG_RETRANSMISSION)) {
			looked++;
			if (is_public_hop(s, m) || is_behind_nat(s, m)) {
				tell_place(s, id, 0, out);
				return true;
			}
		}
		id = m->next;
	}
	return false;
}

/* ---- scans */

/* What tells a stranger that there is nothing for him here.  Not so a server
 * that is down, a line that is busy or a caller who hangs up. */
static bool is_turned_away(uint16_t code)
{
	static const uint16_t codes[] = { 401, 403, 404, 405, 407, 410,
					  483, 484, 485, 488, 603, 604 };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (code == codes[i])
			return true;
	return false;
}

/* All answers of the call turn its sender away; `*answer` is the last. */
static bool is_all_turned_away(const struct scene *s, uint32_t *answer)
{
	*answer = 0;
	for (unsigned i = 0; i < s->count; i++) {
		const struct transaction *t = s->list[i];

		if (t->final_code == 0)
			continue;
		if (!is_turned_away(t->final_code))
			return false;
		*answer = final_of(s, t);
	}
	return true;
}

/* Who answers requests himself, or was ever let in, is no scanner. */
static bool scans(const struct peer *p)
{
	return p != NULL && p->began >= SCAN_CALLS && p->succeeded == 0 &&
	       p->answers == 0 && p->refused > 0 && peer_users(p) >= SCAN_USERS;
}

static uint32_t find_named(const struct scene *s)
{
	unsigned looked = 0;

	for (uint32_t id = s->call->first_msg; id != 0 && looked < MESSAGES_MAX;
	     looked++) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (msg_is(m, MSG_SCANNER))
			return id;
		id = m->next;
	}
	return 0;
}

/* By what its source did with all calls, not with this one alone. */
static uint32_t find_scan(const struct scene *s, uint32_t *answer)
{
	const struct captured_msg *m = view_msg(s->view, s->call->first_msg);

	if (msg_is(m, MSG_RESPONSE) ||
	    !scans(view_peer(s->view, &view_hop(s->view, m->hop)->source)) ||
	    !is_all_turned_away(s, answer))
		return 0;
	return s->call->first_msg;
}

bool scanner(const struct scene *s, struct finding *out)
{
	const struct peer *p;
	uint32_t answer = 0;
	uint32_t request = 0;

	if ((s->call->noticed & MSG_SCANNER) != 0)
		request = find_named(s);
	if (request == 0)
		request = find_scan(s, &answer);
	if (request == 0)
		return false;
	tell_place(s, request, 0, out);
	finding_name(out, answer);
	p = view_peer(s->view, &out->element);
	if (p != NULL)
		out->count = (uint32_t)p->began;
	return true;
}
