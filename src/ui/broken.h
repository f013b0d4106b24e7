/*
 * broken.h - who broke a signature and what changed, in few words; for this
 * room.
 */
#ifndef SIPMON_UI_INSIDE_BROKEN_H
#define SIPMON_UI_INSIDE_BROKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/call/identity.h"
#include "sipmon/net/endpoint.h"
#include "sipmon/ui/screen.h"

#define BROKEN_CHANGED_BYTES 160

/* All text in it is ours, or an address. */
struct broken {
	bool is_known;
	struct verdict_break pair;
	char element[ENDPOINT_TEXT_BYTES];
	char changed[BROKEN_CHANGED_BYTES]; /* "Date, body"; "" if not known */
};

/*
 * Of the message `msg`.  `d` is its detail; NULL: what the filed verdicts tell
 * is enough, and `changed` stays empty.
 */
void broken_of(struct broken *b, const struct ui_context *ctx, uint32_t msg,
	       const struct identity_detail *d);

/* "Date changed by 192.0.2.1" in the language of the user; "" if it is not
 * known.  Returns `out`. */
char *broken_text(const struct broken *b, const struct ui_context *ctx,
		  char *out, size_t size);

/* Its detail, if somebody judges here. */
bool broken_detail(const struct ui_context *ctx, uint32_t msg,
		   struct identity_detail *out);

#endif
