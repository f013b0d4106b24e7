/*
 * identity.h - all that was found out about the Identity of one message.
 *
 * Values for readers: the room `identity` fills them in when somebody looks,
 * `app` hands the readers a way to ask.  Strangers' bytes are in every slice.
 * Sources: RFC 4474, 8224, 8225, 8226, 8588 and kin.
 */
#ifndef SIPMON_CALL_IDENTITY_H
#define SIPMON_CALL_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/call/verdict.h"
#include "sipmon/net/endpoint.h"

#define IDENTITY_VALUES_MAX  16 /* Identity values of one message */
#define IDENTITY_CHECKS_MAX  40
#define IDENTITY_CHAIN_MAX   10 /* certificates of a path */
#define IDENTITY_CHANGES_MAX 16

enum identity_scheme { IDENTITY_PASSPORT = 0, IDENTITY_RFC4474 };

enum check_result { CHECK_SKIP = 0, CHECK_PASS, CHECK_FAIL };

/* One check, in the order in which they are made. */
struct identity_check {
	const char *name; /* English, a key of words(): "info and x5u agree" */
	enum check_result result;
	enum verdict verdict; /* that a failure makes; NONE if it passed */
	struct slice detail;  /* English with strangers' words; may be absent */
};

/* A telephone number or a URI of a claim. */
struct identity_party {
	bool is_tn;
	struct slice text;
};

struct identity_certificate {
	struct slice subject; /* RFC 2253, UTF-8; as found: escape */
	struct slice issuer;
	struct slice serial;  /* lower-case hex */
	struct slice sha256;  /* lower-case hex, of the DER */
	struct slice key;     /* "EC P-256", "RSA 2048" */
	int64_t not_before_s; /* seconds since 1970 */
	int64_t not_after_s;
	bool is_ca;
	bool is_anchor; /* one of the user's trust anchors */
	unsigned spc_count;
	const struct slice *spc;
	unsigned tn_count; /* "12155550121", "12155550100+100" (a range) */
	const struct slice *tn;
	unsigned name_count; /* SAN: "example.com", "sip:example.com" */
	const struct slice *names;
	bool tn_malformed; /* its TNAuthList does not decode */
	struct slice crl_url;
	struct slice tn_url; /* TN list by reference: shown, never fetched */
};

struct identity_header {
	enum identity_scheme scheme;
	enum verdict verdict;
	enum signature_result signature;
	uint32_t caveats;       /* CAVEAT_BIT */
	uint64_t failed;        /* every failure: VERDICT_BIT */
	uint16_t expected_code; /* 0: none */
	bool compact;
	bool has_iat;
	bool has_orig;
	bool has_div;
	bool is_rebuilt;    /* signed_bytes are made from the message, so that
			       changes show in them */
	struct slice value; /* unfolded and trimmed */
	struct slice ppt;   /* effective; absent for the baseline */
	struct slice alg;   /* that holds for the signature: "ES256" */
	struct slice url;   /* info or Identity-Info, without <> */

	/* The token taken apart; absent where the form has none. */
	struct slice jose;    /* JSON text of the header */
	struct slice payload; /* JSON text of the claims */
	struct slice attest;
	struct slice origid;
	struct slice x5u;
	int64_t iat; /* seconds since 1970 */
	struct identity_party orig;
	struct identity_party div;
	const struct identity_party *dest;

	/* What the signature covers: the digest-string, H "." P as received,
	 * or as it was rebuilt; absent if it could not be. */
	struct slice signed_bytes;

	/* The signer's first, then up to the anchor; 0 if none is at hand. */
	const struct identity_certificate *chain;
	unsigned chain_count;
	unsigned dest_count;
	unsigned check_count;
	const char *source; /* English: "certificate folder"; NULL if none */
	struct slice file;  /* name in the folder; absent if none */
	struct identity_check checks[IDENTITY_CHECKS_MAX];
};

/* A part of the message that signatures cover, or stand on, and that differs
 * from the copy one hop before. */
struct identity_change {
	const char *name; /* "From", "Date", "body", "Identity" */
	struct slice before;
	struct slice after;
	/* English, a key of words(): what kind of change; NULL: only the text.
	 * "the header was cut", "the header is gone", "written again", "signed
	 * again", "only line ends changed", "only Content-Length changed" */
	const char *kind;
	int64_t offset; /* of the body: first byte that differs; else -1 */
};

enum agreement { AGREES_UNKNOWN = 0, AGREES_YES, AGREES_NO };

/* A Reason header of the answer that speaks of the Identity (RFC 9410). */
struct identity_reason {
	bool is_set;
	uint16_t cause;
	struct slice text; /* without quotes */
	int header;        /* index of the value that ppi means; -1: no ppi,
			      -2: one that is not in this request */
};

struct identity_detail {
	uint32_t msg;
	enum verdict verdict; /* of the message as a whole */
	uint16_t expected_code;
	enum signature_result signature;
	uint32_t caveats;
	unsigned header_count;
	const struct identity_header *headers;
	uint32_t values_left_out; /* past IDENTITY_VALUES_MAX */

	/* Against the answer that was seen; seen_code 0: none. */
	enum agreement agrees;
	uint16_t seen_code;
	uint32_t seen_msg;
	struct identity_reason reason;

	/* Where it broke; `held` 0: it held nowhere before. */
	struct verdict_break broke;
	bool has_broken_by;
	struct endpoint broken_by;
	unsigned change_count;
	struct identity_change changes[IDENTITY_CHANGES_MAX];
	/* English, a key of words(), or NULL: what the hops tell as a whole.
	 * "signed again on the way", "valid nowhere: the signer's fault",
	 * "the same signature came before from elsewhere" (a replay) */
	const char *path_note;
};

/*
 * How readers ask.  `detail` fills `*out`, which lives until the next question;
 * false if the message wants no verdict or cannot be read any more.  `want`
 * asks that the messages of a call are judged before others.
 */
struct identity_reader {
	bool (*detail)(void *ctx, uint32_t msg, struct identity_detail *out);
	void (*want)(void *ctx, uint64_t call);
	void *ctx;
};

#endif
