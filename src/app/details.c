#include "details.h"

#include <stdlib.h>
#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/identity/hops.h"

/* A message that was read again. */
struct reading {
	struct buf bytes;
	struct sip_msg msg;
	struct identity_detail detail;
};

struct details {
	const struct judge *judge;
	bool anew;
	struct store *store;
	const struct view *view;
	/* What was answered last lives here. */
	struct arena_pool *pool;
	struct arena arena;
	struct reading asked;  /* the message that was asked about */
	struct reading before; /* the copy that held, or one hop before */
	struct reading after;  /* the first that did not hold */
	struct reading answer;
};

struct details *details_new(const struct judge *judge, bool anew)
{
	struct details *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->judge = judge;
	d->anew = anew;
	buf_init(&d->asked.bytes, JUDGED_BYTES_MAX);
	buf_init(&d->before.bytes, JUDGED_BYTES_MAX);
	buf_init(&d->after.bytes, JUDGED_BYTES_MAX);
	buf_init(&d->answer.bytes, JUDGED_BYTES_MAX);
	d->pool = arena_pool_new();
	if (d->pool != NULL)
		return d;
	details_free(d);
	return NULL;
}

void details_free(struct details *d)
{
	if (d == NULL)
		return;
	if (d->pool != NULL)
		arena_reset(&d->arena, d->pool);
	arena_pool_free(d->pool);
	buf_free(&d->asked.bytes);
	buf_free(&d->before.bytes);
	buf_free(&d->after.bytes);
	buf_free(&d->answer.bytes);
	free(d);
}

void details_attach(struct details *d, struct store *store)
{
	d->store = store;
	d->view = store_view(store);
}

/* Reads a message again; false if it cannot be. */
static bool read_again(const struct details *d, struct reading *r, uint32_t id)
{
	const struct captured_msg *m = view_msg(d->view, id);

	buf_clear(&r->bytes);
	return m != NULL && view_bytes(d->view, m, &r->bytes) == ERR_OK &&
	       sip_msg_parse(&r->msg, buf_slice(&r->bytes));
}

static bool judge_again(struct details *d, struct reading *r, uint32_t id,
			struct signer *signer)
{
	const struct captured_msg *m = view_msg(d->view, id);
	struct judge_case c = { .msg = &r->msg };
	struct verdict_brief brief;

	if (!read_again(d, r, id))
		return false;
	brief = verdict_unpack(m->judged);
	if (!d->anew)
		memcpy(c.known, brief.signatures, sizeof(c.known));
	c.time_ns = m->time_ns;
	c.trailing = r->bytes.len - (size_t)(r->msg.raw.ptr - r->bytes.ptr) -
		     r->msg.raw.len;
	memset(&r->detail, 0, sizeof(r->detail));
	if (judge_message(d->judge, &c, &d->arena, d->pool, &r->detail, signer))
		return false;
	r->detail.msg = id;
	return true;
}

/* The answer that tells most: the final one, else the last but 100. */
static uint32_t find_answer(const struct view *v, const struct captured_msg *m)
{
	const struct transaction *t = view_transaction(v, m->transaction);
	uint32_t found = 0;

	if (t == NULL || msg_is(m, MSG_RESPONSE))
		return 0;
	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *a = view_msg(v, id);

		if (msg_is(a, MSG_RESPONSE) && a->status > 100) {
			found = id;
			if (a->status >= 200)
				return found;
		}
		id = a->next_in_transaction;
	}
	return found;
}

/* May it speak of an Identity?  A 403 does by its phrase alone. */
static bool may_speak_of_identity(const struct captured_msg *answer)
{
	return verdict_is_refusal(answer->status) || answer->status == 403 ||
	       msg_is(answer, MSG_REASON);
}

static void add_answer(struct details *d, const struct captured_msg *m,
		       struct identity_detail *out)
{
	uint32_t id = find_answer(d->view, m);
	const struct captured_msg *answer = view_msg(d->view, id);

	if (answer == NULL)
		return;
	out->seen_code = answer->status;
	out->seen_msg = id;
	if (may_speak_of_identity(answer) && read_again(d, &d->answer, id))
		hops_answer(&d->answer.msg, &d->arena, d->pool, out);
}

