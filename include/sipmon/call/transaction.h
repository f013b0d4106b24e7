/*
 * transaction.h - a request and its responses on one hop (RFC 3261 section
 * 17, RFC 6026), seen from beside the line.
 *
 * An ACK is no transaction: it is filed with the INVITE it answers, that for
 * a 2xx too.  A CANCEL is one of its own and marks its INVITE.
 */
#ifndef SIPMON_CALL_TRANSACTION_H
#define SIPMON_CALL_TRANSACTION_H

#include <stdbool.h>
#include <stdint.h>

enum transaction_flag {
	TRANSACTION_REQUEST_SEEN = 1 << 0,
	TRANSACTION_ACKED = 1 << 1,
	TRANSACTION_CANCELLED = 1 << 2, /* a CANCEL for it was seen */
	TRANSACTION_IN_DIALOG = 1 << 3, /* its request had a To tag */
	TRANSACTION_AUTHORIZED = 1 << 4,
};

struct transaction {
	uint64_t key;       /* hash of branch, method, CSeq, hop */
	int64_t request_ns; /* first request; first response if there is none */
	int64_t final_ns;   /* first final response */
	int64_t phase_ns;   /* begin of the last provisional phase */
	uint32_t call;      /* slot */
	uint32_t next;      /* transaction of the same call */
	uint32_t previous;
	uint32_t first_msg; /* walk with captured_msg.next_in_transaction */
	uint32_t last_msg;
	uint32_t hop; /* of the request: responses travel the other way */
	uint32_t cseq;
	uint32_t branch; /* keyed hashes of the branches of the two topmost */
	uint32_t branch_below; /* Vias of the request; 0: there is none */
	uint32_t retransmissions;
	uint16_t method;
	uint16_t final_code; /* 0 while there is none */
	uint16_t phase_code; /* code of the last phase, 0 if there was none */
	uint16_t flags;      /* enum transaction_flag */
};

static inline bool transaction_is(const struct transaction *t,
				  enum transaction_flag flag)
{
	return (t->flags & (unsigned)flag) != 0;
}

/* Its final response is a 2xx. */
static inline bool transaction_succeeded(const struct transaction *t)
{
	return t->final_code >= 200 && t->final_code < 300;
}

#endif
