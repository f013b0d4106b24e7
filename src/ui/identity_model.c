#include "identity.h"

#include <string.h>

/* ---- which request */

/* The request that `id` belongs to, or `id` itself; 0 if neither is judged. */
static uint32_t judged_beside(const struct view *v, uint32_t id)
{
	const struct captured_msg *m = view_msg(v, id);
	const struct transaction *t;
	uint32_t first;

	if (m == NULL)
		return 0;
	if (msg_wants_verdict(m))
		return id;
	t = view_transaction(v, m->transaction);
	first = t == NULL ? 0 : t->first_msg;
	m = view_msg(v, first);
	return m != NULL && msg_wants_verdict(m) ? first : 0;
}

static uint32_t first_judged(const struct view *v, const struct call *call)
{
	for (uint32_t id = call->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(v, id);

		if (m == NULL)
			return 0;
		if (msg_wants_verdict(m))
			return id;
		id = m->next;
	}
	return 0;
}

static uint32_t subject_of(const struct identity_screen *s,
			   const struct call *call)
{
	const struct view *v = s->ctx->view;
	uint32_t id = s->asked != 0 ? judged_beside(v, s->asked) : 0;

	if (id == 0)
		(void)call_verdict(v, call, &id, NULL);
	return id != 0 ? id : first_judged(v, call);
}

/* ---- its copies */

static void read_verdict(struct identity_screen *s, struct identity_hop *h,
			 const struct captured_msg *m)
{
	struct verdict_break pair;
	struct identity_detail d;
	struct broken broken;

	h->judged = m->judged;
	h->verdict = msg_verdict(m);
	h->brief = verdict_unpack(m->judged);
	h->waits = msg_waits_for_verdict(m);
	h->changed[0] = '\0';
	/* Only where it broke is there something to look up. */
	if (!verdict_find_break(s->ctx->view, h->msg, &pair) ||
	    pair.broken != h->msg || !broken_detail(s->ctx, h->msg, &d))
		return;
	broken_of(&broken, s->ctx, h->msg, &d);
	memcpy(h->changed, broken.changed, sizeof(h->changed));
}

static void add_hop(struct identity_screen *s, uint32_t id,
		    const struct captured_msg *m)
{
	const struct flow *flow = view_hop(s->ctx->view, m->hop);
	struct identity_hop *h;

	if (s->hop_count == IDENTITY_HOPS_MAX) {
		s->left_out++;
		return;
	}
	h = &s->hops[s->hop_count++];
	*h = (struct identity_hop){ .msg = id, .time_ns = m->time_ns };
	if (flow != NULL)
		h->flow = *flow;
}

static void find_hops(struct identity_screen *s, const struct call *call)
{
	const struct view *v = s->ctx->view;
	uint32_t at = s->cursor < s->hop_count ? s->hops[s->cursor].msg
					       : subject_of(s, call);
	const struct captured_msg *subject = view_msg(v, at);

	s->hop_count = 0;
	s->left_out = 0;
	s->cursor = 0;
	if (subject == NULL)
		return;
	for (uint32_t id = call->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(v, id);

		if (m == NULL)
			break;
		if (id == at ||
		    (msg_wants_verdict(m) && msg_is_copy(m, subject)))
			add_hop(s, id, m);
		if (id == at && s->hop_count > 0)
			s->cursor = s->hop_count - 1;
		id = m->next;
	}
	for (unsigned i = 0; i < s->hop_count; i++)
		read_verdict(s, &s->hops[i], view_msg(v, s->hops[i].msg));
}

static bool verdicts_changed(const struct identity_screen *s)
{
	for (unsigned i = 0; i < s->hop_count; i++) {
		const struct captured_msg *m =
			view_msg(s->ctx->view, s->hops[i].msg);

		if (m == NULL || m->judged != s->hops[i].judged)
			return true;
	}
	return false;
}

