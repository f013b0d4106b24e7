/*
 * compare.h - how two codes differ, worked out from their facts.
 */
#ifndef SIPMON_CATALOGUE_COMPARE_H
#define SIPMON_CATALOGUE_COMPARE_H

#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/catalogue/catalogue.h"

#define COMPARE_ROOM 16

/* One fact of both, side by side; texts in the language of the catalogue. */
struct compare_row {
	struct slice label; /* "Class", "Sent by" */
	struct slice a;
	struct slice b;
	bool same;
};

struct comparison {
	struct code_entry a;
	struct code_entry b;
	struct slice summary;
	unsigned row_count;
	struct compare_row rows[COMPARE_ROOM];
	unsigned difference_count;
	struct slice differences[COMPARE_ROOM]; /* sentences */
	unsigned use_count;
	struct slice when_to_use[COMPARE_ROOM];
	struct slice watch; /* absent if none */
	unsigned learn_count;
	uint16_t learn_more[COMPARE_ROOM];
	struct buf text; /* holds what was put together */
};

/* False if one is no code.  compare_free() whatever the answer. */
bool compare_codes(const struct catalogue *c, uint16_t a, uint16_t b,
		   struct comparison *out);
void compare_free(struct comparison *c);

#endif
