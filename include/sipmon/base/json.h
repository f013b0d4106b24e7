/*
 * json.h - writes JSON, as a stream into a buf.
 *
 * Commas and colons come by themselves.  Strings are bytes from anywhere:
 * controls are escaped and what is no UTF-8 becomes U+FFFD.
 */
#ifndef SIPMON_BASE_JSON_H
#define SIPMON_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/slice.h"

struct json {
	struct buf *out;
	bool comma; /* the next value of this level needs one before it */
};

void json_init(struct json *j, struct buf *out);

/* `key` is NULL inside an array and at the top; it is ours, not escaped. */
void json_put_object(struct json *j, const char *key);
void json_put_object_end(struct json *j);
void json_put_array(struct json *j, const char *key);
void json_put_array_end(struct json *j);

/* Begins a member whose key is strangers' bytes; a value with key NULL follows.
 */
void json_put_key(struct json *j, struct slice key);

/* An absent slice is null. */
void json_put_slice(struct json *j, const char *key, struct slice value);
/* NULL is null. */
void json_put_text(struct json *j, const char *key, const char *value);
void json_put_int(struct json *j, const char *key, int64_t value);
void json_put_uint(struct json *j, const char *key, uint64_t value);
void json_put_bool(struct json *j, const char *key, bool value);
void json_put_null(struct json *j, const char *key);

/* Nanoseconds as milliseconds with up to six decimals ("12.5"). */
void json_put_ms(struct json *j, const char *key, int64_t ns);

/* A ratio or mean, six significant decimals; null if it is no number. */
void json_put_double(struct json *j, const char *key, double value);

#endif
