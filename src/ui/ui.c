#include "sipmon/ui/ui.h"

#include <stdio.h>
#include <stdlib.h>

#include "sipmon/base/phrase.h"
#include "sipmon/call/query.h"
#include "sipmon/ui/text_pane.h"

/* Explanation opens comparison opens explanation: it must end somewhere. */
#define DEPTH_MAX 16

#define ROWS_LEAST    10
#define COLUMNS_LEAST 40

#define CTRL_C 3
#define CTRL_L 12
#define CTRL_Z 26

struct level {
	const struct screen_ops *ops;
	void *state;
	uint64_t call; /* it is about, or CALL_ID_NONE */
};

struct ui {
	const struct ui_context *ctx;
	struct level levels[DEPTH_MAX];
	unsigned depth;
	bool small;       /* there was no room for the screen */
	bool interrupted; /* the key before was ^C, on the list */
	bool pasting;
};

static const struct screen_ops *const screens[SCREENS] = {
	[SCREEN_CALL_LIST] = &screen_call_list,
	[SCREEN_CALL_FLOW] = &screen_call_flow,
	[SCREEN_MESSAGE] = &screen_message,
	[SCREEN_EXPLAIN] = &screen_explain,
	[SCREEN_COMPARE] = &screen_compare,
	[SCREEN_IDENTITY] = &screen_identity,
	[SCREEN_STATISTICS] = &screen_statistics,
	[SCREEN_HELP] = &screen_help,
};

static struct level *top_of(struct ui *u)
{
	return &u->levels[u->depth - 1];
}

static struct ui_request request(enum ui_action_kind kind)
{
	return (struct ui_request){ .kind = kind };
}

/* The bits of enum keymap_where follow enum screen_id. */
static unsigned where_of(enum screen_id id)
{
	return 1U << (unsigned)id;
}

static void close_top(struct ui *u)
{
	struct level *top = top_of(u);

	top->ops->close(top->state);
	u->depth--;
}

static void close_to(struct ui *u, unsigned depth)
{
	while (u->depth > depth)
		close_top(u);
}

/* Out of memory: the screen that was there stays. */
static bool open_screen(struct ui *u, enum screen_id id,
			const struct screen_argument *argument)
{
	struct level made = { NULL, NULL, argument->call };

	if (id >= SCREENS)
		return false;
	made.ops = screens[id];
	made.state = made.ops->open(u->ctx, argument);
	if (made.state == NULL)
		return false;
	if (u->depth == DEPTH_MAX)
		close_top(u);
	u->levels[u->depth++] = made;
	return true;
}

/* The list is never opened twice; what it shall show is handed to it before
 * the screen that asked is gone, with all that it owns. */
static void go_to_list(struct ui *u, const struct screen_argument *argument)
{
	struct level *list = &u->levels[0];

	if (list->ops->take != NULL)
		list->ops->take(list->state, argument);
	close_to(u, 1);
}

static bool is_typing(const struct level *top)
{
	return top->ops->typing != NULL && top->ops->typing(top->state);
}

/* Back to the list; on the list the second time in a row quits. */
static struct ui_request interrupt(struct ui *u)
{
	struct level *list = &u->levels[0];

	if (u->interrupted)
		return request(UI_QUIT);
	close_to(u, 1);
	u->interrupted = true;
	return list->ops->key(list->state, CTRL_C, ACTION_INTERRUPT);
}

/* Keys that mean the same everywhere, whatever the screen makes of others. */
static bool answer_global(struct ui *u, int32_t key, struct ui_request *out)
{
	bool typing = is_typing(top_of(u));
	bool leave = key == KEY_CODE_END_OF_INPUT ||
		     (u->small && (key == 'q' || key == 'Q'));

	if (leave)
		*out = request(UI_QUIT);
	else if (key == CTRL_Z)
		*out = request(UI_SUSPEND);
	else if (key == CTRL_L)
		*out = request(UI_REDRAW);
	else if (key == CTRL_C && !typing)
		*out = interrupt(u);
	else
		return false;
	return true;
}

/*
 * What is pasted is text: a line end becomes a blank, and where nobody types
 * it is left out, so that no key of ours is in it.  False: left out.
 */
static bool pass_paste(struct ui *u, int32_t *key)
{
	if (*key == KEY_CODE_PASTE_BEGIN || *key == KEY_CODE_PASTE_END) {
		u->pasting = *key == KEY_CODE_PASTE_BEGIN;
		return false;
	}
	if (!u->pasting || *key == KEY_CODE_END_OF_INPUT)
		return true;
	if (*key == KEY_CODE_ENTER || *key == KEY_CODE_TAB)
		*key = ' ';
	return is_typing(top_of(u)) && *key >= ' ' && *key < KEY_CODE_UP;
}

