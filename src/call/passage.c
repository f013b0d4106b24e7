#include "sipmon/call/passage.h"

#include "impl.h"
#include "sipmon/call/verdict.h"

/*
 * Copies of a request are transactions of their own, close to each other: so
 * many are looked at before one, and a few behind it (packets may stand out of
 * order).
 */
#define TRANSACTIONS_BACK  64
#define TRANSACTIONS_FORTH 16

/* Transactions of a call whose passages are told, and its messages. */
#define FAMILY_MAX   128
#define MESSAGES_MAX 4096

/* Answers that may have become those of one call: all looks together. */
#define LOOKS_MAX (1U << 20)

/* The request is the first message of its transaction, or nearly so. */
#define REQUEST_AMONG 4

/* ---- one hop after another */

enum nearness {
	NEAR_NOT = 0,
	NEAR_MAYBE, /* an element of several addresses, or all on one host */
	NEAR_HOST,
	NEAR_ENDPOINT,
};

/* How surely what went by `before` came to who sends by `here`. */
static enum nearness nearness_of(const struct flow *before,
				 const struct flow *here)
{
	if (endpoint_eq(&before->source, &here->source))
		return NEAR_NOT; /* sent a second time, to another */
	if (endpoint_eq(&before->destination, &here->source))
		return NEAR_ENDPOINT;
	if (endpoint_same_host(&before->destination, &here->source) &&
	    !endpoint_same_host(&before->source, &here->source))
		return NEAR_HOST;
	return NEAR_MAYBE;
}

/* The request as it was seen first; 0 if only answers were. */
static uint32_t request_of(const struct view *v, const struct transaction *t)
{
	uint32_t id = t->first_msg;

	for (unsigned i = 0; i < REQUEST_AMONG && id != 0; i++) {
		const struct captured_msg *m = view_msg(v, id);

		if (!msg_is(m, MSG_RESPONSE) && m->method == t->method &&
		    !msg_is(m, MSG_RETRANSMISSION))
			return id;
		id = m->next_in_transaction;
	}
	return 0;
}

/* Each end counts its own CSeq (RFC 3261 section 12.2.1.1). */
static bool is_same_request(const struct view *v, const struct transaction *a,
			    const struct transaction *b)
{
	const struct captured_msg *x;
	const struct captured_msg *y;

	if (a->method != b->method || a->cseq != b->cseq ||
	    transaction_is(a, TRANSACTION_IN_DIALOG) !=
		    transaction_is(b, TRANSACTION_IN_DIALOG))
		return false;
	x = view_msg(v, request_of(v, a));
	y = view_msg(v, request_of(v, b));
	return x == NULL || y == NULL ||
	       msg_is(x, MSG_OTHER_FROM) == msg_is(y, MSG_OTHER_FROM);
}

/* A proxy puts its Via on top (RFC 3261 section 16.6 item 8). */
static bool is_chained(const struct transaction *before,
		       const struct transaction *t)
{
	return t->branch_below != 0 && before->branch == t->branch_below;
}

/* Transactions that may be the same request one hop before, latest first. */
struct befores {
	enum nearness near;
	unsigned count;
	uint32_t latest;
	uint32_t chained; /* the latest of them that the branches tell of */
};

static void consider(const struct view *v, const struct transaction *t,
		     uint32_t id, struct befores *out)
{
	const struct transaction *before = view_transaction(v, id);
	enum nearness near;

	if (before->hop == t->hop || before->request_ns > t->request_ns ||
	    before->method != t->method || before->cseq != t->cseq)
		return;
	near = nearness_of(view_hop(v, before->hop), view_hop(v, t->hop));
	if (near < out->near || near == NEAR_NOT ||
	    (near == NEAR_MAYBE && !is_chained(before, t)) ||
	    !is_same_request(v, before, t))
		return;
	if (near > out->near)
		*out = (struct befores){ .near = near };
	if (out->count++ == 0)
		out->latest = id;
	if (out->chained == 0 && is_chained(before, t))
		out->chained = id;
}

static struct befores befores_of(const struct view *v,
				 const struct transaction *t)
{
	struct befores out = { .near = NEAR_NOT };
	uint32_t id = t->next;

	for (unsigned i = 0; i < TRANSACTIONS_FORTH && id != 0; i++) {
		consider(v, t, id, &out);
		id = view_transaction(v, id)->next;
	}
	id = t->previous;
	for (unsigned i = 0; i < TRANSACTIONS_BACK && id != 0; i++) {
		consider(v, t, id, &out);
		id = view_transaction(v, id)->previous;
	}
	return out;
}

