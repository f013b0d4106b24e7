/*
 * dialog.h - a dialog, seen by an observer between the two user agents.
 *
 * RFC 3261 section 12 says what a dialog is; the states are those of RFC 4235
 * section 3.7.1.  An observer has no side of his own: "local" is the end that
 * sent the request which made the dialog, or the first one seen of it.  Forks
 * are apart, by To tag.
 */
#ifndef SIPMON_CALL_DIALOG_H
#define SIPMON_CALL_DIALOG_H

#include <stdint.h>

enum dialog_state {
	DIALOG_EARLY = 1,
	DIALOG_CONFIRMED,
	DIALOG_TERMINATED,
	DIALOG_STATES
};

struct dialog {
	uint64_t local_tag;  /* keyed hash of the From tag of its request */
	uint64_t remote_tag; /* of the To tag */
	int64_t since_ns;    /* when the present state was entered */
	uint32_t call;       /* slot */
	uint32_t next;       /* dialog of the same call */
	uint32_t msg;        /* a message that carries both tags */
	uint8_t state;       /* enum dialog_state */
	uint8_t unused;
	uint16_t method; /* of the message that showed it first */
};

/* "early", "confirmed", "terminated" */
const char *dialog_state_name(enum dialog_state s);

#endif