const struct call *identity_refresh(struct identity_screen *s)
{
	const struct view *v = s->ctx->view;
	const struct call *call = view_call(v, s->call);

	if (call == NULL) {
		if (!s->gone)
			s->filled = false;
		s->gone = true;
		s->hop_count = 0;
		return NULL;
	}
	if (s->change == view_change(v) && s->message_count > 0)
		return call;
	s->change = view_change(v);
	if (call->message_count == s->message_count && !verdicts_changed(s))
		return call;
	s->message_count = call->message_count;
	find_hops(s, call);
	s->filled = false;
	return call;
}

const struct identity_header *identity_value(const struct identity_screen *s,
					     const struct identity_detail *d)
{
	if (d->header_count == 0)
		return NULL;
	return &d->headers[s->value < d->header_count ? s->value : 0];
}

/* ---- filling */

static void say_nothing(struct identity_screen *s)
{
	const char *text = "No message of this call carries an Identity, and "
			   "none had to.";
	struct text_look look = { .role = STYLE_DIM };

	if (s->gone)
		text = "This call was forgotten to stay within the memory "
		       "limit, or cleared.";
	else if (s->hop_count > 0 && s->ctx->identity == NULL)
		text = "Nothing is judged here.";
	else if (s->hop_count > 0 && s->hops[s->cursor].waits)
		text = "Not judged yet.";
	else if (s->hop_count > 0)
		text = "The bytes of this message cannot be read any more.";
	text_pane_add(s->left, &look, SLICE_NONE,
		      slice_of(words(s->ctx->words, text)));
}

static void fill_overview(struct identity_screen *s,
			  const struct identity_detail *d)
{
	const struct identity_header *h = identity_value(s, d);
	struct text_pane *right = s->shape.two ? s->right : s->left;

	identity_head(s, s->shape.head ? s->head : s->left, d);
	if (h != NULL)
		identity_checks(s, s->left, h);
	identity_meaning(s, s->left, h != NULL ? h->verdict : d->verdict);
	if (h != NULL) {
		identity_token(s, right, h);
		identity_certificate(s, right, h);
	}
	identity_caveats(s, s->left, h != NULL ? h->caveats : d->caveats);
}

/* The first failed check is the reason: it is seen without scrolling. */
static void show_first_failed(struct identity_screen *s)
{
	for (size_t i = 0; i < text_pane_lines(s->left); i++)
		if ((text_pane_tag(s->left, (int)i) & IDENTITY_TAG_VERDICT) !=
		    0) {
			text_pane_set_cursor(s->left, (int)i);
			return;
		}
}

static bool same_shape(const struct identity_shape *a,
		       const struct identity_shape *b)
{
	return a->two == b->two && a->head == b->head && a->width == b->width;
}

void identity_fill(struct identity_screen *s,
		   const struct identity_shape *shape)
{
	struct identity_detail d;
	bool reshaped = !same_shape(&s->shape, shape);

	if (s->filled && !reshaped)
		return;
	s->filled = true;
	s->shape = *shape;
	text_pane_clear(s->head);
	text_pane_clear(s->left);
	text_pane_clear(s->right);
	text_pane_set_margin(s->left, s->mode == IDENTITY_BYTES);
	s->known = s->hop_count > 0 &&
		   broken_detail(s->ctx, s->hops[s->cursor].msg, &d);
	if (!s->known) {
		s->value_count = 0;
		say_nothing(s);
		return;
	}
	s->verdict = d.verdict;
	s->value_count = d.header_count;
	if (s->value >= s->value_count)
		s->value = 0;
	s->value_verdict =
		s->value_count > 0 ? d.headers[s->value].verdict : d.verdict;
	s->downloaded = s->value_count > 0 &&
			d.headers[s->value].source != NULL &&
			strcmp(d.headers[s->value].source, "downloaded") == 0;
	if (s->mode == IDENTITY_OVERVIEW)
		fill_overview(s, &d);
	else if (s->mode == IDENTITY_CHAIN)
		identity_chain(s, identity_value(s, &d));
	else if (s->mode == IDENTITY_TOKEN)
		identity_json(s, identity_value(s, &d));
	else
		identity_bytes(s); /* asks for the details of two copies */
	if (s->mode == IDENTITY_OVERVIEW && s->shape.head)
		show_first_failed(s);
}