/*
 * The same request one hop before; 0 if none is sure.  The addresses tell
 * which, and where they do not, or fit several, the branches.
 */
static uint32_t upstream_of(const struct view *v, const struct transaction *t)
{
	struct befores before = befores_of(v, t);

	if (before.near > NEAR_MAYBE &&
	    (before.count == 1 || before.chained == 0))
		return before.latest;
	return before.chained;
}

/* ---- transactions and where they came from */

struct family {
	unsigned count;
	unsigned looks; /* left */
	struct {
		uint32_t id;
		uint32_t up;
	} of[FAMILY_MAX];
};

/* From `id` on; those of the request `of`, or all if it is NULL. */
static void find_family(const struct view *v, uint32_t id,
			const struct transaction *of, struct family *out)
{
	out->count = 0;
	out->looks = LOOKS_MAX;
	for (unsigned i = 0; i < FAMILY_MAX && id != 0; i++) {
		const struct transaction *t = view_transaction(v, id);

		if (of == NULL ||
		    (t->method == of->method && t->cseq == of->cseq)) {
			out->of[out->count].id = id;
			out->of[out->count].up = upstream_of(v, t);
			out->count++;
		}
		id = t->next;
	}
}

static uint32_t up_from(const struct family *f, uint32_t id)
{
	for (unsigned i = 0; i < f->count; i++)
		if (f->of[i].id == id)
			return f->of[i].up;
	return 0;
}

/* Those that `up` was sent on as: all of them, or those that went before the
 * transaction `until`. */
static unsigned branch_count(const struct view *v, const struct family *f,
			     uint32_t up, const struct transaction *until)
{
	unsigned n = 0;

	for (unsigned i = 0; i < f->count; i++) {
		const struct transaction *t = view_transaction(v, f->of[i].id);

		n += f->of[i].up == up && t != until &&
		     (until == NULL || t->request_ns <= until->request_ns);
	}
	return n;
}

static bool set_passage(const struct view *v, struct passage *out, uint32_t in,
			uint32_t msg, const struct flow *request)
{
	int64_t in_ns = view_msg(v, in)->time_ns;
	int64_t out_ns = view_msg(v, msg)->time_ns;

	if (in_ns > out_ns)
		return false;
	*out = (struct passage){ .in = in,
				 .out = msg,
				 .delay_ns = out_ns - in_ns,
				 .element = request->destination };
	return true;
}

static bool find_request(const struct view *v, const struct family *f,
			 uint32_t msg, struct passage *out)
{
	uint32_t id = view_msg(v, msg)->transaction;
	const struct transaction *t = view_transaction(v, id);
	uint32_t up = up_from(f, id);
	const struct transaction *before = view_transaction(v, up);
	uint32_t in = before == NULL ? 0 : request_of(v, before);

	if (in == 0 || request_of(v, t) != msg ||
	    !set_passage(v, out, in, msg, view_hop(v, before->hop)))
		return false;
	out->forked = branch_count(v, f, up, t) > 0;
	return true;
}

static bool read_msg(const struct view *v, uint32_t id, struct buf *bytes,
		     struct sip_msg *out)
{
	buf_init(bytes, (size_t)SIP_MESSAGE_BYTES_MAX * 2);
	return view_bytes(v, view_msg(v, id), bytes) == ERR_OK &&
	       sip_msg_parse(out, buf_slice(bytes));
}

/* As is_chained(), of two ACKs: they are filed with their INVITE. */
static bool are_chained_acks(const struct view *v, uint32_t in, uint32_t out)
{
	struct sip_msg before;
	struct sip_msg here;
	struct buf a;
	struct buf b;
	bool is = read_msg(v, in, &a, &before);

	is = read_msg(v, out, &b, &here) && is && here.branch_below.len > 0 &&
	     slice_eq(before.branch, here.branch_below);
	buf_free(&a);
	buf_free(&b);
	return is;
}

/* An ACK for a 2xx is a request of its own (RFC 3261 section 13.2.2.4). */
static bool find_ack(const struct view *v, uint32_t msg, struct passage *out)
{
	const struct captured_msg *m = view_msg(v, msg);
	uint32_t in = msg_previous_hop(v, msg);
	const struct flow *hop;

	if (in == 0 || view_transaction(v, m->transaction)->final_code >= 300)
		return false;
	hop = view_hop(v, view_msg(v, in)->hop);
	if (nearness_of(hop, view_hop(v, m->hop)) <= NEAR_MAYBE &&
	    !are_chained_acks(v, in, msg))
		return false;
	return set_passage(v, out, in, msg, hop);
}

