/*
 * cert_der.h - a bounded reader of DER (X.690 section 10), for the extensions
 * that OpenSSL does not know; for this room.
 */
#ifndef SIPMON_IDENTITY_CERT_DER_H
#define SIPMON_IDENTITY_CERT_DER_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"

#define DER_INTEGER     0x02
#define DER_UTF8_STRING 0x0c
#define DER_IA5_STRING  0x16
#define DER_SEQUENCE    0x30
#define DER_CONTEXT_0   0xa0 /* [0] EXPLICIT; the next ones follow */
#define DER_CONTEXT_1   0xa1
#define DER_CONTEXT_2   0xa2

struct der_element {
	uint8_t tag;
	struct slice content;
};

/*
 * The element at the front of `*rest`, which shrinks by at least two bytes.
 * False: what stands there is no DER (a length that is indefinite, not the
 * shortest, or longer than what is there; a tag above 30).
 */
bool der_next(struct slice *rest, struct der_element *out);

/* The same, and its tag is `tag`. */
bool der_take(struct slice *rest, uint8_t tag, struct slice *content);

/* Is `text` one element of that tag, and nothing behind it? */
bool der_only(struct slice text, uint8_t tag, struct slice *content);

#endif