/* Opens and closes; what is not for the stack goes on to `app`. */
static struct ui_request carry_out(struct ui *u, const struct ui_request *asked)
{
	if (asked->kind == UI_OPEN) {
		if (asked->screen == SCREEN_CALL_LIST)
			go_to_list(u, &asked->argument);
		else
			(void)open_screen(u, asked->screen, &asked->argument);
		return request(UI_NONE);
	}
	if (asked->kind == UI_BACK) {
		if (u->depth == 1)
			return request(UI_QUIT);
		close_top(u);
		return request(UI_NONE);
	}
	return *asked;
}

enum err ui_new(struct ui **out, const struct ui_context *ctx,
		const char *filter, struct problem *problem)
{
	struct screen_argument argument = { .filter = filter };
	struct query *q = NULL;
	struct ui *u;

	if (filter != NULL && filter[0] != '\0') {
		enum err e = query_parse(&q, slice_of(filter), ctx->find,
					 ctx->find_ctx, problem);

		query_free(q);
		if (e)
			return e;
	}
	u = calloc(1, sizeof(*u));
	if (u != NULL) {
		u->ctx = ctx;
		if (open_screen(u, SCREEN_CALL_LIST, &argument)) {
			*out = u;
			return ERR_OK;
		}
	}
	free(u);
	problem_set(problem, "out of memory");
	return ERR_NOMEM;
}

void ui_free(struct ui *u)
{
	if (u == NULL)
		return;
	close_to(u, 0);
	free(u);
}

static int rows_of(const char *text, int width)
{
	struct slice rest = slice_of(text);
	int rows = 0;

	for (; rest.len > 0; rows++)
		(void)text_wrap_next(&rest, width);
	return rows;
}

/* Below 40x10: what matters most, in one line. */
static void draw_small(const struct ui *u, struct canvas *c)
{
	struct phrase_number width = phrase_number((uint64_t)canvas_columns(c));
	struct phrase_number height = phrase_number((uint64_t)canvas_rows(c));
	struct phrase_number rate =
		phrase_number(u->ctx->status->messages_per_second);
	struct phrase_number lost = phrase_number(u->ctx->counters->dropped);
	const char *values[] = { width.text, height.text, rate.text,
				 lost.text };
	char text[512];
	struct slice rest;
	int row = 0;

	phrase(text, sizeof(text),
	       words(u->ctx->words, "sipmon needs 40x10, this is %1x%2. "
				    "Capture goes on: %3 msg/s, lost %4. "
				    "q quits"),
	       values, 4);
	/* How to leave stands at the end: first, where the end is cut off. */
	if (rows_of(text, canvas_columns(c)) > canvas_rows(c)) {
		canvas_put_text(c, 0, 0, -1, STYLE_TEXT,
				words(u->ctx->words, "q quits"));
		row++;
	}
	rest = slice_of(text);
	for (; row < canvas_rows(c) && rest.len > 0; row++)
		canvas_put(c, row, 0, -1, STYLE_TEXT,
			   text_wrap_next(&rest, canvas_columns(c)));
}

void ui_draw(struct ui *u, struct canvas *canvas)
{
	const struct level *top = top_of(u);

	canvas_clear(canvas);
	u->small = canvas_rows(canvas) < ROWS_LEAST ||
		   canvas_columns(canvas) < COLUMNS_LEAST;
	if (u->small)
		draw_small(u, canvas);
	else
		top->ops->draw(top->state, canvas);
}

struct ui_request ui_key(struct ui *u, int32_t key)
{
	struct level *top = top_of(u);
	enum ui_action action = ACTION_NONE;
	struct ui_request asked = request(UI_NONE);

	if (key == KEY_CODE_NONE || !pass_paste(u, &key))
		return asked;
	if (answer_global(u, key, &asked))
		return asked;
	u->interrupted = false;
	if (!is_typing(top))
		action = keymap_find(where_of(top->ops->id), key);
	if (action == ACTION_FIND) /* a key that the flow has for its media */
		action = ACTION_SEARCH;
	asked = top->ops->key(top->state, key, action);
	return carry_out(u, &asked);
}

bool ui_work(struct ui *u, int64_t budget_ns)
{
	bool more = false;

	/* The list below goes on filtering while another screen is open. */
	for (unsigned i = u->depth; i > 0; i--) {
		struct level *l = &u->levels[i - 1];

		if (i > 1 && i < u->depth)
			continue;
		if (l->ops->work != NULL)
			more |= l->ops->work(l->state, budget_ns);
		if (more)
			break;
	}
	return more;
}

void ui_refresh(struct ui *u)
{
	/* A screen about a call that is gone has nothing to show. */
	for (unsigned i = 1; i < u->depth; i++) {
		uint64_t call = u->levels[i].call;

		if (call == CALL_ID_NONE ||
		    view_call(u->ctx->view, call) != NULL)
			continue;
		close_to(u, i);
	}
}

enum screen_id ui_screen(const struct ui *u)
{
	return u->levels[u->depth - 1].ops->id;
}
