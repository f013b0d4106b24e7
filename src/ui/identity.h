/*
 * identity.h - the state of the identity screen, shared by its files.
 *
 * identity_model.c keeps it true to the call, identity_text.c and
 * identity_more.c fill its panes, identity_bytes.c sets the signed bytes of two
 * copies side by side, screen_identity.c draws and answers keys.
 */
#ifndef SIPMON_UI_INSIDE_IDENTITY_H
#define SIPMON_UI_INSIDE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "broken.h"
#include "sipmon/base/buf.h"
#include "sipmon/call/identity.h"
#include "sipmon/ui/finder.h"
#include "sipmon/ui/frame.h"
#include "sipmon/ui/screen.h"
#include "sipmon/ui/text_pane.h"

/* Copies of one request that are told apart; Max-Forwards lets no request
 * travel further (RFC 3261 section 8.1.1.6). */
#define IDENTITY_HOPS_MAX 70

enum identity_mode {
	IDENTITY_OVERVIEW = 0,
	IDENTITY_CHAIN,
	IDENTITY_TOKEN,
	IDENTITY_BYTES,
};

/* What a line of a pane is about, as its tag. */
#define IDENTITY_TAG_VERDICT 0x10000U
#define IDENTITY_TAG_CAVEAT  0x20000U

/* One copy of the request. */
struct identity_hop {
	uint32_t msg;
	uint32_t judged;
	int64_t time_ns;
	struct flow flow;
	enum verdict verdict;
	struct verdict_brief brief;
	bool waits;
	char changed[BROKEN_CHANGED_BYTES]; /* on the way to it */
};

/* How the panes are to be filled. */
struct identity_shape {
	bool two;  /* a pane at the right for the token */
	bool head; /* the verdict has a pane of its own */
	int width; /* of the left pane */
};

struct identity_screen {
	const struct ui_context *ctx;
	uint64_t call;
	uint32_t asked; /* message it was opened on */
	bool gone;      /* the call was forgotten */
	struct identity_hop hops[IDENTITY_HOPS_MAX];
	unsigned hop_count;
	uint32_t left_out; /* copies past the last */
	unsigned cursor;   /* hop */
	unsigned top;      /* first hop that is seen */
	unsigned value;    /* which Identity of the message */
	unsigned value_count;
	enum identity_mode mode;
	uint64_t change; /* of the view, when looked at last */
	uint32_t message_count;
	bool filled;
	struct identity_shape shape;
	int rows; /* of the screen, when it was filled */
	int columns;
	bool tall; /* there is no room for the verdict in a pane of its own */
	/* Of what the panes show. */
	bool known; /* there is a detail */
	enum verdict verdict;
	enum verdict value_verdict;
	bool downloaded;
	struct text_pane *head;
	struct text_pane *left;
	struct text_pane *right;
	struct finder finder;
	struct frame_language language;
	struct buf copy;
};

/* Looks at the call again if anything happened.  NULL if it is gone. */
const struct call *identity_refresh(struct identity_screen *s);

/* Fills the panes for what is under the cursor, if they are not. */
void identity_fill(struct identity_screen *s,
		   const struct identity_shape *shape);

/* The parts of an overview. */
void identity_head(struct identity_screen *s, struct text_pane *p,
		   const struct identity_detail *d);
void identity_checks(struct identity_screen *s, struct text_pane *p,
		     const struct identity_header *h);
void identity_meaning(struct identity_screen *s, struct text_pane *p,
		      enum verdict verdict);
void identity_caveats(struct identity_screen *s, struct text_pane *p,
		      uint32_t caveats);
void identity_token(struct identity_screen *s, struct text_pane *p,
		    const struct identity_header *h);
void identity_certificate(struct identity_screen *s, struct text_pane *p,
			  const struct identity_header *h);

/* All that fills the left pane alone. */
void identity_chain(struct identity_screen *s, const struct identity_header *h);
void identity_json(struct identity_screen *s, const struct identity_header *h);
void identity_bytes(struct identity_screen *s);

/* The value that is looked at; NULL if the message carries none. */
const struct identity_header *identity_value(const struct identity_screen *s,
					     const struct identity_detail *d);

/* "2026-11-22 14:02:11" (UTC) or the number if that is no date of ours. */
#define IDENTITY_TIME_BYTES 80
char *identity_time(int64_t seconds, char out[IDENTITY_TIME_BYTES]);

#endif
