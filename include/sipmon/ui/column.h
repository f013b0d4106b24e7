/*
 * column.h - the columns of the call list, a table.
 */
#ifndef SIPMON_UI_COLUMN_H
#define SIPMON_UI_COLUMN_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/call/state.h"
#include "sipmon/call/timing.h"
#include "sipmon/call/verdict.h"
#include "sipmon/report/quality.h"
#include "sipmon/ui/screen.h"
#include "sipmon/ui/style.h"

/* In the order in which they stand. */
enum column_id {
	COLUMN_NUMBER = 0,
	COLUMN_TIME,
	COLUMN_STATE,
	COLUMN_METHOD,
	COLUMN_FROM,
	COLUMN_TO,
	COLUMN_SOURCE,
	COLUMN_DESTINATION,
	COLUMN_MESSAGES,
	COLUMN_TRYING,
	COLUMN_PDD,
	COLUMN_TO_180,
	COLUMN_TO_183,
	COLUMN_RING,
	COLUMN_EARLY_MEDIA,
	COLUMN_SETUP,
	COLUMN_FIRST_RTP,
	COLUMN_TALK,
	COLUMN_TEARDOWN,
	COLUMN_WORST,
	COLUMN_LOSS,
	COLUMN_JITTER,
	COLUMN_MOS,
	COLUMN_LEGS,
	COLUMN_HOPS,
	COLUMN_AGENT,
	COLUMN_CODE,
	COLUMN_IDENTITY,
	COLUMN_VERDICT,
	COLUMN_ATTEST,
	COLUMN_SIGNER,
	COLUMN_FINDING,
	COLUMNS_OF_CALLS
};

/* What the column Time shows. */
enum column_time {
	COLUMN_TIME_CLOCK = 0,
	COLUMN_TIME_SINCE_START, /* of the capture */
	COLUMN_TIME_AGE,         /* until now */
	COLUMN_TIMES
};

/* Parts of struct column_facts, as bits. */
enum column_need {
	NEED_STATE = 1,
	NEED_TIMING = 2,
	NEED_CODE = 4,
	NEED_FINDINGS = 8,
	NEED_STUCK = 16,
	NEED_VERDICT = 32,
	NEED_PHASES = 64,
	NEED_MEDIA = 128,
	NEED_LEGS = 256,
	NEED_HOPS = 512,
	NEED_ALL = 1023,
	/* What is said of the call under the cursor. */
	NEED_USUAL = 63,
};

/* What a row shows of its call; lives no longer than one draw. */
struct column_facts {
	const struct ui_context *ctx;
	const struct call *call;
	uint32_t number; /* by arrival, from 1 */
	enum column_time time;
	int width; /* cells the text has; 0: as many as it needs */
	enum call_state state;
	struct timing timing;
	uint16_t code;
	unsigned finding_count;
	struct finding findings[FINDING_ROOM];
	bool is_stuck; /* in a provisional phase, at this very moment */
	struct phase stuck;
	enum verdict verdict;
	uint32_t verdict_msg;       /* that it is about, 0: none */
	bool verdict_waits;         /* there is more to be judged */
	struct verdict_brief brief; /* of that message */
	struct phase worst; /* the longest provisional phase; code 0: none */
	struct call_quality media;
	unsigned legs; /* other calls of the conversation */
	unsigned hops; /* elements that passed its request on */
	bool hops_known;
};

#define COLUMN_TEXT_BYTES 160

struct column {
	const char *name;  /* "from", as in "sorted by from" */
	const char *title; /* English */
	const char *help;  /* English */
	uint8_t least;     /* cells; it gives way before it gets less */
	uint8_t want;      /* with less it keeps columns of a high rank out */
	uint8_t most;
	uint8_t rank; /* 0 is the last to give way */
	bool right;
	bool by_text; /* equal keys are told apart by their texts */
	unsigned needs;
	/* Strangers' bytes may be in it.  Lives as long as the call and `out`.
	 */
	struct slice (*text)(const struct column_facts *f,
			     char out[COLUMN_TEXT_BYTES]);
	/* Orders as the column is sorted. */
	uint64_t (*key)(const struct column_facts *f);
	enum style (*role)(const struct column_facts *f);
};

const struct column *column_at(enum column_id id);

/* One letter for a verdict: V, X, ? (cannot be told, or `waits`), - (none
 * where one could be), or 0; and the role that goes with it. */
char column_verdict_letter(enum verdict v, bool waits);
enum style column_verdict_role(enum verdict v);

/* Fills `f->call` and what `needs` asks for. */
void column_look(struct column_facts *f, const struct ui_context *ctx,
		 const struct call *call, unsigned needs);

/* <0, 0, >0: two calls whose keys are equal, by their texts without case. */
int column_compare_text(const struct ui_context *ctx, enum column_id id,
			const struct call *a, const struct call *b);

struct column_place {
	enum column_id id;
	int column; /* first cell */
	int width;
};

/*
 * Which columns fit between `from` and `width`, and where; `calls` is the
 * highest number.  `first` comes before all others but the state (which
 * stands for none).  Returns how many, at most COLUMNS_OF_CALLS.
 */
unsigned column_layout(int from, int width, uint64_t calls,
		       enum column_id first, struct column_place *out);

#endif
