/*
 * step.h - one message on its way through tracker, transaction and dialog;
 * for this room.
 */
#ifndef SIPMON_CALL_STEP_H
#define SIPMON_CALL_STEP_H

#include "impl.h"
#include "sipmon/call/tracker.h"

struct step {
	struct store *store;
	const struct tracked *in;
	struct call *call;
	struct transaction *transaction; /* NULL: none could be made */
	uint32_t transaction_id;
	uint32_t dialog_id;
	uint32_t hop;         /* this message travelled */
	uint32_t request_hop; /* its request travelled */
	uint32_t content;
	uint32_t kept_id;
	struct captured_msg *kept; /* this message, in the store */
	uint16_t method;
	bool resent;
	uint8_t ties; /* legs.h: others that it was tied to, or tried to be */
};

static inline struct view *view_of(const struct step *st)
{
	return &st->store->view;
}

/* Finds or makes the transaction; an ACK goes with the INVITE it answers. */
void transaction_match(struct step *st);

/*
 * The same bytes again in one transaction.  A request whose branch and CSeq
 * came before is sent again even if a stack changed it on the way.
 */
bool transaction_is_resent(const struct step *st);

/* Moves the transaction on by the message. */
void transaction_apply(struct step *st);

/* Finds or makes the dialog (RFC 3261 section 12) and moves it on. */
void dialog_follow(struct step *st);

/* Keeps a note of each media line of its SDP and says what that shows: some of
 * enum msg_flag. */
unsigned media_note_sdp(struct step *st);

/* What the host that sent it did: before the call knows its first request, and
 * when its transaction is known. */
void peer_count(struct step *st);

#endif
