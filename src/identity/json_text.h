/*
 * json_text.h - the JSON of tokens, as strictly as signatures ask for it (RFC
 * 8225 section 9, RFC 8259); for this room.
 */
#ifndef SIPMON_IDENTITY_JSON_TEXT_H
#define SIPMON_IDENTITY_JSON_TEXT_H

#include <stdbool.h>

#include <jansson.h>

#include "sipmon/base/slice.h"

#define JSON_TEXT_DEPTH_MAX 64

enum json_text_result {
	JSON_TEXT_GOOD = 0,
	JSON_TEXT_MALFORMED, /* no JSON, no object, or too deep */
	JSON_TEXT_REPEATED,  /* JSON, but a member stands twice somewhere */
	JSON_TEXT_NO_MEMORY,
};

struct json_text {
	json_t *object;    /* if GOOD; the caller's, to json_decref() */
	bool is_canonical; /* if GOOD: the text is in its canonical form, and
			      no number has a fraction or an exponent */
};

/*
 * Reads one object.  Two things jansson cannot hold are changed in what it
 * reads: a number too big for it is `true`, and U+0000 in the name of a member
 * is U+0001.
 */
enum json_text_result json_text_read(struct slice text, struct json_text *out);

#endif
