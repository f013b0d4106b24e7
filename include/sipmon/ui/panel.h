/*
 * panel.h - explanations, put into a pane: of a message, a code, a finding,
 * a method.  Drawn by the call flow, the message and the explanation.
 */
#ifndef SIPMON_UI_PANEL_H
#define SIPMON_UI_PANEL_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/slice.h"
#include "sipmon/ui/screen.h"
#include "sipmon/ui/text_pane.h"

/* A line with this bit in its tag names a code: the rest of the tag. */
#define PANEL_LINK 0x10000U

/* An empty line and a title; paragraphs, items and "label  text" under it. */
void panel_heading(struct text_pane *p, struct slice text);
void panel_paragraph(struct text_pane *p, enum style role, struct slice text);
void panel_item(struct text_pane *p, struct slice text);
void panel_pair(struct text_pane *p, struct slice label, struct slice text);

/* A list cell of the catalogue under the label `key` of terms.tsv. */
void panel_list(struct text_pane *p, const struct catalogue *c,
		struct slice key, struct slice list);

/* "486 Busy Here", in the colour of its class, and where it is defined. */
void panel_code_title(struct text_pane *p, const struct catalogue *c,
		      uint16_t code);

/* Description, when one sees it, how to fix it; nothing for what is no code. */
void panel_code(struct text_pane *p, const struct catalogue *c, uint16_t code);

/* The rest that is known: who sends it, what it ends, related codes as links,
 * vendors' meanings, the note of the site. */
void panel_code_facts(struct text_pane *p, const struct catalogue *c,
		      uint16_t code);

/* A line that names a code and can be chosen (PANEL_LINK); the related codes
 * of one, under their title. */
void panel_code_link(struct text_pane *p, const struct catalogue *c,
		     uint16_t code);
void panel_related(struct text_pane *p, const struct catalogue *c,
		   uint16_t code);

/* Appends all lines to `out`, safe to paste anywhere. */
void panel_copy(const struct text_pane *p, struct buf *out);

/* The two parts of panel_method(): what is said of one message goes between. */
bool panel_method_title(struct text_pane *p, const struct catalogue *c,
			struct slice name);
void panel_method_text(struct text_pane *p, const struct catalogue *c,
		       struct slice name);

/* False and nothing is added if the catalogue does not know it. */
bool panel_method(struct text_pane *p, const struct catalogue *c,
		  struct slice name);
bool panel_finding(struct text_pane *p, const struct catalogue *c,
		   struct slice kind);
bool panel_header(struct text_pane *p, const struct catalogue *c,
		  struct slice name);

/* A verdict on an Identity, a caveat, or both where one name is both. */
bool panel_verdict(struct text_pane *p, const struct catalogue *c,
		   struct slice name);

/* What this message itself says: report/evidence.h, under "Seen here". */
void panel_evidence(struct text_pane *p, const struct ui_context *ctx,
		    const struct captured_msg *m);

/* The phases of the message's transaction, stuck ones marked. */
void panel_phases(struct text_pane *p, const struct ui_context *ctx,
		  const struct captured_msg *m);

/* Does the finding name the message? */
bool panel_concerns(const struct finding *f, uint32_t msg);

/* Title and meaning of a finding, as they stand with what they concern. */
void panel_found(struct text_pane *p, const struct catalogue *c,
		 struct slice kind);

/* The findings that name the message; how many. */
unsigned panel_findings(struct text_pane *p, const struct ui_context *ctx,
			const struct finding *list, unsigned count,
			uint32_t msg);

/*
 * The message that is worth explaining in place of `msg`: the ACK of a refused
 * INVITE says no more than the response that it acknowledges (RFC 3261 section
 * 17.1.1.3).  Any other message stands for itself.
 */
uint32_t panel_explained(const struct view *v, uint32_t msg);

/* The two parts of panel_message(): what was seen of this message, and what
 * its code or its method means.  A caller may put facts of its own between. */
void panel_message_seen(struct text_pane *p, const struct ui_context *ctx,
			const struct captured_msg *m,
			const struct finding *list, unsigned count,
			uint32_t msg);
void panel_message_meaning(struct text_pane *p, const struct ui_context *ctx,
			   uint32_t msg);

/* The whole panel of a message: title, what was seen, what it means. */
void panel_message(struct text_pane *p, const struct ui_context *ctx,
		   const struct captured_msg *m, const struct finding *list,
		   unsigned count, uint32_t msg);

/* Moves the cursor to the next (previous) line that names a code, round the
 * end.  The code under the cursor, or 0. */
void panel_next_link(struct text_pane *p, bool backward);
uint16_t panel_link(const struct text_pane *p);

/* The width of a panel at the right of `columns` cells; `steps` wider, or
 * narrower when negative.  0: there is no room for one. */
int panel_width(int columns, int steps);

#endif
