/*
 * brief.h - what the messages of a call say and its record does not keep:
 * branches, tags, names.  Each message is read at most once for a call.
 */
#ifndef SIPMON_REPORT_BRIEF_H
#define SIPMON_REPORT_BRIEF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/slice.h"
#include "sipmon/call/view.h"
#include "sipmon/sip/message.h"

/* A piece of `briefs.text`. */
struct brief_piece {
	size_t from;
	size_t len;
	bool set;
};

struct brief {
	uint32_t msg; /* id */
	bool read;    /* false: its bytes are gone, or no message */
	bool has_cseq;
	struct brief_piece branch;
	struct brief_piece from_tag;
	struct brief_piece to_tag;
};

/* Reused from call to call. */
struct briefs {
	struct brief *list; /* in the order of ids */
	size_t count;
	size_t room;
	struct buf text;      /* branches and tags, one after the other */
	struct buf raw;       /* the message at hand */
	struct buf head;      /* the first request, or the first message */
	struct sip_msg first; /* of `head`; all absent if it is gone */
	struct sip_msg other; /* of `raw` */
};

void briefs_init(struct briefs *b);
void briefs_free(struct briefs *b);

/*
 * Reads what a report of `c` needs: the first request, the first message of
 * each transaction, the message of each dialog.  What was read for the call
 * before is forgotten.  Out of memory, some are missing.
 */
void briefs_read(struct briefs *b, const struct view *v, const struct call *c);

/* NULL if that message was not read. */
const struct brief *brief_find(const struct briefs *b, uint32_t msg);

/* Absent if the message has none. */
struct slice brief_text(const struct briefs *b, struct brief_piece piece);

#endif
