#include "sipmon/call/verdict.h"

#include "sipmon/sip/method.h"

/* Hops that a request is followed back over: as many as Max-Forwards allows
 * (RFC 3261 section 8.1.1.6). */
#define HOPS_BACK_MAX 70

/* Bits of captured_msg.judged. */
#define VERDICT_BITS     6
#define ATTEST_BITS      2
#define SIGNATURE_BITS   2
#define ATTEST_SHIFT     VERDICT_BITS
#define SIGNATURES_SHIFT (ATTEST_SHIFT + ATTEST_BITS)
#define SIGNER_SHIFT     (SIGNATURES_SHIFT + SIGNATURE_BITS * VERDICT_SIGNATURES)
#define SIGNER_BITS      16

_Static_assert(SIGNER_SHIFT + SIGNER_BITS <= 32, "a brief is 32 bits");
_Static_assert(VERDICTS <= 1 << VERDICT_BITS, "room for every verdict");

/* ---- names and sets */

static const struct {
	const char *name;
	uint16_t code;
} verdicts[VERDICTS] = {
	[VERDICT_NONE] = { "", 0 },
#define VERDICT(id, code) [VERDICT_##id] = { #id, code },
#include "sipmon/call/verdicts.def"
#undef VERDICT
};

static const char *const caveats[CAVEATS] = {
#define CAVEAT(id) [CAVEAT_##id] = #id,
#include "sipmon/call/caveats.def"
#undef CAVEAT
};

const char *verdict_name(enum verdict v)
{
	return (unsigned)v < VERDICTS ? verdicts[v].name : "";
}

const char *caveat_name(enum caveat c)
{
	return (unsigned)c < CAVEATS ? caveats[c] : "";
}

const char *signature_name(enum signature_result r)
{
	switch (r) {
	case SIGNATURE_UNKNOWN:
		return "";
	case SIGNATURE_VALID:
		return "valid";
	case SIGNATURE_INVALID:
		return "invalid";
	case SIGNATURE_UNCHECKED:
		return "unchecked";
	}
	return "";
}

const char *attest_name(enum attestation a)
{
	switch (a) {
	case ATTEST_NONE:
		return "";
	case ATTEST_A:
		return "A";
	case ATTEST_B:
		return "B";
	case ATTEST_C:
		return "C";
	}
	return "";
}

enum verdict verdict_of_name(struct slice name)
{
	for (unsigned i = VERDICT_NONE + 1; i < VERDICTS; i++)
		if (slice_eq(slice_of(verdicts[i].name), name))
			return (enum verdict)i;
	return VERDICT_NONE;
}

uint16_t verdict_code(enum verdict v)
{
	return (unsigned)v < VERDICTS ? verdicts[v].code : 0;
}

bool verdict_is_refusal(uint32_t code)
{
	return code == 428 || (code >= 436 && code <= 438);
}

enum verdict verdict_first(uint64_t set)
{
	for (unsigned i = VERDICT_NONE + 1; i < VERDICTS; i++)
		if ((set & VERDICT_BIT(i)) != 0)
			return (enum verdict)i;
	return VERDICT_VALID;
}

enum verdict_class verdict_class(enum verdict v)
{
	switch ((unsigned)v) {
	case VERDICT_NONE:
	case VERDICT_NO_IDENTITY:
		return VERDICT_CLASS_NONE;
	case VERDICT_VALID:
		return VERDICT_CLASS_GOOD;
	case VERDICT_CERT_UNAVAILABLE:
	case VERDICT_UNSUPPORTED_PPT: /* RFC 8224 section 6.2: is ignored */
		return VERDICT_CLASS_UNKNOWN;
	}
	return VERDICT_CLASS_BAD;
}

/* ---- filed with a message */

uint32_t verdict_pack(const struct verdict_brief *b)
{
	uint32_t judged = (uint32_t)b->verdict |
			  (uint32_t)b->attest << ATTEST_SHIFT |
			  (uint32_t)b->signer << SIGNER_SHIFT;

	for (unsigned i = 0; i < VERDICT_SIGNATURES; i++)
		judged |= (uint32_t)b->signatures[i]
			  << (SIGNATURES_SHIFT + SIGNATURE_BITS * i);
	return judged;
}

