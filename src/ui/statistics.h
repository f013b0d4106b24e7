/*
 * statistics.h - the state of the statistics screen.
 *
 *	statistics_count.c     counts the calls, a slice at a time
 *	statistics_line.c      the lines of a box: tables, bars, numbers
 *	statistics_boxes.c     which boxes there are, and those of all calls
 *	statistics_rows.c      boxes of findings, peers, agents, codes, methods
 *	statistics_time.c      the box of calls over time
 *	statistics_identity.c  the box of Identity
 *	screen_statistics.c    draws and answers keys
 */
#ifndef SIPMON_UI_INSIDE_STATISTICS_H
#define SIPMON_UI_INSIDE_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/analyse/statistics.h"
#include "sipmon/base/buf.h"
#include "sipmon/call/figures.h"
#include "sipmon/call/signing.h"
#include "sipmon/ui/finder.h"
#include "sipmon/ui/frame.h"
#include "sipmon/ui/screen.h"
#include "sipmon/ui/text_pane.h"

enum statistics_box {
	BOX_ANSWERS = 0,
	BOX_DELAYS,
	BOX_HISTOGRAM,
	BOX_METRICS,
	BOX_FINDINGS,
	BOX_FAULTS,
	BOX_TIME,
	BOX_PEERS,
	BOX_TRUNKS,
	BOX_AGENTS,
	BOX_METHODS,
	BOX_CODES,
	BOX_MESSAGES,
	BOX_IDENTITY,
	BOXES
};

/* What `e` says of a row. */
enum statistics_subject {
	SUBJECT_NOTHING = 0,
	SUBJECT_CODE,
	SUBJECT_WORD, /* a method or a verdict: the name of the row */
	SUBJECT_FINDING,
	SUBJECT_SENTENCE, /* one of ours, in the last row */
};

/* A row that the cursor knows again after its box was filled anew; names and
 * filters stand in `texts`. */
struct statistics_row {
	enum statistics_box box;
	enum statistics_subject subject;
	uint16_t code;
	uint16_t delay;       /* 1 + enum figures_delay_kind; 0: none */
	bool opens;           /* Enter shows the rest of the box */
	const char *sentence; /* English */
	uint32_t name;
	uint32_t name_len;
	uint32_t filter;
	uint32_t filter_len;
};

#define STATISTICS_ROWS         768
#define STATISTICS_FILTER_BYTES 256
#define STATISTICS_PANES        2

/* A time between two looks at a live line. */
#define STATISTICS_AGAIN_NS INT64_C(5000000000)

struct statistics_screen {
	const struct ui_context *ctx;

	/* What was counted, and what is being counted. */
	struct statistics *counting; /* NULL: nothing is */
	struct figures *figures;
	struct signing_figures *signing;
	unsigned window;  /* place in the list of them */
	bool asked;       /* the user wants it counted anew */
	bool has_figures; /* of all calls, or of those up to here */
	bool has_all;     /* of all calls of this window */
	bool has_signing;
	bool failed;        /* out of memory */
	uint64_t looked_at; /* calls, of those that are counted */
	uint64_t counting_change;
	int64_t counting_wall_ns; /* when it began */
	uint64_t counted_change;  /* of the view, when it began */
	int64_t counted_ns;       /* time of the view at the end */
	int64_t read_wall_ns;
	int64_t counted_wall_ns; /* when it ended, and how long it rests */
	int64_t rest_ns;

	/* What is shown. */
	struct text_pane *panes[STATISTICS_PANES];
	int widths[STATISTICS_PANES];
	bool two;
	bool ascii;
	bool filled;
	uint64_t change; /* of the view, when the panes were filled */
	int64_t filled_ns;
	unsigned focus;
	int places[STATISTICS_PANES]; /* of cursors that are not shown */
	unsigned box_panes[BOXES];
	int box_rows[BOXES]; /* where it begins in its pane; -1: not there */
	int box_lines[BOXES];
	uint32_t opened; /* boxes that show all their rows, as bits */
	enum figures_delay_kind delay;
	unsigned row_count;
	struct statistics_row rows[STATISTICS_ROWS];
	struct buf texts;
	struct finder finder;
	struct frame_language language;
	struct buf copy;
	char filter[STATISTICS_FILTER_BYTES];
};

static inline const char *statistics_tr(const struct statistics_screen *s,
					const char *english)
{
	return words(s->ctx->words, english);
}

/* ---- counting */

