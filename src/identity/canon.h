/*
 * canon.h - telephone numbers and URIs in the form in which they are compared
 * (RFC 8224 section 8, RFC 3966, 3986); for this room.
 */
#ifndef SIPMON_IDENTITY_CANON_H
#define SIPMON_IDENTITY_CANON_H

#include "value.h"

/*
 * The identity of an addr-spec.  Strict: a number only if it says so (tel:,
 * user=phone, a leading +).  Lax: any sip user part that cleans to digits; to
 * compare with a tn claim.  `default_cc` "" for none.  `text` of the result is
 * absent when out of memory, and empty for an absent `uri`.
 */
struct identity_party canon_address(const struct memory *m, struct slice uri,
				    bool lax, const char *default_cc);

/* The same as a URI, though it may hold a number: "sip:alice@example.com". */
struct slice canon_uri(const struct memory *m, struct slice uri);

/* A claim: a tn as it is (E.164 by default_cc), a uri in canonical form. */
struct identity_party canon_claim(const struct memory *m,
				  const struct identity_party *claim,
				  const char *default_cc);

/*
 * Is a claim what an address of the message says?  A tn compares with the
 * number of the address (lax), a uri with it as a URI.  A tn is E.164 by right
 * (RFC 8225 section 5.2.1), so it is taken as it is and by default_cc.
 */
bool canon_matches(const struct memory *m, const struct identity_party *claim,
		   const struct identity_party *address,
		   const char *default_cc);

/* What canon_matches() wants of an address, for a claim of this kind. */
struct identity_party canon_for(const struct memory *m, bool is_tn,
				struct slice uri, const char *default_cc);

/* verstat of an addr-spec and of the parameters behind it; absent if none. */
struct slice canon_verstat(struct slice uri);

/* The addr-spec of a From, To, Contact or P-Asserted-Identity value, byte for
 * byte, as RFC 4474 section 9 takes it. */
struct slice addr_spec_of(struct slice value);

#endif
