/*
 * filter.h - a BPF expression applied to packets of any link type.
 */
#ifndef SIPMON_CAPTURE_FILTER_H
#define SIPMON_CAPTURE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/net/packet.h"

struct filter;

MUST_CHECK enum err filter_new(struct filter **out, const char *expression);
void filter_free(struct filter *f);

/*
 * Compiles it for one link type.  ERR_MALFORMED with the words of libpcap if
 * the expression is wrong, or says nothing about that link type.
 */
MUST_CHECK enum err filter_compile(struct filter *f, uint16_t link_type,
				   struct problem *problem);

/*
 * Does `packet` match, or may what is inside of it (inside.h; then
 * packet->inside is set)?  A link type not seen before is compiled for; where
 * that fails nothing of it matches.
 */
bool filter_matches(struct filter *f, struct packet *packet);

/* Between the numbers in files and those that libpcap uses on this system. */
int link_type_to_dlt(uint16_t link_type);
uint16_t link_type_of_dlt(int dlt);

#endif
