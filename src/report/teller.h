/*
 * teller.h - how the files of the evidence write their lines.
 */
#ifndef SIPMON_REPORT_TELLER_H
#define SIPMON_REPORT_TELLER_H

#include "sipmon/base/buf.h"
#include "sipmon/call/audit.h"
#include "sipmon/call/identity.h"
#include "sipmon/call/phase.h"
#include "sipmon/call/view.h"
#include "sipmon/catalogue/catalogue.h"
#include "sipmon/sip/message.h"

/* Values of one field that are told; a stranger may send hundreds. */
#define TELLER_VALUES_MAX 4

struct teller {
	struct buf *out;
	const struct view *view;
	const struct captured_msg *m;
	const struct transaction *t; /* NULL: of none */
	const struct phase_limits *limits;
	const struct identity_reader *identity; /* NULL: nobody to ask */
	audit_list_fn audit;                    /* NULL: nobody to ask */
	void *audit_ctx;
	const struct catalogue *words;
	struct sip_msg msg; /* all absent if its bytes are gone */
};

/* The id of the message at hand. */
uint32_t teller_id(const struct teller *t);

/* A line "Label TAB text LF": begin, then words, then end. */
void teller_begin(const struct teller *t, const char *label);
void teller_say(const struct teller *t, const char *english);
void teller_end(const struct teller *t);

/* Strangers' words, in one line; quotes around all of it fall away. */
void teller_show(const struct teller *t, struct slice s);

typedef void (*teller_value_fn)(const struct teller *t, struct slice value);

/* Each value of a list field, over all its lines. */
void teller_values(const struct teller *t, enum sip_header_id id,
		   teller_value_fn tell);

#endif
