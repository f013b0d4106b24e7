/*
 * flow.h - the state of the call flow screen, shared by its files.
 *
 * flow_model.c keeps it true to the call and flow_legs.c to its legs,
 * flow_ladder.c draws the ladder, flow_phases.c above it the phases that
 * flow_bars.c collects, flow_panel.c the panel that flow_facts.c fills,
 * flow_draw.c all around them, screen_call_flow.c answers keys.
 */
#ifndef SIPMON_UI_INSIDE_FLOW_H
#define SIPMON_UI_INSIDE_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/call/leg.h"
#include "sipmon/report/ladder.h"
#include "sipmon/ui/finder.h"
#include "sipmon/ui/frame.h"
#include "sipmon/ui/screen.h"
#include "sipmon/ui/text_pane.h"

enum flow_time {
	FLOW_TIME_PREVIOUS = 0,
	FLOW_TIME_START,
	FLOW_TIME_CLOCK,
	FLOW_TIME_PHASES, /* bars above the ladder */
	FLOW_TIMES
};

enum flow_sdp { FLOW_SDP_OFF = 0, FLOW_SDP_FIRST, FLOW_SDP_ALL, FLOW_SDPS };

enum flow_panel {
	FLOW_PANEL_EXPLAIN = 0,
	FLOW_PANEL_RAW,
	FLOW_PANEL_STORY,
	FLOW_PANEL_NONE,
	FLOW_PANELS
};

enum flow_panel_at {
	FLOW_PANEL_NOWHERE = 0, /* no room for it, or not wanted */
	FLOW_PANEL_RIGHT,
	FLOW_PANEL_BELOW,
};

#define FLOW_SDP_UNKNOWN 0xff
#define FLOW_SDP_MOST    60 /* lines of one body that are shown */

/* Calls of one ladder, the call that was opened among them. */
#define FLOW_LEGS_MAX (LEG_ROOM + 1)

/* Bars of phases that are told apart. */
#define FLOW_BARS_MAX 128

/* A call of the conversation; they stand as the ladder numbers its legs. */
struct flow_leg {
	uint64_t call;
	uint32_t messages; /* when looked at last */
	uint16_t number;   /* by first message, from 1 */
	uint16_t tie;      /* enum leg_tie; 0: the call that was opened */
};

/* A phase of an INVITE, or a part of a call. */
struct flow_bar {
	int64_t begin_ns;
	int64_t end_ns;
	const char *name;     /* English; NULL: the phase of `code` */
	uint32_t transaction; /* 0: it is of a whole call */
	uint32_t number;      /* of the INVITE's message; 0: not shown */
	uint16_t leg;
	uint16_t code;
	bool open;
	bool stuck;
	bool talk;
};

/* What is known of a row beside the ladder. */
struct flow_mark {
	uint32_t number; /* of the message in its call, from 1 */
	uint8_t sdp;     /* lines of SDP to show, or FLOW_SDP_UNKNOWN */
	bool finding;
	bool broke;      /* its Identity held one hop before */
	uint64_t judged; /* of the screen, when that was looked up */
};

struct flow_screen {
	const struct ui_context *ctx;
	uint64_t call;
	bool gone;   /* the call was forgotten */
	bool failed; /* out of memory for the ladder */
	bool paused;
	struct ladder ladder;
	struct ladder_options options;
	struct flow_mark *marks; /* one for each row of the ladder */
	struct flow_leg legs[FLOW_LEGS_MAX];
	unsigned leg_count; /* the call itself is one */
	bool legs_on;
	struct flow_bar bars[FLOW_BARS_MAX];
	unsigned bar_count;
	bool bars_more; /* than there is room for */
	struct finding findings[FINDING_ROOM];
	unsigned finding_count;
	uint64_t change; /* of the view, when looked at last */
	uint32_t message_count;
	int64_t looked_ns;   /* time of the view, when looked at last */
	uint64_t judged;     /* changes with any verdict of the ladder */
	bool waits;          /* one of its messages is to be judged */
	uint32_t cursor;     /* row */
	uint32_t cursor_msg; /* 0 on a stream of media */
	uint64_t cursor_key; /* what tells its row from others */
	uint32_t top;
	int page; /* rows of the ladder that were seen last */
	unsigned first_column;
	bool show_arrow; /* of the cursor, at the next draw */
	enum flow_time time;
	enum flow_sdp sdp;
	enum flow_panel panel;
	int panel_steps;
	enum flow_panel_at panel_at; /* at the last draw */
	bool panel_room;    /* there is room for one at the last draw */
	int panel_narrower; /* steps that it gave way to the columns */
	bool panel_sized;   /* the user chose its width */
	bool panel_asked;   /* the user wants it, be the columns cut or not */
	bool panel_focus;
	bool panel_old;     /* to be filled anew */
	uint64_t panel_key; /* of the row that it is about */
	struct text_pane *pane;
	struct finder finder;
	struct frame_language language;
	struct buf bytes; /* of the message looked at last */
	struct buf copy;
};

