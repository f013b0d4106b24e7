/*
 * judging.h - a message and the values of its Identity while they are judged;
 * for judge*.c.
 */
#ifndef SIPMON_IDENTITY_JUDGING_H
#define SIPMON_IDENTITY_JUDGING_H

#include <stdbool.h>
#include <stdint.h>

#include "bind.h"
#include "claims.h"
#include "compact.h"
#include "legacy.h"
#include "sipmon/identity/judge.h"
#include "token.h"
#include "value.h"

enum check_id {
#define CHECK(id, name, legacy, failures) CHECK_##id,
#include "sipmon/identity/checks.def"
#undef CHECK
	CHECKS
};

_Static_assert((int)CHECKS <= IDENTITY_CHECKS_MAX, "room for every check");

/* PASSporTs inside PASSporTs that are followed (RFC 8946 section 5). */
#define NESTED_MAX 3

/* What of a message is judged (RFC 8224, 9970, 8946 section 7). */
enum extent {
	EXTENT_NOTHING,  /* shown only */
	EXTENT_REQUEST,  /* all */
	EXTENT_RESPONSE, /* rsp */
	EXTENT_REDIRECT, /* div, but nothing of the message is compared */
};

struct check_slot {
	bool is_made;
	enum check_result result;
	uint64_t failed;
	struct slice detail;
};

/* One value, or a PASSporT inside of one. */
struct trial {
	const struct identity_value *value;
	struct identity_header *header;
	unsigned index;  /* of the value */
	unsigned depth;  /* 0; of a PASSporT inside how deep */
	bool is_ignored; /* shown, not judged */
	enum ppt ppt;
	struct token token;
	struct claims claims;
	struct compact compact;
	struct legacy legacy;
	json_t *rebuilt; /* payload of the compact form; owned */
	bool is_linked;  /* a div leads to it */
	bool is_outermost;

	const struct cert *cert; /* NULL: none at hand; held */
	struct cert_path path;
	bool key_fits;
	struct check_slot slots[CHECKS];
};

struct judging {
	const struct judge *judge;
	const struct judge_case *c;
	struct memory memory;
	int64_t now_s; /* whole seconds, rounded down */
	bool has_part; /* and a part of one more */
	enum extent extent;
	bool has_date;
	int64_t date_s;
	struct binding binding;
	bool has_div;
	bool no_memory;
	unsigned count;
	struct trial *trials;
};

/* ---- notes (judge_notes.c) */

/* A check was made; what of `failed` it does not know is left out. */
void note_made(struct trial *t, enum check_id id, uint64_t failed,
	       struct slice detail);
/* It could not be made; `why` is English, constant. */
void note_skipped(struct trial *t, enum check_id id, const char *why);

void note_caveat(struct trial *t, enum caveat c);

/* Writes the checks into the header, and its verdict. */
void notes_settle(const struct judging *j, struct trial *t);

/* Texts for details: one behind the other.  Absent in a brief judgement. */
struct slice text_join(struct judging *j, const struct slice *parts,
		       unsigned count);
struct slice text_number(struct judging *j, int64_t n);
/* "2026-01-01" */
struct slice text_date(struct judging *j, int64_t seconds);

#define TEXT(j, ...)                                                           \
	text_join(j, (const struct slice[]){ __VA_ARGS__ },                    \
		  sizeof((const struct slice[]){ __VA_ARGS__ }) /              \
			  sizeof(struct slice))

/* ---- reading (judge_token.c, judge_legacy.c) */

/* Takes the value apart and checks what needs no certificate. */
void passport_read(struct judging *j, struct trial *t);
void legacy_take(struct judging *j, struct trial *t);

/* The same for a PASSporT inside of one; false if it is of no known type. */
bool passport_read_inner(struct judging *j, struct trial *inner);

/* ---- judging (judge_passport.c, judge_legacy.c) */

/* After signer_find(): what remains.  `t` knows by then who links to it. */
void passport_judge(struct judging *j, struct trial *t);
void legacy_judge(struct judging *j, struct trial *t);

void trial_free(struct judging *j, struct trial *t);

/* ---- the certificate (judge_signer.c) */

/* By the URL of the header: at hand, key, path, usage. */
void signer_find(struct judging *j, struct trial *t);

/* Does it cover a number, a domain: note AUTHORITY. */
void signer_covers(struct judging *j, struct trial *t,
		   const struct identity_party *party);

/* Verifies, or remembers; note SIGNATURE.  `text` absent: nothing to verify. */
void signer_verify(struct judging *j, struct trial *t, struct slice text,
		   struct slice signature);

/* Would `signature` hold over another text? */
bool signer_holds(struct judging *j, struct trial *t, struct slice text,
		  struct slice signature);

/* ---- URLs (judge_url.c) */

/* May SHAKEN dereference it?  (ATIS-1000074 section 5.3.1) */
bool url_is_shaken(struct slice url, const char **why);

/* The part that "cid:..." names (RFC 2392), decoded; absent if none does. */
struct slice url_part(const struct memory *m, const struct sip_msg *msg,
		      struct slice url);

/* Is it a cid: URL? */
bool url_is_part(struct slice url);

/* ---- freshness (judge_notes.c) */

/* Notes IAT or DATE_AGE: is `then_s` within `window_s` of now? */
void note_age(struct judging *j, struct trial *t, enum check_id id,
	      int64_t then_s, int64_t window_s, enum verdict stale,
	      enum verdict ahead);
bool is_stale(const struct judging *j, int64_t then_s, int64_t window_s);

#endif
