/*
 * state.h - how far a call has come, worked out from its transactions.
 *
 * INVITE: trying, proceeding, early, established, completed, rejected (4xx,
 * 6xx), redirected (3xx), cancelled, failed (5xx), no-answer.  Other methods:
 * pending, succeeded, rejected, challenged, no-answer.
 */
#ifndef SIPMON_CALL_STATE_H
#define SIPMON_CALL_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/call/view.h"

enum call_state {
	CALL_STATE_TRYING = 0,
	CALL_STATE_PROCEEDING,
	CALL_STATE_EARLY,
	CALL_STATE_ESTABLISHED,
	CALL_STATE_COMPLETED,
	CALL_STATE_REJECTED,
	CALL_STATE_REDIRECTED,
	CALL_STATE_CANCELLED,
	CALL_STATE_FAILED,
	CALL_STATE_NO_ANSWER,
	CALL_STATE_PENDING,
	CALL_STATE_SUCCEEDED,
	CALL_STATE_CHALLENGED,
	CALL_STATES
};

enum call_state call_state(const struct view *v, const struct call *c);

/* "trying", "no-answer": as reports, filters and the catalogue say it. */
const char *call_state_name(enum call_state s);

/*
 * The final response that tells the outcome, as reports say it (a challenge
 * that was answered is none); 0 while there is none.
 */
uint16_t call_final_code(const struct view *v, const struct call *c);

/* What the list shows: the final code, else the last provisional, else 0. */
uint16_t call_shown_code(const struct view *v, const struct call *c);

/* Distinct response codes in the order of their first sight; how many. */
unsigned call_codes(const struct view *v, const struct call *c, uint16_t *out,
		    unsigned room);

/* Did `t`, ended by 401 or 407, see a later attempt of the same sender? */
bool call_challenge_answered(const struct view *v, const struct transaction *t);

#endif
