/*
 * message.h - bytes to a SIP message (RFC 3261 section 7 and 25).
 *
 * All slices point into the bytes that were parsed and live as long as they.
 */
#ifndef SIPMON_SIP_MESSAGE_H
#define SIPMON_SIP_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/sip/defect.h"
#include "sipmon/sip/header.h"
#include "sipmon/sip/method.h"

/* Over these a message is kept, cut, and carries a defect. */
#define SIP_MESSAGE_BYTES_MAX 65536
#define SIP_HEADERS_MAX       256

struct sip_msg {
	struct slice
		raw; /* first byte of the start line to the last of the body */

	uint16_t status; /* of a response: 100..699 (0..65535 if broken); else 0
			  */
	bool is_response;
	enum sip_method method; /* of the request; for a response of its CSeq */
	struct slice method_name; /* the same as on the wire */
	struct slice request_uri; /* requests only */
	struct slice phrase;      /* responses only */

	/* Absent (ptr NULL) where the message has none; the first where
	 * several. */
	struct slice call_id;
	struct slice from; /* whole value */
	struct slice from_uri;
	struct slice
		from_user; /* user part or number of the URI; absent if none */
	struct slice from_host;
	struct slice from_tag;
	struct slice to;
	struct slice to_uri;
	struct slice to_user;
	struct slice to_host;
	struct slice to_tag;
	struct slice via;          /* topmost value */
	struct slice branch;       /* of the topmost Via */
	struct slice branch_below; /* of the second Via */
	struct slice via_sent_by;  /* host and port of the topmost Via */
	struct slice contact_host; /* of the first SIP URI in Contact */
	struct slice user_agent;
	struct slice content_type;
	uint32_t cseq; /* valid if has_cseq */
	bool has_cseq;

	uint64_t present; /* bit (1 << enum sip_header_id) for each field there
			   */
	uint16_t via_count;   /* values, over all Via fields */
	struct slice headers; /* for sip_header_next */
	struct slice body;

	struct sip_defects defects;
};

/*
 * Does `bytes` begin with a SIP start line (after any CRLFs)?  Cheap; tells
 * SIP from everything else on any port.  Broken start lines that clearly mean
 * SIP (a wrong version, blanks too many) count.
 */
bool sip_recognise(struct slice bytes);

/*
 * Parses one message.  `bytes` holds one message and perhaps more: a body ends
 * where Content-Length says, or with the bytes.  Finds every defect of the
 * fields that have a grammar here.  False if sip_recognise would say no; then
 * `out` is not to be read.
 */
bool sip_msg_parse(struct sip_msg *out, struct slice bytes);

/*
 * The value of the `n`th (from 0) field `id`, in order of the message; absent
 * if there are fewer.  Walks the headers: not for the path of packets.
 */
struct slice sip_msg_field(const struct sip_msg *m, enum sip_header_id id,
			   unsigned n);

static inline bool sip_msg_has(const struct sip_msg *m, enum sip_header_id id)
{
	return (m->present >> id & 1) != 0;
}

#endif
