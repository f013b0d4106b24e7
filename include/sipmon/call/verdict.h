/*
 * verdict.h - what became of the Identity of a message, in four bytes.
 *
 * A verdict is filed with its message (captured_msg.judged); all the rest, the
 * checks, the certificate, the bytes that were signed, is worked out again when
 * somebody looks (identity.h).  Verdicts and caveats (the warnings of reports)
 * are names of the catalogue.
 */
#ifndef SIPMON_CALL_VERDICT_H
#define SIPMON_CALL_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/call/view.h"

enum verdict {
	VERDICT_NONE = 0, /* not judged (yet), or nothing to judge */
#define VERDICT(id, code) VERDICT_##id,
#include "sipmon/call/verdicts.def"
#undef VERDICT
	VERDICTS
};

_Static_assert(VERDICTS <= 64, "a set of verdicts is 64 bits");

enum caveat {
#define CAVEAT(id) CAVEAT_##id,
#include "sipmon/call/caveats.def"
#undef CAVEAT
	CAVEATS
};

_Static_assert(CAVEATS <= 32, "a set of caveats is 32 bits");

/* Sets of them, as bits. */
#define VERDICT_BIT(v) (UINT64_C(1) << (v))
#define CAVEAT_BIT(c)  (UINT32_C(1) << (c))

/* The cryptographic result alone, whatever the verdict says. */
enum signature_result {
	SIGNATURE_UNKNOWN = 0, /* not looked at yet */
	SIGNATURE_VALID,
	SIGNATURE_INVALID,
	SIGNATURE_UNCHECKED, /* no usable key, or nothing to verify */
};

enum attestation { ATTEST_NONE = 0, ATTEST_A, ATTEST_B, ATTEST_C };

/* "SIGNATURE_INVALID"; "" for NONE.  "valid", "invalid", "unchecked"; "". */
const char *verdict_name(enum verdict v);
const char *caveat_name(enum caveat c);
const char *signature_name(enum signature_result r);

/* "A", "B", "C"; "" for none. */
const char *attest_name(enum attestation a);

/* By name, case as it is; VERDICT_NONE if there is none of that name. */
enum verdict verdict_of_name(struct slice name);

/* What a verifier that follows the RFCs answers; 0: nothing. */
uint16_t verdict_code(enum verdict v);

/* Does a response with this code refuse a request for its Identity (RFC 8224
 * section 6.2.2)?  Not 403: it is one of them only as "Stale Date". */
bool verdict_is_refusal(uint32_t code);

/* The one of the set that ranks first; VERDICT_VALID for the empty set. */
enum verdict verdict_first(uint64_t set);

/* A class for people: green, red, neither. */
enum verdict_class {
	VERDICT_CLASS_NONE = 0, /* no Identity, and none asked for */
	VERDICT_CLASS_WAITING,  /* carries one that is not judged (yet) */
	VERDICT_CLASS_GOOD,
	VERDICT_CLASS_UNKNOWN, /* cannot tell: no certificate at hand, or a
				  type of PASSporT that is not known */
	VERDICT_CLASS_BAD,
};

enum verdict_class verdict_class(enum verdict v);

/* ---- filed with a message */

/* Results of the first values of Identity are kept, so that nothing needs to
 * be verified twice. */
#define VERDICT_SIGNATURES 4

struct verdict_brief {
	enum verdict verdict;
	enum attestation attest; /* of the first value that has one */
	enum signature_result signatures[VERDICT_SIGNATURES];
	uint16_t signer; /* id for view_signer(), 0: not known */
};

uint32_t verdict_pack(const struct verdict_brief *b);
struct verdict_brief verdict_unpack(uint32_t judged);

/*
 * The verdict of a message.  An INVITE or MESSAGE that opens a dialog or stands
 * alone and carries no Identity is NO_IDENTITY (RFC 8224 section 6.2); other
 * messages without one, CANCEL, retransmissions, what the capture cut short,
 * and responses that are not judged (RFC 9970, 8946: 101 to 399 are) have none.
 */
enum verdict msg_verdict(const struct captured_msg *m);

/* Is it one that a verifier looks at: does it have an element of its own in
 * the report?  Retransmissions have none. */
bool msg_wants_verdict(const struct captured_msg *m);

/* Does it carry an Identity that has to be judged and was not yet? */
bool msg_waits_for_verdict(const struct captured_msg *m);

/*
 * What the list shows for a call: the verdict that ranks first among its
 * messages that are bad, else among those that cannot be told, else VALID, else
 * NO_IDENTITY, else NONE; `*msg` (may be NULL) is the message, 0 for none.
 * `*waiting` (may be NULL) tells whether some are not judged yet; with NONE
 * that is all there is to say.
 */
enum verdict call_verdict(const struct view *v, const struct call *c,
			  uint32_t *msg, bool *waiting);

/* ---- several hops */

/* Are they the same request, or answers of one code to it, seen twice: on two
 * hops, or sent again?  Of one call; by method, CSeq, From tag, and whether in
 * a dialog. */
bool msg_is_copy(const struct captured_msg *a, const struct captured_msg *b);

/*
 * The same request one hop before: the latest earlier copy that went to the
 * address and port which `msg` comes from; if none did, to its host; if none
 * did, the latest earlier copy on any other hop; 0 if there is none.
 * Retransmissions are no copies; of very many copies the last 256 are looked
 * at.
 */
uint32_t msg_previous_hop(const struct view *v, uint32_t msg);

/*
 * Where a signature broke: for a message that does not hold the pair of copies,
 * the last that held and the first after it that did not (`msg` itself, or one
 * before it).  False if it held nowhere before, or that is not known yet.  One
 * that lost its Identity on the way held where it had one, if it was judged to
 * hold nowhere.
 */
struct verdict_break {
	uint32_t held;
	uint32_t broken;
};

bool verdict_find_break(const struct view *v, uint32_t msg,
			struct verdict_break *out);

/* The element between the two: what the last good copy was sent to if the
 * broken one came from that host, else who sent the broken one. */
const struct endpoint *verdict_break_element(const struct view *v,
					     const struct verdict_break *b);

/* ---- who signed */

/* A certificate that signed; at most SIGNERS_MAX are told apart. */
#define SIGNERS_MAX       4096
#define SIGNER_NAME_BYTES 64

struct signer {
	uint8_t sha256[32];           /* of the certificate */
	char name[SIGNER_NAME_BYTES]; /* CN or domain; strangers' bytes */
	char spc[16]; /* service provider code; "" if it has none */
};

/* NULL for id 0 or one that is not in use. */
const struct signer *view_signer(const struct view *v, uint16_t id);

/* Signers known: ids are 1 to this. */
uint16_t view_signer_count(const struct view *v);

/*
 * By how many seconds the clock of the capture is ahead of those of the
 * signers: the median of capture time less iat.  False while there are too few
 * signed requests, or they do not agree, or it is near enough to 0 to say
 * nothing.
 */
bool view_clock_offset(const struct view *v, int64_t *seconds);

#endif
