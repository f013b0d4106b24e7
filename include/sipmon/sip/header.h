/*
 * header.h - header fields: names, compact forms, and a walk over them.
 *
 * headers.def has one row for each field that sipmon treats in some way of
 * its own; every other field is SIP_HEADER_OTHER and kept all the same.
 */
#ifndef SIPMON_SIP_HEADER_H
#define SIPMON_SIP_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"

enum sip_header_id {
	SIP_HEADER_OTHER = 0,
#define SIP_HEADER(id, name, compact, is_list) SIP_HEADER_##id,
#include "sipmon/sip/headers.def"
#undef SIP_HEADER
	SIP_HEADERS
};

struct sip_header {
	enum sip_header_id id;
	struct slice name; /* as on the wire, without blanks before the colon */
	struct slice value; /* trimmed; folds (CRLF and blanks) still inside */
	struct slice line;  /* the whole field without its last line end */
};

/* By name or compact form, the case of letters ignored. */
enum sip_header_id sip_header_of(struct slice name);

/* "Call-ID"; "" for OTHER. */
const char *sip_header_name(enum sip_header_id id);

/* May several values stand in it, with commas between? */
bool sip_header_is_list(enum sip_header_id id);

/*
 * Walks the header fields: `*rest` starts as sip_msg.headers and shrinks.
 * False at the end.  A line without a colon comes as OTHER with an empty name.
 */
bool sip_header_next(struct slice *rest, struct sip_header *out);

/*
 * The next value of a comma list, commas inside quotes and <> left alone;
 * `*rest` shrinks.  False at the end.
 */
bool sip_value_next(struct slice *rest, struct slice *value);

#endif
