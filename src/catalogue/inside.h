/*
 * inside.h - what the files of the catalogue share.
 */
#ifndef SIPMON_CATALOGUE_INSIDE_H
#define SIPMON_CATALOGUE_INSIDE_H

#include "set.h"

#include "sipmon/catalogue/catalogue.h"

enum set_id {
	SET_CODES = 0,
	SET_PAIRS,
	SET_REASONS,
	SET_LOCATIONS,
	SET_VENDORS,
	SET_WARNINGS,
	SET_METHODS,
	SET_HEADERS,
	SET_FINDINGS,
	SET_STATES,
	SET_TERMS,
	SET_VERDICTS,
	SET_CAVEATS,
	SET_TIMERS,
	SETS
};

extern const struct set_shape codes_shape;
extern const struct set_shape pairs_shape;
extern const struct set_shape reasons_shape;
extern const struct set_shape locations_shape;
extern const struct set_shape vendors_shape;
extern const struct set_shape warnings_shape;
extern const struct set_shape methods_shape;
extern const struct set_shape headers_shape;
extern const struct set_shape findings_shape;
extern const struct set_shape states_shape;
extern const struct set_shape terms_shape;
extern const struct set_shape verdicts_shape;
extern const struct set_shape caveats_shape;
extern const struct set_shape timers_shape;
extern const struct set_shape words_shape;

struct note;

struct catalogue {
	enum language language;
	struct set sets[SETS];
	struct set_side words; /* table "ui": English to the user's language */
	char *word_texts;      /* its second column, each terminated */
	const char **word_at;  /* by row */
	struct note *notes;    /* of the site, the latest first */
};

/* Checks what a parsed table cannot know: codes are codes, and in order. */
MUST_CHECK enum err codes_check(const struct set *codes,
				struct problem *problem);

/* Makes the terminated texts of words(); `c->words` is loaded. */
MUST_CHECK enum err words_load(struct catalogue *c);

struct slice note_of(const struct catalogue *c, uint16_t code);
void notes_free(struct catalogue *c);

#endif
