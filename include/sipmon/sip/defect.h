/*
 * defect.h - all that can be wrong with a message.
 *
 * A broken message is evidence: it is read as far as it goes and carries the
 * rules that it breaks, each with the byte where that shows.  The kinds, the
 * rule (RFC and section) and an English line for each stand in defects.def.
 */
#ifndef SIPMON_SIP_DEFECT_H
#define SIPMON_SIP_DEFECT_H

#include <stdint.h>

enum sip_defect_kind {
	SIP_DEFECT_NONE = 0,
#define SIP_DEFECT(id, name, rule, text) SIP_DEFECT_##id,
#include "sipmon/sip/defects.def"
#undef SIP_DEFECT
	SIP_DEFECTS
};

struct sip_defect {
	enum sip_defect_kind kind;
	uint32_t offset; /* byte of the message where it shows */
};

/* What one message is found guilty of; past the room only the count grows. */
#define SIP_DEFECT_ROOM 16

struct sip_defects {
	uint32_t count;
	struct sip_defect list[SIP_DEFECT_ROOM];
};

/* "cseq-method-mismatch": the key of translations; never NULL. */
const char *sip_defect_name(enum sip_defect_kind kind);

/* "RFC 3261 8.1.1.5" */
const char *sip_defect_rule(enum sip_defect_kind kind);

/* One English line: "the method of CSeq is not that of the request". */
const char *sip_defect_text(enum sip_defect_kind kind);

/* Keeps one more, as far as there is room, and counts it. */
void sip_defect_add(struct sip_defects *d, enum sip_defect_kind kind,
		    uint32_t offset);

#endif
