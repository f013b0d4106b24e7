/*
 * tale.h - what the story of a call is made from: its first request, the
 * attempts of the caller, who answered, who hung up, the way it went.
 */
#ifndef SIPMON_REPORT_TALE_H
#define SIPMON_REPORT_TALE_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/call/timing.h"
#include "sipmon/call/view.h"

/* Attempts of the caller that are told; of more of them the first. */
#define TALE_ATTEMPTS 6

struct tale_facts {
	const struct transaction *first;  /* its first request; or NULL */
	const struct transaction *last;   /* the one that tells the outcome */
	const struct transaction *answer; /* the first 2xx to INVITE */
	const struct transaction *bye;
	const struct transaction *cancel;
	const struct transaction *refer;
	const struct transaction *challenge; /* one that was answered */
	/* Requests of the caller to begin the call, one after the other; those
	 * that answer a challenge stand in for the one challenged. */
	const struct transaction *attempts[TALE_ATTEMPTS];
	unsigned attempt_count;
	unsigned requests; /* of a method other than INVITE, no copies */
	unsigned offers;   /* re-INVITE and UPDATE of a call that is up */
	unsigned offers_refused;
	bool midway; /* the request that began it was not seen */
};

void tale_look(struct tale_facts *f, const struct view *v,
	       const struct call *c);

/* Elements of the way that are named; of longer ones the first. */
#define TALE_WAY 8

struct tale_way {
	struct endpoint places[TALE_WAY];
	unsigned count;
	unsigned branches; /* that the last but one sent it to */
	bool came_back;    /* to `back`, which it had passed */
	struct endpoint back;
};

/* The hosts that the request of `t` passed; of a fork the first branch. */
void tale_find_way(struct tale_way *out, const struct view *v,
		   const struct call *c, const struct transaction *t);

#endif