/*
 * RFC 4474 section 13.1: a signed request that comes again within the window to
 * whoever had it already, and from somebody else.  A hop further on it would go
 * elsewhere, and a retransmission comes from where it came from.
 */
static bool is_replay(const struct details *d, uint32_t first, uint32_t again)
{
	const struct captured_msg *a = view_msg(d->view, first);
	const struct captured_msg *b = view_msg(d->view, again);
	const struct flow *from = view_hop(d->view, a->hop);
	const struct flow *here = view_hop(d->view, b->hop);
	const struct identity_detail *before = &d->before.detail;
	const struct identity_detail *after = &d->asked.detail;

	return before->header_count > 0 && after->header_count > 0 &&
	       after->headers[0].scheme == IDENTITY_RFC4474 &&
	       slice_eq(before->headers[0].value, after->headers[0].value) &&
	       endpoint_eq(&from->destination, &here->destination) &&
	       !endpoint_same_host(&from->source, &here->source) &&
	       (b->time_ns - a->time_ns) / CLOCK_SECOND_NS <=
		       d->judge->policy->date_window_s;
}

/* Where it broke, and what differs there; else what differs from the copy one
 * hop before. */
static void add_path(struct details *d, uint32_t id,
		     struct identity_detail *out)
{
	bool broke = verdict_find_break(d->view, id, &out->broke);
	struct hop_copy before = { &d->before.msg, &d->before.detail };
	struct hop_copy after = { &d->asked.msg, &d->asked.detail };
	uint32_t earlier =
		broke ? out->broke.held : msg_previous_hop(d->view, id);
	struct signer signer;

	if (broke) {
		out->has_broken_by = true;
		out->broken_by = *verdict_break_element(d->view, &out->broke);
	}
	if (earlier == 0 || !judge_again(d, &d->before, earlier, &signer))
		return;
	if (broke && out->broke.broken != id) {
		if (!judge_again(d, &d->after, out->broke.broken, &signer))
			return;
		after = (struct hop_copy){ &d->after.msg, &d->after.detail };
	}
	hops_changes(&before, &after, d->judge->policy, &d->arena, d->pool,
		     out);
	if (is_replay(d, earlier, id))
		out->path_note =
			"the same signature came before from elsewhere";
}

/* One that nobody had judged yet is filed on this occasion. */
static void file_now(struct details *d, uint32_t id,
		     const struct signer *signer)
{
	const struct captured_msg *m = view_msg(d->view, id);
	struct verdict_brief brief = judge_brief(&d->asked.detail);

	if (!msg_waits_for_verdict(m))
		return;
	if (signer->name[0] != '\0' || signer->spc[0] != '\0')
		brief.signer = store_signer(d->store, signer);
	(void)store_file_verdict(d->store, id, m->content, m->time_ns, &brief);
}

/* A call without any Identity has no path to look at. */
static bool has_path(const struct details *d, const struct captured_msg *m,
		     uint32_t id)
{
	return call_is(view_call_of(d->view, m), CALL_IDENTITY) &&
	       msg_previous_hop(d->view, id) != 0;
}

/* Signed or not; false if it cannot be read again. */
static bool judge_asked(struct details *d, const struct captured_msg *m,
			uint32_t id, bool path)
{
	struct signer signer = { .name = "" };

	if (msg_is(m, MSG_IDENTITY)) {
		if (!judge_again(d, &d->asked, id, &signer))
			return false;
		file_now(d, id, &signer);
		return true;
	}
	d->asked.detail = (struct identity_detail){
		.msg = id,
		.verdict = VERDICT_NO_IDENTITY,
		.expected_code = verdict_code(VERDICT_NO_IDENTITY),
		.signature = SIGNATURE_UNCHECKED,
	};
	/* Its bytes are needed only if it had one a hop before. */
	return !path || read_again(d, &d->asked, id);
}

bool details_of(struct details *d, uint32_t msg, struct identity_detail *out)
{
	const struct captured_msg *m = view_msg(d->view, msg);
	bool path;

	if (m == NULL || !msg_wants_verdict(m))
		return false;
	arena_reset(&d->arena, d->pool);
	path = has_path(d, m, msg);
	if (!judge_asked(d, m, msg, path))
		return false;
	*out = d->asked.detail;
	if (path)
		add_path(d, msg, out);
	add_answer(d, m, out);
	return true;
}
