/*
 * claims.h - the claims of a payload, each by its rule (RFC 8225 section 5,
 * 8588, 8946, 8443, 9795, 9475, 9970); for this room.
 */
#ifndef SIPMON_IDENTITY_CLAIMS_H
#define SIPMON_IDENTITY_CLAIMS_H

#include <jansson.h>

#include "value.h"

enum ppt {
	PPT_BASELINE = 0,
	PPT_SHAKEN,
	PPT_DIV,
	PPT_DIV_O,
	PPT_RPH,
	PPT_RCD,
	PPT_RSP,
	PPT_MSG,
	PPT_UNKNOWN,
};

/* Case as it is; an absent name is the baseline. */
enum ppt ppt_of(struct slice name);

struct media_key {
	struct slice alg; /* hash function, lower case */
	struct slice dig; /* as in the claim: upper-case hex, no colons */
};

struct claims {
	uint64_t failed;  /* CLAIM_MISSING, CLAIM_MALFORMED */
	uint32_t caveats; /* TN_NOT_CANONICAL, TN_NOT_E164, ORIGID_NOT_UUID,
			     RCDI_UNCHECKED, NON_CANONICAL_JSON (fraction) */
	const char *why;  /* English of the first failure, or NULL */
	bool no_memory;   /* then nothing else holds */
	bool has_iat;
	int64_t iat;
	bool has_orig; /* well formed */
	struct identity_party orig;
	unsigned dest_count; /* 0 if it is not well formed */
	const struct identity_party *dest;
	bool has_mky; /* well formed, as all below */
	unsigned mky_count;
	const struct media_key *mky;
	enum attestation attest_letter; /* of shaken */
	struct slice attest;            /* as it stands, if a string */
	struct slice origid;
	bool has_div;
	struct identity_party div;
	struct slice opt; /* of div-o: the token inside; absent if none */
	bool has_rph;
	unsigned rph_count;
	const struct slice *rph; /* values of rph.auth */
	struct slice rcd_name;   /* rcd.nam of rcd and shaken; else absent */
	struct slice msgi;       /* of msg; absent if none */
};

/*
 * Every claim that `ppt` asks for is looked at, whatever failed before; slices
 * live in `m`.  A tn of a claim comes without its "+".  `payload` NULL: nothing
 * is filled and nothing fails (the token said why).
 */
void claims_read(const struct memory *m, const json_t *payload, enum ppt ppt,
		 struct claims *out);

#endif
