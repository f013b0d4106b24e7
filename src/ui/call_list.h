/*
 * call_list.h - the state of the call list: screen_call_list.c is the screen,
 * call_list_answer.c what its keys do, call_list_draw.c draws it,
 * call_list_head.c its first rows, call_list_verdict.c the verdict of the row
 * under the cursor and call_list_fault.c tells what is wrong with a filter.
 */
#ifndef SIPMON_UI_CALL_LIST_PRIVATE_H
#define SIPMON_UI_CALL_LIST_PRIVATE_H

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/ui/call_rows.h"
#include "sipmon/ui/call_seek.h"
#include "sipmon/ui/column.h"
#include "sipmon/ui/prompt.h"
#include "sipmon/ui/screen.h"

#include "broken.h"

#define CALL_LIST_SELECTED 10000

enum call_list_line {
	LINE_NOTHING = 0,
	LINE_FILTER,
	LINE_SEARCH,
};

enum call_list_question {
	ASK_NOTHING = 0,
	ASK_CLEAR,
	ASK_QUIT,
};

/* What the lines below the list say of a verdict, kept until it changes. */
struct call_list_verdict {
	uint64_t call;
	uint32_t msg;
	uint32_t judged;
	uint32_t messages; /* of the call */
	enum agreement agrees;
	struct broken broken;
};

struct call_list {
	const struct ui_context *ctx;
	struct call_rows *rows;
	struct call_seek seek;
	struct column_place places[COLUMNS_OF_CALLS];
	unsigned place_count;
	enum column_time time;
	bool time_wanted; /* the column Time comes before others */
	enum call_list_line typing;
	struct prompt filter_prompt;
	struct prompt search_prompt;
	struct problem problem;    /* of the filter that is being typed */
	char filter[PROMPT_BYTES]; /* in force */
	enum call_list_question question;
	bool yes; /* which answer is chosen; never the first one */
	bool follow;
	bool paused;
	uint64_t paused_calls; /* calls there were when it was paused */
	uint64_t *selected;    /* ids, sorted */
	size_t selected_count;
	const char *notice; /* English, until the next key or for a while */
	char notice_key[KEY_NAME_BYTES]; /* "%1" of the notice */
	int64_t notice_ns;
	int64_t opened_ns;
	struct call_list_verdict verdict;
	struct buf copy;
};

struct seek_columns call_list_columns(const struct call_list *l);
bool call_list_is_selected(const struct call_list *l, uint64_t id);

/* How many calls came while the list was paused. */
uint64_t call_list_waiting(const struct call_list *l);

/* Takes `text` as the filter; false if it is none, and `l->problem` says so. */
bool call_list_set_filter(struct call_list *l, struct slice text);

/* What is wrong with the filter that is typed, in at most about `width`
 * cells; for an unknown field with the names it could be. */
void call_list_fault(const struct call_list *l, int width, char *out,
		     size_t size);

/* After `follow` changed. */
void call_list_set_follow(struct call_list *l);

/* Will more calls come to follow? */
bool call_list_grows(const struct call_list *l);

/* Answers a key while nothing is typed or asked. */
struct ui_request call_list_answer(struct call_list *l, int32_t key,
				   enum ui_action action);

/* How much of the file was read. */
unsigned call_list_percent(const struct ui_status *s);

/* The kind of finding that tells what to do about what could not be decoded,
 * or NULL. */
const char *call_list_capture_finding(const struct counters *n);

/* Rows 0 and 1, and the row that tells what could not be decoded. */
void call_list_draw_head(const struct call_list *l, struct canvas *c);
bool call_list_has_trouble(const struct call_list *l);
void call_list_draw_trouble(const struct call_list *l, struct canvas *c,
			    int row);

/* Asks for more about the verdict of `f`, if that was not done. */
void call_list_look_at_verdict(struct call_list *l,
			       const struct column_facts *f);

/* "Our verdict: SIGNATURE_INVALID. Broken by 192.0.2.1: Date."; "" where there
 * is none.  Returns `out`. */
char *call_list_verdict_text(const struct call_list *l,
			     const struct column_facts *f, char *out,
			     size_t size);

void call_list_draw(void *screen, struct canvas *c);

#endif
