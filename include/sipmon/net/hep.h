/*
 * hep.h - HEP, the encapsulation of captured packets that Homer's agents send
 * (EEP): version 3 (chunks), 2 and 1 (a fixed header).
 */
#ifndef SIPMON_NET_HEP_H
#define SIPMON_NET_HEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"
#include "sipmon/net/endpoint.h"

/* Protocol type of HEPv3 chunk 11; versions 1 and 2 carry SIP. */
#define HEP_SIP 1

/* The longest HEPv3 message: its length has 16 bits. */
#define HEP_MESSAGE_MAX 65535

/* The most bytes that a compressed payload may unpack to. */
#define HEP_UNPACKED_MAX 65536

/* The bytes that hep_length() wants to see. */
#define HEP_LENGTH_BYTES 6

struct hep {
	/* TLS and WS too, for which Kamailio sends numbers of its own. */
	struct flow flow;
	int64_t time_ns; /* of capture; 0 if it does not tell */
	uint8_t version; /* 1, 2, 3 */
	uint8_t type;    /* HEP_SIP, RTCP ...; 0 if it does not tell */
	bool compressed; /* the payload is packed by zlib or gzip */
	bool unpacked;   /* the payload lies in the scratch of hep_open() */
	struct slice payload; /* points into what was parsed */
	/* Bytes that the payload has; more than `payload.len` if it is cut. */
	size_t sent;
};

/*
 * Length of the HEPv3 message that begins here, as its header says, at least
 * HEP_LENGTH_BYTES; 0 if none does.  With fewer bytes than those it may be one:
 * then HEP_LENGTH_BYTES.
 */
size_t hep_length(struct slice bytes);

/*
 * May this be HEP of any version?  Cheap; for a datagram of any port.  Text,
 * RTP, STUN and DNS are not taken for it.
 */
bool hep_recognise(struct slice bytes);

/*
 * Parses one message; what follows its end is not looked at.  Unknown chunks
 * are passed over.
 *
 * ERR_MALFORMED if lengths lie or, in one that says that it carries SIP, if
 * addresses or payload are absent.  ERR_TRUNCATED if `bytes` end before a
 * HEPv3 message does: if `payload` is set then, all else of `*out` is too, and
 * it is what there is of `sent` bytes.
 */
MUST_CHECK enum err hep_parse(struct hep *out, struct slice bytes);

/*
 * Unpacks a compressed payload (RFC 1950, RFC 1952) into `out` of `size`
 * bytes; `*len` is what came out.  ERR_MALFORMED if it is broken or does not
 * end, ERR_LIMIT if it is larger, ERR_NOMEM.
 */
MUST_CHECK enum err hep_unpack(struct slice packed, void *out, size_t size,
			       size_t *len);

/*
 * As hep_parse(), and makes a payload of SIP plain: what is compressed is
 * unpacked into `scratch` (cleared at first; its ceiling is at least
 * HEP_UNPACKED_MAX), and HEP in HEP is opened, once.  ERR_LIMIT too if there is
 * more inside each other than that, or if it unpacks to more; ERR_NOMEM.
 */
MUST_CHECK enum err hep_open(struct hep *out, struct slice bytes,
			     struct buf *scratch);

#endif
