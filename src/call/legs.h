/*
 * legs.h - the index that joins calls by what their requests say; for this
 * room.
 *
 * A token is a word that two legs share: a UUID, an icid, a Call-ID that
 * another call names.  Each belongs to one call; who says it too is joined to
 * that call's ring (call.leg_next).
 */
#ifndef SIPMON_CALL_LEGS_H
#define SIPMON_CALL_LEGS_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/map.h"
#include "sipmon/base/slab.h"
#include "sipmon/call/leg.h"
#include "sipmon/call/store.h"

struct step;

/* Names of headers: those of the store's options and our own. */
#define LEG_NAMES_MAX (LEG_HEADERS_MAX + 3)

struct leg_name {
	char text[LEG_HEADER_BYTES];
	uint8_t len;
	uint8_t id;  /* enum sip_header_id */
	uint8_t tie; /* enum leg_tie */
};

struct legs {
	struct slab tokens;
	struct map by_token;
	struct leg_name names[LEG_NAMES_MAX];
	unsigned name_count;
	uint64_t walked; /* bits of sip_msg.present: one of them may be there */
	uint64_t signs;  /* of the names: legs_note.c */
};

/* What a word is; the same letters may be several. */
enum leg_word {
	WORD_SESSION = 1,
	WORD_NAME, /* a Call-ID, or a value of a header of the user's */
	WORD_ICID,
	WORD_REFER, /* who referred, to whom */
};

void legs_init(struct legs *l);
void legs_free(struct legs *l);
uint64_t legs_bytes(const struct legs *l);

/* The headers that are looked at: X-Call-ID, X-CID and those of `o`. */
void legs_set_names(struct legs *l, const struct store_options *o);

uint64_t legs_hash(const struct view *v, enum leg_word kind, struct slice word);

/* The call of `st` says a word: it is tied to who said it before. */
void legs_say(struct step *st, uint64_t hash, enum leg_tie tie);

/* It is for others to hear, who do not say it. */
void legs_keep(struct step *st, uint64_t hash, enum leg_tie tie);

/* The call of `st` is tied to who said a word; `at_once`: if that was but a
 * moment ago. */
void legs_hear(struct step *st, uint64_t hash, bool at_once);

/* One ring of two, of `other` and of the call of `st`; false if they are too
 * many. */
bool legs_join(struct step *st, struct call *other, enum leg_tie tie);

/* Notes a request that was filed, before the call is brought up to date. */
void legs_note(struct step *st);

/* The call goes: its tokens to the next of its ring, which stays whole. */
void legs_forget(struct view *v, struct call *c);

#endif
