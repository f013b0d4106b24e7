#include "sipmon/call/dialog.h"

#include "step.h"

const char *dialog_state_name(enum dialog_state s)
{
	switch (s) {
	case DIALOG_EARLY:
		return "early";
	case DIALOG_CONFIRMED:
		return "confirmed";
	case DIALOG_TERMINATED:
		return "terminated";
	case DIALOG_STATES:
		break;
	}
	return "unknown";
}

static uint32_t find_dialog(const struct step *st, uint64_t from, uint64_t to)
{
	const struct view *v = view_of(st);

	for (uint32_t i = st->call->first_dialog; i != 0;) {
		const struct dialog *d = slab_at(&v->dialogs, i);

		if ((d->local_tag == from && d->remote_tag == to) ||
		    (d->local_tag == to && d->remote_tag == from))
			return i;
		i = d->next;
	}
	return 0;
}

static uint32_t new_dialog(struct step *st, uint64_t from, uint64_t to,
			   enum dialog_state state)
{
	struct view *v = view_of(st);
	struct call *c = st->call;
	uint32_t id;
	struct dialog *d;

	if (c->dialog_count >= CALL_DIALOGS_MAX)
		return 0;
	d = slab_take(&v->dialogs, &id);
	if (d == NULL)
		return 0;
	d->local_tag = from;
	d->remote_tag = to;
	d->since_ns = st->in->time_ns;
	d->call = call_slot(c);
	d->state = (uint8_t)state;
	d->method = st->method;
	if (c->last_dialog != 0)
		((struct dialog *)slab_at(&v->dialogs, c->last_dialog))->next =
			id;
	else
		c->first_dialog = id;
	c->last_dialog = id;
	c->dialog_count++;
	return id;
}

static bool makes_dialog(uint16_t method)
{
	return method == SIP_METHOD_INVITE || method == SIP_METHOD_SUBSCRIBE;
}

/* The state that this message by itself speaks for; 0 if for none. */
static unsigned dialog_evidence(const struct step *st)
{
	const struct sip_msg *msg = st->in->msg;

	if (!msg->is_response) {
		/* Seen from the middle: who sends it has a dialog.  ACK and
		 * CANCEL also end attempts that never had one. */
		if (st->method == SIP_METHOD_ACK ||
		    st->method == SIP_METHOD_CANCEL)
			return 0;
		return st->method == SIP_METHOD_PRACK ? DIALOG_EARLY
						      : DIALOG_CONFIRMED;
	}
	if (!makes_dialog(st->method) || msg->status <= 100 ||
	    msg->status >= 300)
		return 0;
	return msg->status < 200 ? DIALOG_EARLY : DIALOG_CONFIRMED;
}

/* Whose dialogs are subscriptions and nothing else (RFC 6665 section 4). */
static bool makes_subscription(uint16_t method)
{
	return method == SIP_METHOD_SUBSCRIBE || method == SIP_METHOD_NOTIFY;
}

static bool ends_dialog(const struct step *st, const struct dialog *d)
{
	const struct sip_msg *msg = st->in->msg;

	if (msg->is_response)
		return st->method == SIP_METHOD_INVITE && msg->status == 199;
	/* The end of a subscription that shares the dialog of a session, as
	 * that of a REFER does, leaves the session (RFC 5057 section 4.1). */
	if (st->method == SIP_METHOD_NOTIFY && makes_subscription(d->method)) {
		struct slice state =
			sip_msg_field(msg, SIP_HEADER_SUBSCRIPTION_STATE, 0);

		return slice_eq_nocase(slice_sub(state, 0, 10),
				       SLICE("terminated"));
	}
	return st->method == SIP_METHOD_BYE;
}

static void set_dialog_state(const struct step *st, struct dialog *d,
			     unsigned state)
{
	if (state <= d->state)
		return;
	d->state = (uint8_t)state;
	d->since_ns = st->in->time_ns;
}

/*
 * A refused INVITE ends every early dialog that it made (RFC 3261 section
 * 12.3), but not those of other branches of a fork.
 */
static void end_early_dialogs(const struct step *st)
{
	const struct view *v = view_of(st);

	for (uint32_t i = st->transaction->first_msg; i != 0;) {
		const struct captured_msg *m = slab_at(&v->messages, i);
		struct dialog *d;

		i = m->next_in_transaction;
		if (m->dialog == 0)
			continue;
		d = slab_at(&v->dialogs, m->dialog);
		if (d->state == DIALOG_EARLY)
			set_dialog_state(st, d, DIALOG_TERMINATED);
	}
}

void dialog_follow(struct step *st)
{
	struct view *v = view_of(st);
	const struct sip_msg *msg = st->in->msg;
	unsigned evidence;
	uint64_t from;
	uint64_t to;
	struct dialog *d;

	if (msg->is_response && st->method == SIP_METHOD_INVITE &&
	    msg->status >= 300 && st->transaction != NULL &&
	    st->transaction->final_code == 0)
		end_early_dialogs(st);
	if (!slice_is_set(msg->from_tag) || !slice_is_set(msg->to_tag))
		return;
	from = hash_bytes(v->seed, msg->from_tag);
	to = hash_bytes(v->seed, msg->to_tag);
	evidence = dialog_evidence(st);
	st->dialog_id = find_dialog(st, from, to);
	if (st->dialog_id == 0 && evidence != 0)
		st->dialog_id =
			new_dialog(st, from, to, (enum dialog_state)evidence);
	if (st->dialog_id == 0)
		return;
	/* A request inside an early dialog (UPDATE) does not confirm it. */
	if (!msg->is_response)
		evidence = 0;
	d = slab_at(&v->dialogs, st->dialog_id);
	if (ends_dialog(st, d))
		evidence = DIALOG_TERMINATED;
	set_dialog_state(st, d, evidence);
}
