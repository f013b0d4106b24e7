/*
 * message.h - the state of the message screen, shared by its files:
 * message_model.c loads and explains, message_signed.c tells what an Identity
 * covers, screen_message.c draws and answers keys.
 */
#ifndef SIPMON_UI_INSIDE_MESSAGE_H
#define SIPMON_UI_INSIDE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "broken.h"
#include "sipmon/base/buf.h"
#include "sipmon/sip/message.h"
#include "sipmon/ui/finder.h"
#include "sipmon/ui/frame.h"
#include "sipmon/ui/highlight.h"
#include "sipmon/ui/screen.h"
#include "sipmon/ui/text_pane.h"

enum message_mode { MODE_WHOLE = 0, MODE_SDP, MODE_BYTES };

struct message_screen {
	const struct ui_context *ctx;
	uint64_t call;
	uint32_t msg;
	uint32_t number; /* of the call's messages, from 1; 0: not known */
	uint32_t count;
	bool readable;
	bool parsed;
	struct buf raw;
	struct sip_msg sip;
	struct captured_msg
		captured; /* when and where; kept if the call goes */
	int64_t since_previous_ns;
	struct flow hop;
	struct finding findings[FINDING_ROOM];
	unsigned finding_count;
	bool has_identity; /* and it was looked at */
	enum verdict verdict;
	unsigned covered;  /* parts under a signature */
	unsigned changed;  /* parts that were altered on the way here */
	size_t changed_at; /* byte of the message where the body was, or 0 */
	struct broken broken;
	enum message_mode mode;
	int hex_bytes; /* in a row of the dump that was filled */
	struct text_pane *text;
	struct text_pane *panel;
	int panel_line; /* that the panel explains; -1: fill it anew */
	bool panel_hidden;
	bool panel_focus;
	int panel_steps;
	struct finder finder;
	struct frame_language language;
	struct buf copy;
};

/* Reads the message `msg` of the call; what it cannot read is told. */
void message_load(struct message_screen *s);

/* Fills the text anew: another message or mode. */
void message_fill(struct message_screen *s);

/* A dump of as many bytes in a row as fit `width` cells. */
void message_fit_bytes(struct message_screen *s, int width);

/* Explains the line under the cursor in the panel, if it does not yet. */
void message_fill_panel(struct message_screen *s);

/* Finds out what the Identity of the message covers. */
void message_look_at_identity(struct message_screen *s);

/* Gives a line that is covered, or was altered, its look. */
void message_mark_signed(const struct message_screen *s,
			 const struct highlight_line *line,
			 struct text_look *look);
bool message_was_changed(const struct message_screen *s,
			 const struct highlight_line *line);

/* "X SIGNATURE_INVALID  Signed by Identity: From To ..." */
void message_draw_signed(const struct message_screen *s, struct canvas *c,
			 int row);

/* The bytes that lines and defects count from. */
struct slice message_raw(const struct message_screen *s);

/* Does the byte belong to SDP? */
bool message_is_sdp(const struct message_screen *s, size_t offset);

/* The line under the cursor; false if there is none. */
bool message_current(const struct message_screen *s,
		     struct highlight_line *out);

#endif
