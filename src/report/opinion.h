/*
 * opinion.h - a second opinion on an answer: what the call tells about its
 * cause.  For the files of the evidence.
 */
#ifndef SIPMON_REPORT_OPINION_H
#define SIPMON_REPORT_OPINION_H

#include "sipmon/call/audit.h"
#include "sipmon/call/passage.h"
#include "teller.h"

/* Words of strangers in a sentence are cut here. */
#define OPINION_WORD_BYTES 120

struct opinion {
	const struct teller *t;
	const struct call *call;
	uint32_t id;          /* the answer */
	uint32_t request;     /* that it answers, as first sent; 0: not seen */
	struct sip_msg asked; /* all absent if its bytes are gone */
	unsigned audit_count;
	struct audit audits[AUDIT_ROOM];
	unsigned passage_count;
	struct passage passages[PASSAGE_ROOM];
	/* Where the answer was made, as far as was seen: the message there, and
	 * its transaction. */
	uint32_t origin;
	const struct transaction *origin_t;
};

/* A line: label, and a sentence with values, all of them safe. */
void opinion_tell(const struct opinion *o, const char *label,
		  const char *sentence, const char *const *values,
		  unsigned count);

/* Strangers' words made safe, in one line, cut; returns `out`. */
const char *opinion_safe(struct slice s, char out[OPINION_WORD_BYTES]);

/* "1.20 s"; a duration that goes back is none. */
const char *opinion_duration(int64_t ns, char *out);

/* Where a message came from. */
const char *opinion_source(const struct opinion *o, uint32_t msg, char *out);

/* Does `o` say so much about a code?  Each writes lines or none. */
typedef void (*opinion_fn)(const struct opinion *o);

/* opinion_time.c */
void opinion_timeout(const struct opinion *o); /* 408, 504 */
void opinion_cancel(const struct opinion *o);  /* 487 */
void opinion_busy(const struct opinion *o);    /* 500, 503 */

/* opinion_auth.c */
void opinion_challenge(const struct opinion *o); /* 401, 407 */
void opinion_forbidden(const struct opinion *o); /* 403 */

/* opinion_field.c */
void opinion_number(const struct opinion *o);    /* 404, 484, 604 */
void opinion_extension(const struct opinion *o); /* 420, 421 */
void opinion_interval(const struct opinion *o);  /* 422, 423 */
void opinion_dialog(const struct opinion *o);    /* 481 */
void opinion_loop(const struct opinion *o);      /* 482, 483 */
void opinion_offer(const struct opinion *o);     /* 488, 606 */

#endif
