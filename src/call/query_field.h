/*
 * query_field.h - what a filter can ask of a call; for this room.
 */
#ifndef SIPMON_CALL_QUERY_FIELD_H
#define SIPMON_CALL_QUERY_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "query_lexer.h"
#include "sipmon/base/slice.h"
#include "sipmon/call/finding.h"
#include "sipmon/call/timing.h"
#include "sipmon/call/view.h"

enum query_kind {
	QUERY_FLAG = 0, /* true or not; stands alone */
	QUERY_TEXT,
	QUERY_ADDRESS, /* text; == without a port compares the host */
	QUERY_COUNT,
	QUERY_SECONDS,   /* compared in nanoseconds */
	QUERY_EACH_CODE, /* true if one of the response codes is so */
	QUERY_FINDING,   /* true if one of the kinds is so; may stand alone */
	QUERY_EACH_TEXT, /* true if one of the texts of a message is so */
};

/* One call that is asked; what costs a walk is worked out once. */
struct query_subject {
	const struct view *view;
	const struct call *call;
	finding_list_fn find;
	void *find_ctx;
	bool has_timing;
	bool has_findings;
	bool out_of_limit; /* a pattern gave up: the call does not match */
	struct timing timing;
	unsigned finding_count;
	struct finding findings[FINDING_ROOM];
	char address[ENDPOINT_TEXT_BYTES];
};

struct query_field {
	const char *name;
	const char *help;
	enum query_kind kind;
	/* The one that `kind` needs.  Unknown: an absent slice, or false. */
	struct slice (*text)(struct query_subject *s);
	bool (*number)(struct query_subject *s, int64_t *out);
	bool (*flag)(struct query_subject *s);
	struct slice (*host)(struct query_subject *s); /* of an address */
	/* The `i`th text of a message; absent past the last. */
	struct slice (*each)(const struct query_subject *s,
			     const struct captured_msg *m, unsigned i);
	/* The only words it can be, one by one, or NULL for any. */
	const char *(*word)(unsigned i);
};

/* NULL past the last. */
const struct query_field *query_field_at(unsigned i);

/* NULL if there is none of that name. */
const struct query_field *query_field_find(struct slice name);

/* The findings of the subject, worked out when first asked for. */
void query_subject_find(struct query_subject *s);

#endif