static uint32_t bits_of(uint32_t judged, unsigned shift, unsigned bits)
{
	return judged >> shift & ((UINT32_C(1) << bits) - 1);
}

struct verdict_brief verdict_unpack(uint32_t judged)
{
	struct verdict_brief b = {
		.verdict = (enum verdict)bits_of(judged, 0, VERDICT_BITS),
		.attest = (enum attestation)bits_of(judged, ATTEST_SHIFT,
						    ATTEST_BITS),
		.signer = (uint16_t)bits_of(judged, SIGNER_SHIFT, SIGNER_BITS),
	};

	for (unsigned i = 0; i < VERDICT_SIGNATURES; i++)
		b.signatures[i] = (enum signature_result)bits_of(
			judged, SIGNATURES_SHIFT + SIGNATURE_BITS * i,
			SIGNATURE_BITS);
	return b;
}

/* RFC 9970: PASSporTs in provisional (not 100) and 2xx responses; RFC 8946
 * section 7: in a 3xx. */
static bool is_judged_response(const struct captured_msg *m)
{
	return m->status > 100 && m->status < 400;
}

/* Of what is not all here nothing can be told. */
static bool can_be_judged(const struct captured_msg *m)
{
	return !msg_is(m, MSG_RETRANSMISSION) && !msg_is(m, MSG_CUT) &&
	       m->method != SIP_METHOD_CANCEL;
}

static bool carries_identity(const struct captured_msg *m)
{
	return msg_is(m, MSG_IDENTITY) && can_be_judged(m) &&
	       (!msg_is(m, MSG_RESPONSE) || is_judged_response(m));
}

static bool lacks_identity(const struct captured_msg *m)
{
	return !msg_is(m, MSG_IDENTITY) && can_be_judged(m) &&
	       !msg_is(m, MSG_RESPONSE) && !msg_is(m, MSG_IN_DIALOG) &&
	       (m->method == SIP_METHOD_INVITE ||
		m->method == SIP_METHOD_MESSAGE);
}

enum verdict msg_verdict(const struct captured_msg *m)
{
	if (carries_identity(m))
		return verdict_unpack(m->judged).verdict;
	return lacks_identity(m) ? VERDICT_NO_IDENTITY : VERDICT_NONE;
}

bool msg_wants_verdict(const struct captured_msg *m)
{
	return carries_identity(m) || lacks_identity(m);
}

bool msg_waits_for_verdict(const struct captured_msg *m)
{
	return m->judged == 0 && carries_identity(m);
}

/* ---- of a call */

/* A bad one before one that cannot be told, that before a good one; of a class
 * the one that ranks first. */
static bool is_worse(enum verdict a, enum verdict b)
{
	enum verdict_class of_a = verdict_class(a);
	enum verdict_class of_b = verdict_class(b);

	if (b == VERDICT_NONE)
		return true;
	return of_a != of_b ? of_a > of_b : a < b;
}

/* The first request without an Identity, where no request has one. */
static enum verdict verdict_of_unsigned(const struct view *v,
					const struct call *c, uint32_t *msg)
{
	if (c->method != SIP_METHOD_INVITE && c->method != SIP_METHOD_MESSAGE)
		return VERDICT_NONE;
	for (uint32_t id = c->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(v, id);

		if (lacks_identity(m)) {
			*msg = id;
			return VERDICT_NO_IDENTITY;
		}
		id = m->next;
	}
	return VERDICT_NONE;
}

static enum verdict verdict_of_signed(const struct view *v,
				      const struct call *c, uint32_t *msg,
				      bool *waiting)
{
	enum verdict worst = VERDICT_NONE;

	for (uint32_t id = c->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(v, id);
		enum verdict one = msg_verdict(m);

		if (one != VERDICT_NONE && is_worse(one, worst)) {
			worst = one;
			*msg = id;
		}
		*waiting |= msg_waits_for_verdict(m);
		id = m->next;
	}
	/* A copy without one is not the answer while others wait. */
	if (worst == VERDICT_NO_IDENTITY && *waiting) {
		*msg = 0;
		return VERDICT_NONE;
	}
	return worst;
}

