/* tally.h - how often each kind of finding came. */
#ifndef SIPMON_REPORT_TALLY_H
#define SIPMON_REPORT_TALLY_H

#include <stdint.h>

#include "sipmon/net/counters.h"

/* Kinds past this number are not told; the catalogue has some four dozen. */
#define TALLY_KINDS 128

struct tally {
	unsigned count;
	struct {
		const char *kind;
		uint64_t n;
	} kinds[TALLY_KINDS]; /* in the order of their first sight */
};

/* `kind` lives as long as the tally. */
void tally_add(struct tally *t, const char *kind);

/* What is wrong with the capture as a whole: packets, by reason. */
void tally_add_capture(struct tally *t, const struct counters *n);

#endif