/* Of the same dialog before any other, the latest that came in time. */
static uint32_t better_answer(const struct view *v, uint32_t a, uint32_t b,
			      const struct captured_msg *out)
{
	const struct captured_msg *x = view_msg(v, a);
	const struct captured_msg *y = view_msg(v, b);

	if (x == NULL)
		return b;
	if ((x->dialog == out->dialog) != (y->dialog == out->dialog))
		return y->dialog == out->dialog ? b : a;
	return y->time_ns >= x->time_ns ? b : a;
}

static uint32_t answer_in(const struct view *v, const struct transaction *t,
			  uint32_t best, const struct captured_msg *out,
			  unsigned *looks)
{
	unsigned left = MESSAGES_MAX;

	for (uint32_t id = t->first_msg; id != 0 && left > 0 && *looks > 0;
	     left--) {
		(*looks)--;
		const struct captured_msg *m = view_msg(v, id);

		if (msg_is_copy(m, out) && !msg_is(m, MSG_RETRANSMISSION) &&
		    m->time_ns <= out->time_ns)
			best = better_answer(v, best, id, out);
		id = m->next_in_transaction;
	}
	return best;
}

static bool find_response(const struct view *v, struct family *f, uint32_t msg,
			  struct passage *out)
{
	const struct captured_msg *m = view_msg(v, msg);
	const struct transaction *t = view_transaction(v, m->transaction);
	uint32_t in = 0;

	if (m->status <= 100)
		return false;
	for (unsigned i = 0; i < f->count; i++)
		if (f->of[i].up == m->transaction)
			in = answer_in(v, view_transaction(v, f->of[i].id), in,
				       m, &f->looks);
	if (in == 0 || f->looks == 0 ||
	    !set_passage(v, out, in, msg, view_hop(v, t->hop)))
		return false;
	out->forked = branch_count(v, f, m->transaction, NULL) > 1;
	return true;
}

static bool find_passage(const struct view *v, struct family *f, uint32_t msg,
			 struct passage *out)
{
	const struct captured_msg *m = view_msg(v, msg);

	if (m->transaction == 0 || m->method == SIP_METHOD_CANCEL ||
	    msg_is(m, MSG_RETRANSMISSION))
		return false;
	if (msg_is(m, MSG_RESPONSE))
		return find_response(v, f, msg, out);
	return m->method == SIP_METHOD_ACK ? find_ack(v, msg, out)
					   : find_request(v, f, msg, out);
}

/* Who asks for one message asks mostly where nothing came before it. */
static bool wants_family(const struct view *v, const struct captured_msg *m,
			 const struct transaction *t)
{
	return msg_is(m, MSG_RESPONSE) ||
	       (m->method != SIP_METHOD_ACK && upstream_of(v, t) != 0);
}

bool passage_of(const struct view *v, uint32_t msg, struct passage *out)
{
	const struct captured_msg *m = view_msg(v, msg);
	const struct transaction *t;
	struct family f;
	uint32_t from;

	if (m == NULL || m->transaction == 0)
		return false;
	t = view_transaction(v, m->transaction);
	f.count = 0;
	if (!wants_family(v, m, t))
		return find_passage(v, &f, msg, out);
	from = m->transaction;
	for (unsigned i = 0; i < TRANSACTIONS_BACK; i++) {
		uint32_t before = view_transaction(v, from)->previous;

		if (before == 0)
			break;
		from = before;
	}
	find_family(v, from, t, &f);
	return find_passage(v, &f, msg, out);
}

/* Most calls are seen on one hop only. */
static bool has_hops(const struct view *v, const struct call *c)
{
	const struct transaction *t = view_transaction(v, c->first_transaction);

	for (; t != NULL; t = view_transaction(v, t->next))
		if (t->hop / 2 != c->hop / 2)
			return true;
	return false;
}

unsigned passage_list(const struct view *v, const struct call *c,
		      struct passage *out, unsigned room)
{
	unsigned left = MESSAGES_MAX;
	unsigned n = 0;
	struct family f;

	if (!has_hops(v, c))
		return 0;
	find_family(v, c->first_transaction, NULL, &f);
	for (uint32_t id = c->first_msg; id != 0 && n < room && left > 0;
	     left--) {
		n += find_passage(v, &f, id, &out[n]);
		id = view_msg(v, id)->next;
	}
	return n;
}
