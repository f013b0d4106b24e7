/*
 * view.h - the read-only window on all calls.
 *
 * Pointers live until the next message is tracked.  Nothing here walks all
 * calls but the list that asks for them one after the other.
 */
#ifndef SIPMON_CALL_VIEW_H
#define SIPMON_CALL_VIEW_H

#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/call/call.h"
#include "sipmon/call/captured_msg.h"
#include "sipmon/call/dialog.h"
#include "sipmon/call/transaction.h"
#include "sipmon/net/endpoint.h"

struct view;

#define VIEW_CODES 700 /* response codes 0..699 have a counter each */

/* Counters over all messages since the start (or the last clear). */
struct view_totals {
	uint64_t messages;
	uint64_t requests;
	uint64_t responses;
	uint64_t malformed;
	uint64_t retransmissions;
	uint64_t by_transport[TRANSPORT_COUNT];
	uint64_t by_code[VIEW_CODES];
	uint64_t other_codes; /* responses with a code outside the table */
	uint64_t calls;       /* Call-IDs seen, forgotten ones included */
	uint64_t forgotten_calls;
	uint64_t forgotten_messages;
};

const struct view_totals *view_totals(const struct view *v);

/* Requests of method `method` (enum sip_method or interned id). */
uint64_t view_requests(const struct view *v, uint16_t method);

/* How many method ids there are: ids are 0 .. count - 1. */
uint16_t view_method_count(const struct view *v);

/* The name as on the wire; strangers' bytes: escape before showing. */
struct slice view_method_name(const struct view *v, uint16_t method);

/* User-Agent names, kept once each; ids are 1 .. count.  Past a number of them
 * the rest share the last id, whose name is "others". */
uint16_t view_agent_count(const struct view *v);
struct slice view_agent_name(const struct view *v, uint16_t agent);

/* Changes whenever anything in the view did, but for the figures of streams
 * that are known; compare, do not count. */
uint64_t view_change(const struct view *v);

/* The time that phases still open last until: of the latest packet, or the
 * present time on a quiet live line. */
int64_t view_now_ns(const struct view *v);

/* Bytes that the calls and messages take. */
uint64_t view_memory(const struct view *v);

/* Calls that are kept. */
uint32_t view_call_count(const struct view *v);

/* In the order of their first message; NULL at the end. */
const struct call *view_first(const struct view *v);
const struct call *view_next(const struct view *v, const struct call *c);
const struct call *view_last(const struct view *v);
const struct call *view_previous(const struct view *v, const struct call *c);

/* NULL if it was forgotten. */
const struct call *view_call(const struct view *v, uint64_t id);

/* The call in a slot, as messages name it. */
const struct call *view_call_of(const struct view *v,
				const struct captured_msg *m);

/* By Call-ID; NULL if there is none. */
const struct call *view_find(const struct view *v, struct slice call_id);

/* NULL for id 0.  Ids come from the links of calls, transactions, messages. */
const struct captured_msg *view_msg(const struct view *v, uint32_t id);
const struct transaction *view_transaction(const struct view *v, uint32_t id);
const struct dialog *view_dialog(const struct view *v, uint32_t id);

/* Source, destination, transport of a hop; never NULL for an id in use. */
const struct flow *view_hop(const struct view *v, uint32_t id);

/*
 * Appends the bytes of a message to `out`.  ERR_SYSTEM if the file cannot be
 * read any more, ERR_NOMEM, ERR_LIMIT from the buffer.
 */
MUST_CHECK enum err view_bytes(const struct view *v,
			       const struct captured_msg *m, struct buf *out);

#endif