/*
 * Looks at the call again if anything happened; the cursor stays on its
 * message, or on the last row if it stood there.  NULL if the call is gone.
 */
const struct call *flow_refresh(struct flow_screen *f);

/* The ladder anew: the options changed. */
void flow_rebuild(struct flow_screen *f, const struct call *call);

/* Did the signature break on the way to this copy? */
bool flow_broke(struct flow_screen *f, uint32_t row);

/*
 * Looks which calls are legs of `call`; true if they, or how many messages
 * they have, changed since the last time.
 */
bool flow_look_at_legs(struct flow_screen *f, const struct call *call);

/* Is the ladder to show, or does it show, more than one leg? */
bool flow_has_legs(const struct flow_screen *f);

/* How many calls the ladder shows: the first of `legs`. */
unsigned flow_shown_legs(const struct flow_screen *f);

/* Has one of the legs that are shown been forgotten? */
bool flow_leg_is_gone(const struct flow_screen *f);

/* The call of a row, or NULL. */
const struct call *flow_call_of(const struct flow_screen *f, uint32_t row);

/* "Legs 1/2 joined by Session-ID" in `row`. */
void flow_draw_legs(struct flow_screen *f, struct canvas *c, int row);

/* The number of a message as the marks show it: "7", "2.7" among legs. */
char *flow_number(const struct flow_screen *f, uint16_t leg, uint32_t number,
		  char *out, size_t size);

/* The message of a row; NULL if there is none. */
const struct captured_msg *flow_msg(const struct flow_screen *f, uint32_t row);

/* "INVITE sdp", "180 Ringing x3"; strangers' bytes are as they came.  `brief`
 * leaves the phrase out where what follows it, or dashes, need its room. */
void flow_label(const struct flow_screen *f, uint32_t row, bool brief,
		struct buf *out);

/* The SDP of a row's message, cut to what is shown; absent if none.  Lives
 * until the next call. */
struct slice flow_sdp_text(struct flow_screen *f, uint32_t row);

/* Rows of the screen that a row of the ladder takes. */
int flow_row_height(struct flow_screen *f, uint32_t row);

/* Puts the cursor on a row, or the last one. */
void flow_go(struct flow_screen *f, uint32_t row);

/* The stream of a row; NULL if it is that of a message. */
const struct ladder_stream *flow_stream(const struct flow_screen *f,
					uint32_t row);

/* What the elements, the timers and the media of the message's call did. */
void flow_fill_facts(struct flow_screen *f, const struct captured_msg *m,
		     uint32_t msg);
void flow_fill_stream(struct flow_screen *f, const struct ladder_stream *s);
void flow_fill_story(struct flow_screen *f, const struct call *call);

/* Fills the panel for the message under the cursor, if it is not yet. */
void flow_fill_panel(struct flow_screen *f);

/* Where the parts of the ladder stand. */
struct flow_place {
	int row; /* first row of the messages */
	int height;
	int time;  /* cells of the time column */
	int left;  /* of the columns */
	int right; /* exclusive; the marks begin here */
	int marks; /* cells of the mark column */
	int width; /* of it all */
	int spacing;
	unsigned visible; /* columns that fit */
};

/* Divides `width` cells among time, columns and marks. */
void flow_lay_out(struct flow_screen *f, struct flow_place *p, int width);

/* Do all columns fit in `width` cells? */
bool flow_columns_fit(const struct flow_screen *f, int width);

/*
 * Chooses where the panel stands on a screen of `columns` cells, with `rows`
 * for the ladder.  Unless the user chose its width, it shrinks and then goes
 * while columns would be cut.  Returns its width at the right, 0 if it does
 * not stand there.
 */
int flow_panel_right(struct flow_screen *f, int columns, int rows);

/* The rows that the ladder leaves of `rows` to the panel below it, or 0. */
int flow_panel_below(struct flow_screen *f, int rows);
void flow_draw_panel_right(struct flow_screen *f, struct canvas *c, int row,
			   int height, int width);
void flow_draw_panel_below(struct flow_screen *f, struct canvas *c, int row,
			   int height);

/* Is the panel seen, and not all of its text? */
bool flow_panel_has_more(const struct flow_screen *f);

/* Do the heads of the columns take two rows? */
bool flow_heads_are_split(const struct flow_screen *f,
			  const struct flow_place *p);
void flow_draw_heads(struct flow_screen *f, struct canvas *c,
		     const struct flow_place *p, int row, bool split);
void flow_draw_ladder(struct flow_screen *f, struct canvas *c,
		      const struct flow_place *p);

/* Looks anew which phases the calls shown have. */
void flow_collect_bars(struct flow_screen *f);

/* Rows that the phases take of `rows`, and the phases in the rows from `row`:
 * none unless the time is shown so. */
int flow_phases_height(struct flow_screen *f, int rows);
void flow_draw_phases(struct flow_screen *f, struct canvas *c, int row,
		      int height);

void flow_draw(struct flow_screen *f, struct canvas *c);

#endif
