/*
 * exchange.h - what the messages of one transaction tell about its timers; for
 * this room.
 */
#ifndef SIPMON_ANALYSE_EXCHANGE_H
#define SIPMON_ANALYSE_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/call/audit.h"
#include "sipmon/call/view.h"

/* RFC 3261 table 4. */
#define T1_NS      INT64_C(500000000)
#define T2_NS      INT64_C(4000000000)
#define T4_NS      INT64_C(5000000000)
#define T1_64_NS   (64 * T1_NS)
#define TIMER_C_NS INT64_C(180000000000)

/* Reliable provisional responses of one transaction that are followed. */
#define EXCHANGE_RELIABLE 4

/* One message, where and when; id 0: it did not come. */
struct mark {
	uint32_t id;
	int64_t ns;
};

/*
 * A message and its copies, and whether they came sooner than back-off allows.
 * Copies that the capture lost only make the rest look late, so two things
 * prove it: the nth copy before its earliest time with T1 of 500 ms, and a gap
 * that is no longer than the one before it.
 */
struct back_off {
	struct mark first;
	struct mark last; /* copy; `first` itself while there is none */
	int64_t gap_ns;   /* the latest */
	int64_t first_gap_ns;
	int64_t least_ns; /* earliest time of the latest copy, from `first` */
	uint32_t content;
	unsigned count;
	bool capped; /* gaps grow to T2 and no further */
	bool early;
};

struct exchange {
	const struct transaction *t;
	const struct flow *hop;
	bool reliable; /* its transport */
	/* The request was seen first, and no time goes back: what is not so
	 * says nothing about delays. */
	bool sure;

	struct back_off request; /* up to the response that stops it */
	struct mark response;    /* the first */
	struct mark trying;      /* 100 */

	/* Responses 101 to 199, retransmissions too: the longest time that
	 * passed from one to the next, so far. */
	struct mark early_first;
	struct mark early_last;
	struct mark early_gap_begin;
	struct mark early_gap_end;
	unsigned early_count;
	struct back_off reliable_1xx[EXCHANGE_RELIABLE];
	unsigned reliable_count;

	struct back_off final; /* up to the ACK */
	uint16_t final_code;
	uint32_t final_flags; /* enum msg_flag */
	uint32_t final_dialog;
	struct mark repeat; /* the last copy of the request after the final */
	unsigned repeats;
	struct mark answer; /* the last copy of the final after a repeat */
	struct mark fork;   /* the last 2xx of another branch */
	unsigned forks;

	struct mark ack;
	struct mark last_ack;
	unsigned ack_copies;
	struct mark final_after_ack; /* the last copy */
	unsigned finals_after_ack;
};

/*
 * Does it look like back-off?  Who repeats himself for longer than 64*T1, with
 * a T1 of a second, does so for a reason of his own.
 */
static inline bool back_off_is_told(const struct back_off *b)
{
	return b->count > 0 && b->last.ns - b->first.ns <= 2 * T1_64_NS;
}

/* Walks the messages of `t` once. */
void exchange_of(struct exchange *x, const struct view *v,
		 const struct transaction *t);

#endif