/* Counts for about `budget_ns`; true if there is more to count or to draw. */
bool statistics_count(struct statistics_screen *s, int64_t budget_ns);
void statistics_count_free(struct statistics_screen *s);

/* A longer (shorter) window; false if there is none. */
bool statistics_window_change(struct statistics_screen *s, bool longer);
int64_t statistics_window_ns(const struct statistics_screen *s);

/* ---- filling */

/* Fills the panes; the cursor stays on its row. */
void statistics_fill(struct statistics_screen *s);

/* Gives the cursor to a pane. */
void statistics_focus(struct statistics_screen *s, unsigned focus);

/* The row under a line of a pane; NULL: none. */
const struct statistics_row *
statistics_row_at(const struct statistics_screen *s, unsigned pane, int line);
struct slice statistics_row_name(const struct statistics_screen *s,
				 const struct statistics_row *r);
struct slice statistics_row_filter(const struct statistics_screen *s,
				   const struct statistics_row *r);

/* Where a box is being written. */
struct statistics_page {
	struct statistics_screen *s;
	struct text_pane *pane;
	enum statistics_box box;
	int width; /* cells of a line */
};

/* A line; all zero: text without a door. */
struct statistics_line {
	enum style role; /* of what stands at the end: a bar, words */
	enum style head_role;
	char mark;
	struct slice name;  /* strangers' bytes */
	const char *filter; /* NULL or "": none */
	enum statistics_subject subject;
	uint16_t code;
	uint16_t delay;
	bool opens;
	const char *sentence;
	double share;      /* of a bar, 0..1; a table without bars: 0 */
	struct slice last; /* words behind the columns, in place of a bar */
};

void statistics_add(struct statistics_page *p, const struct statistics_line *l,
		    struct slice head, struct slice text);

/* The name of a box, in the language of the user. */
void statistics_heading(struct statistics_page *p, const char *text);

/* A sentence, translated, that may take several rows. */
void statistics_note(struct statistics_page *p, enum style role,
		     const char *text);

#define STATISTICS_COLUMNS 6

struct statistics_column {
	const char *title; /* English, or a name in all languages */
	int cells;
};

/*
 * A name and numbers; columns at the end give way where the names would have
 * less than `name_least` cells.
 */
struct statistics_table {
	const struct statistics_column *columns;
	unsigned column_count; /* that fit */
	int name_cells;
	int rest; /* cells behind the columns, for a bar or words */
};

struct statistics_table
statistics_table_of(const struct statistics_page *p,
		    const struct statistics_column *columns, unsigned count,
		    int name_least, int name_most);

#define STATISTICS_CELL_BYTES 40

typedef char statistics_cell[STATISTICS_CELL_BYTES];

/* The heads of the columns; `name` is translated already, as `last` is. */
void statistics_table_head(struct statistics_page *p,
			   const struct statistics_table *t, const char *name,
			   const char *last);
void statistics_table_row(struct statistics_page *p,
			  const struct statistics_table *t,
			  const struct statistics_line *l,
			  statistics_cell *cells);

/* How many of `count` rows are shown; the line that opens the rest. */
unsigned statistics_rows_shown(const struct statistics_page *p, unsigned count);
void statistics_more(struct statistics_page *p, unsigned count);

/* "4 612 233" */
char *statistics_number(uint64_t n, statistics_cell out);
/* "75.5 %"; "-" of nothing */
char *statistics_percent(uint64_t part, uint64_t whole, statistics_cell out);
/* "0.045 ms", "4 870 ms", from ten seconds on "12.3 s" */
char *statistics_time(int64_t ns, statistics_cell out);

/* As much of `text` as fits in `cells` as it is shown, '~' where it was cut. */
void statistics_add_padded(struct buf *out, struct slice text, int cells,
			   bool right);
void statistics_add_block(const struct statistics_page *p, struct buf *out);
void statistics_add_bar(const struct statistics_page *p, struct buf *out,
			double share, int room);

/* ---- boxes */

void statistics_findings_box(struct statistics_page *p);
void statistics_faults_box(struct statistics_page *p);
void statistics_peers_box(struct statistics_page *p);
void statistics_trunks_box(struct statistics_page *p);
void statistics_agents_box(struct statistics_page *p);
void statistics_methods_box(struct statistics_page *p);
void statistics_codes_box(struct statistics_page *p);
void statistics_time_box(struct statistics_page *p);
void statistics_identity_box(struct statistics_page *p);

#endif
