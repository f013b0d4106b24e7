/*
 * bind.h - does a PASSporT speak of this message?  (RFC 8224 section 6.2, 8946
 * and the other types); for this room.
 */
#ifndef SIPMON_IDENTITY_BIND_H
#define SIPMON_IDENTITY_BIND_H

#include "canon.h"
#include "claims.h"
#include "sipmon/identity/policy.h"

/* What of the message is compared, worked out once for all its values. */
struct binding {
	const struct memory *memory;
	const struct identity_policy *policy;
	const struct sip_msg *msg;
	struct slice from; /* addr-specs */
	struct slice to;
	unsigned pai_count;
	struct slice pai[8];
	struct slice verstat; /* see binding_verstat() */
	bool brief;           /* no details: nobody reads them */
};

void binding_init(struct binding *b, const struct memory *m,
		  const struct identity_policy *policy,
		  const struct sip_msg *msg);

/*
 * Of rsp (RFC 9970) a response is compared as it is; a request goes backwards
 * inside the dialog, and From and To change places.  Neither
 * P-Asserted-Identity nor the Request-URI counts for it.
 */

/* Text of a check: what was compared with what, English (a brief one may be
 * without); and its failure. */
struct bind_result {
	uint64_t failed;
	uint32_t caveats;
	struct slice detail;
};

/* Where the caller stands, by policy and type; both is either of them. */
enum bind_source {
	BIND_FROM = 1 << 0,
	BIND_PAI = 1 << 1,
	BIND_BOTH = BIND_FROM | BIND_PAI,
};

/* What an orig of this kind is compared with. */
enum bind_source bind_source_of(const struct binding *b, enum ppt ppt,
				bool is_tn);

/* orig against From or P-Asserted-Identity: ORIG_MISMATCH. */
void bind_orig(const struct binding *b, enum ppt ppt, const struct claims *c,
	       struct bind_result *out);

/* dest against To and the Request-URI: DEST_MISMATCH.  `linked`: a div links to
 * it, and it needs no match; `outermost`: a div that no other links to, whose
 * dest must be the Request-URI.  `has_div`: some value of the message is a div.
 */
void bind_dest(const struct binding *b, enum ppt ppt, const struct claims *c,
	       bool linked, bool outermost, bool has_div,
	       struct bind_result *out);

/* mky, rph, msgi, rcd: MKY_MISMATCH, RPH_MISMATCH, MSGI_MISMATCH.  `wanted`
 * tells whether there was anything to compare. */
bool bind_mky(const struct binding *b, const struct claims *c,
	      struct bind_result *out);
bool bind_rph(const struct binding *b, enum ppt ppt, const struct claims *c,
	      struct bind_result *out);
bool bind_msg(const struct binding *b, enum ppt ppt, const struct claims *c,
	      struct bind_result *out);
bool bind_rcd(const struct binding *b, enum ppt ppt, const struct claims *c,
	      struct bind_result *out);

/* verstat of From and P-Asserted-Identity: TN-Validation-Passed or -Failed with
 * local suffixes; absent if none. */
struct slice binding_verstat(const struct binding *b);

/* Does the verstat contradict the verdict of the message? */
bool verstat_contradicts(struct slice verstat, bool is_valid);

#endif
