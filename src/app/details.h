/*
 * details.h - works out all that can be told about the Identity of one message,
 * when a reader asks: it is judged once more (what was verified is not verified
 * again), held against its copy one hop before, and against its answer.
 */
#ifndef SIPMON_APP_DETAILS_H
#define SIPMON_APP_DETAILS_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/call/identity.h"
#include "sipmon/call/store.h"
#include "sipmon/identity/judge.h"

/* What one message takes, with what stands behind its body. */
#define JUDGED_BYTES_MAX ((size_t)256 * 1024)

struct details;

/*
 * NULL when out of memory; `judge` outlives it.  `anew`: signatures are
 * verified again, since the certificate of a URL may be another one by now.
 */
struct details *details_new(const struct judge *judge, bool anew);
void details_free(struct details *d);

/* The store outlives it, or is never asked again. */
void details_attach(struct details *d, struct store *store);

/* As struct identity_reader has it.  A verdict that was not filed yet is. */
bool details_of(struct details *d, uint32_t msg, struct identity_detail *out);

#endif
