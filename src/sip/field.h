/* field.h - what the fields of a message say, and whether they may. */
#ifndef SIPMON_SIP_FIELD_H
#define SIPMON_SIP_FIELD_H

#include "cursor.h"
#include "line.h"
#include "sipmon/sip/message.h"

/*
 * A message while it is read.  The topmost Via and the addresses are copied to
 * the message when all fields are read: doing so at once, the processor would
 * wait for stores that are still under way.
 */
struct reading {
	struct sip_msg *m;
	const char *end;          /* of all bytes, those of the body too */
	struct slice cseq_method; /* absent while there is no CSeq */
	uint32_t content_length;
	bool has_content_length;
	bool cut; /* there were more bytes than SIP_MESSAGE_BYTES_MAX */
	struct sip_via via;       /* valid once m->via is set */
	struct sip_nameaddr from; /* valid once m->from is set */
	struct sip_nameaddr to;   /* valid once m->to is set */
};

static inline void reading_defect(struct reading *r, enum sip_defect_kind kind,
				  const char *at)
{
	sip_defect_add(&r->m->defects, kind, (uint32_t)(at - r->m->raw.ptr));
}

/* The bytes of a line that are neither text nor blanks. */
void field_check_bytes(struct reading *r, const char *from, const char *to);

/* Reads one header line into the message. */
void field_read(struct reading *r, const struct line *l);

#endif
