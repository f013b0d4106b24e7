/*
 * claims_reading.h - claims while they are read; for claims*.c.
 */
#ifndef SIPMON_IDENTITY_CLAIMS_READING_H
#define SIPMON_IDENTITY_CLAIMS_READING_H

#include "claims.h"

struct claims_reading {
	const struct memory *m;
	const json_t *payload;
	enum ppt ppt;
	struct claims *c;
};

/* `why` is kept for the first failure only. */
void claim_fails(struct claims_reading *r, enum verdict v, const char *why);
void claim_malformed(struct claims_reading *r, const char *why);
void claim_warn(struct claims_reading *r, enum caveat c);

/* The claim `name`; NULL, and missing, if there is none. */
const json_t *claim_required(struct claims_reading *r, const char *name,
			     const char *why);

/* With its length: a string may hold U+0000.  Absent if it is none. */
struct slice claim_string(const json_t *value);

/* In the arena; absent, and noted, when out of memory. */
struct slice claim_copy(struct claims_reading *r, struct slice s);

/* An array of `count` things; NULL if there are none, or no memory. */
void *claim_room(struct claims_reading *r, size_t count, size_t size);

/* One `tn` or one `uri`, as orig and div have it; false if there is neither,
 * or both, or one that is no such string. */
bool claim_party(struct claims_reading *r, const json_t *value,
		 struct identity_party *out);

/* What the type alone asks for (RFC 8588, 8946, 8443, 9795, 9475); what all
 * have was read before. */
void claims_read_of_type(struct claims_reading *r);

#endif
