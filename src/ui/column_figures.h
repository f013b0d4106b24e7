/*
 * column_figures.h - the columns of the call list that are figures: delays,
 * phases, media, how far a call reaches.
 */
#ifndef SIPMON_UI_INSIDE_COLUMN_FIGURES_H
#define SIPMON_UI_INSIDE_COLUMN_FIGURES_H

#include "sipmon/ui/column.h"

/* A text and a key for each; contracts as in struct column. */
#define COLUMN_FIGURE(name)                                                    \
	struct slice column_##name##_text(const struct column_facts *f,        \
					  char out[COLUMN_TEXT_BYTES]);        \
	uint64_t column_##name##_key(const struct column_facts *f)

COLUMN_FIGURE(trying);
COLUMN_FIGURE(pdd);
COLUMN_FIGURE(to_180);
COLUMN_FIGURE(to_183);
COLUMN_FIGURE(ring);
COLUMN_FIGURE(early_media);
COLUMN_FIGURE(setup);
COLUMN_FIGURE(first_rtp);
COLUMN_FIGURE(teardown);
COLUMN_FIGURE(worst);
COLUMN_FIGURE(loss);
COLUMN_FIGURE(jitter);
COLUMN_FIGURE(mos);
COLUMN_FIGURE(legs);
COLUMN_FIGURE(hops);

#undef COLUMN_FIGURE

enum style column_worst_role(const struct column_facts *f);

/* The parts of column_look() that these columns need. */
void column_look_at_phases(struct column_facts *f);
void column_look_at_media(struct column_facts *f);
void column_look_at_legs(struct column_facts *f);
void column_look_at_hops(struct column_facts *f);

#endif