enum verdict call_verdict(const struct view *v, const struct call *c,
			  uint32_t *msg, bool *waiting)
{
	uint32_t of = 0;
	bool waits = false;
	enum verdict verdict = call_is(c, CALL_IDENTITY)
				       ? verdict_of_signed(v, c, &of, &waits)
				       : verdict_of_unsigned(v, c, &of);

	if (msg != NULL)
		*msg = of;
	if (waiting != NULL)
		*waiting = waits;
	return verdict;
}

/* ---- several hops */

/* Each end counts its own CSeq (RFC 3261 section 12.2.1.1): without the From
 * tag a request of one would pass for a copy of the other's. */
bool msg_is_copy(const struct captured_msg *a, const struct captured_msg *b)
{
	return msg_is(a, MSG_RESPONSE) == msg_is(b, MSG_RESPONSE) &&
	       a->method == b->method && a->cseq == b->cseq &&
	       a->status == b->status &&
	       msg_is(a, MSG_IN_DIALOG) == msg_is(b, MSG_IN_DIALOG) &&
	       msg_is(a, MSG_OTHER_FROM) == msg_is(b, MSG_OTHER_FROM);
}

/* How surely a copy on the hop `before` came to who sends on the hop `here`. */
enum nearness { NEAR_NOT = 0, NEAR_OTHER_HOP, NEAR_HOST, NEAR_ENDPOINT };

static enum nearness nearness_of(const struct flow *before,
				 const struct flow *here)
{
	if (endpoint_eq(&before->destination, &here->source))
		return NEAR_ENDPOINT;
	return endpoint_same_host(&before->destination, &here->source)
		       ? NEAR_HOST
		       : NEAR_OTHER_HOP;
}

/* Copies of one message, in the order of the call: the last so many, since a
 * stranger may send any number of them. */
#define COPIES_MAX 256

struct copies {
	unsigned first; /* a ring */
	unsigned count;
	uint32_t ids[COPIES_MAX];
};

static uint32_t copy_at(const struct copies *c, unsigned i)
{
	return c->ids[(c->first + i) % COPIES_MAX];
}

static void add_copy(struct copies *c, uint32_t id)
{
	if (c->count < COPIES_MAX) {
		c->ids[c->count++] = id;
		return;
	}
	c->ids[c->first] = id;
	c->first = (c->first + 1) % COPIES_MAX;
}

/* By the clock of the capture; packets may stand in a file out of order. */
static bool is_earlier(const struct captured_msg *m,
		       const struct captured_msg *here, bool stands_before)
{
	if (m->time_ns != here->time_ns)
		return m->time_ns < here->time_ns;
	return stands_before;
}

/*
 * Copies of a request are transactions of their own, close to each other: so
 * many are looked at before that of `msg`, and a few behind it (packets may
 * stand out of order).  A call without end costs no more for each of its
 * messages.
 */
#define TRANSACTIONS_BACK  512
#define TRANSACTIONS_FORTH 16

/* A request is the first message of its transaction, or nearly so; but an ACK
 * is filed with its INVITE, behind the responses. */
#define REQUEST_AMONG 4
#define ACK_AMONG     64

/* The transaction from which to look on. */
static uint32_t step_back(const struct view *v, uint32_t transaction)
{
	for (unsigned i = 0; i < TRANSACTIONS_BACK; i++) {
		uint32_t before = view_transaction(v, transaction)->previous;

		if (before == 0)
			break;
		transaction = before;
	}
	return transaction;
}

/* Those before `msg`.  One look at the call serves a walk over all its hops. */
static void find_copies(const struct view *v, uint32_t msg, struct copies *out)
{
	const struct captured_msg *here = view_msg(v, msg);
	unsigned forth = 0;
	uint32_t at = 0;

	out->first = 0;
	out->count = 0;
	if (here != NULL && !msg_is(here, MSG_RESPONSE) &&
	    here->transaction != 0)
		at = step_back(v, here->transaction);
	while (at != 0 && forth <= TRANSACTIONS_FORTH) {
		const struct transaction *t = view_transaction(v, at);
		unsigned left = here->method == SIP_METHOD_ACK ? ACK_AMONG
							       : REQUEST_AMONG;

		forth += forth > 0 || at == here->transaction;
		for (uint32_t id = t->first_msg; id != 0 && left > 0; left--) {
			const struct captured_msg *m = view_msg(v, id);

			if (id != msg && msg_is_copy(m, here) &&
			    !msg_is(m, MSG_RETRANSMISSION) &&
			    is_earlier(m, here, forth == 0))
				add_copy(out, id);
			id = m->next_in_transaction;
		}
		at = t->next;
	}
}

/* `*before`: how many of them stand before `msg`; that of the copy found. */
static uint32_t previous_of(const struct view *v, const struct copies *c,
			    uint32_t msg, unsigned *before)
{
	const struct captured_msg *here = view_msg(v, msg);
	enum nearness best = NEAR_NOT;
	uint32_t found = 0;

	for (unsigned i = *before; i-- > 0;) {
		const struct captured_msg *m = view_msg(v, copy_at(c, i));
		enum nearness near = NEAR_NOT;

		if (m->hop != here->hop)
			near = nearness_of(view_hop(v, m->hop),
					   view_hop(v, here->hop));
		if (near > best) {
			best = near;
			found = copy_at(c, i);
			*before = i;
		}
		if (near == NEAR_ENDPOINT)
			break;
	}
	return found;
}

uint32_t msg_previous_hop(const struct view *v, uint32_t msg)
{
	struct copies c;
	unsigned before;

	find_copies(v, msg, &c);
	before = c.count;
	return previous_of(v, &c, msg, &before);
}

static bool holds(const struct captured_msg *m)
{
	return msg_verdict(m) == VERDICT_VALID;
}

/* Is this the copy that is looked for on the way back? */
typedef bool (*is_held_fn)(const struct captured_msg *m);

static bool walk_back(const struct view *v, const struct copies *c,
		      uint32_t msg, is_held_fn is_held,
		      struct verdict_break *out)
{
	uint32_t broken = msg;
	unsigned left = c->count;

	for (unsigned i = 0; i < HOPS_BACK_MAX; i++) {
		uint32_t before = previous_of(v, c, broken, &left);

		if (before == 0)
			return false;
		if (is_held(view_msg(v, before))) {
			*out = (struct verdict_break){ before, broken };
			return true;
		}
		/* Not judged yet: it might still prove to hold. */
		if (msg_waits_for_verdict(view_msg(v, before)))
			return false;
		broken = before;
	}
	return false;
}

bool verdict_find_break(const struct view *v, uint32_t msg,
			struct verdict_break *out)
{
	const struct captured_msg *m = view_msg(v, msg);
	enum verdict verdict = m != NULL ? msg_verdict(m) : VERDICT_NONE;
	struct copies c;

	if (verdict == VERDICT_NONE || verdict == VERDICT_VALID ||
	    msg_is(m, MSG_RESPONSE))
		return false;
	find_copies(v, msg, &c);
	if (walk_back(v, &c, msg, holds, out))
		return true;
	/* Who took the Identity away is plain even where it cannot be told
	 * whether it held. */
	return verdict == VERDICT_NO_IDENTITY &&
	       walk_back(v, &c, msg, carries_identity, out);
}

const struct endpoint *verdict_break_element(const struct view *v,
					     const struct verdict_break *b)
{
	const struct flow *held = view_hop(v, view_msg(v, b->held)->hop);
	const struct flow *broken = view_hop(v, view_msg(v, b->broken)->hop);

	return endpoint_same_host(&held->destination, &broken->source)
		       ? &held->destination
		       : &broken->source;
}
