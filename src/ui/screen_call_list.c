#include <stdlib.h>

#include "sipmon/ui/screen.h"

#include "call_list.h"

#define COPY_BYTES 74994 /* as much as terminals take (OSC 52) */

static struct ui_request stay(void)
{
	return (struct ui_request){ .kind = UI_NONE };
}

static struct ui_request plain(enum ui_action_kind kind)
{
	return (struct ui_request){ .kind = kind };
}

/* ---- lines and questions ------------------------------------------- */

static struct ui_request answer_question(struct call_list *l, int32_t key)
{
	enum call_list_question asked = l->question;
	bool taken = key == KEY_CODE_ENTER;

	if (key == KEY_CODE_LEFT || key == KEY_CODE_RIGHT ||
	    key == KEY_CODE_TAB || key == KEY_CODE_BACK_TAB) {
		l->yes = !l->yes;
		return stay();
	}
	if (key == 'y' || key == 'Y') {
		l->yes = true;
		taken = true;
	}
	if (!taken && key != KEY_CODE_ESCAPE && key != 'n' && key != 'N' &&
	    key != 'q' && key != 3)
		return stay();
	l->question = ASK_NOTHING;
	if (!taken || !l->yes)
		return stay();
	return plain(asked == ASK_CLEAR ? UI_CLEAR : UI_QUIT);
}

static struct ui_request type_into_filter(struct call_list *l, int32_t key)
{
	switch (prompt_key(&l->filter_prompt, key)) {
	case PROMPT_MORE:
		l->problem.text[0] = '\0';
		break;
	case PROMPT_DONE:
		/* A broken one stays to be mended, its fault beside it. */
		if (call_list_set_filter(l, prompt_text(&l->filter_prompt)))
			l->typing = LINE_NOTHING;
		break;
	case PROMPT_CANCELLED:
		l->typing = LINE_NOTHING;
		break;
	}
	return stay();
}

static struct ui_request type_into_search(struct call_list *l, int32_t key)
{
	switch (prompt_key(&l->search_prompt, key)) {
	case PROMPT_MORE:
		break;
	case PROMPT_DONE:
		l->typing = LINE_NOTHING;
		call_seek_set(&l->seek, prompt_text(&l->search_prompt));
		call_seek_start(&l->seek, l->rows, SEEK_TEXT, false, true);
		break;
	case PROMPT_CANCELLED:
		l->typing = LINE_NOTHING;
		call_seek_set(&l->seek, SLICE(""));
		break;
	}
	return stay();
}

/* ---- what the screen is -------------------------------------------- */

static void list_close(void *screen)
{
	struct call_list *l = screen;

	if (l == NULL)
		return;
	call_rows_free(l->rows);
	free(l->selected);
	buf_free(&l->copy);
	free(l);
}

static void *list_open(const struct ui_context *ctx,
		       const struct screen_argument *argument)
{
	struct call_list *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->ctx = ctx;
	l->opened_ns = ctx->status->wall_ns;
	buf_init(&l->copy, COPY_BYTES);
	call_seek_set(&l->seek, SLICE(""));
	l->rows = call_rows_new(ctx);
	l->selected = calloc(CALL_LIST_SELECTED, sizeof(*l->selected));
	if (l->rows == NULL || l->selected == NULL) {
		list_close(l);
		return NULL;
	}
	l->follow = ctx->status->source == UI_SOURCE_LIVE;
	call_list_set_follow(l);
	if (argument->filter != NULL)
		(void)call_list_set_filter(l, slice_of(argument->filter));
	return l;
}

static struct ui_request list_key(void *screen, int32_t key,
				  enum ui_action action)
{
	struct call_list *l = screen;

	if (key == KEY_CODE_NONE || key == KEY_CODE_RESIZE)
		return stay();
	l->notice = NULL;
	l->notice_ns = l->ctx->status->wall_ns;
	if (l->question != ASK_NOTHING)
		return answer_question(l, key);
	if (l->typing == LINE_FILTER)
		return type_into_filter(l, key);
	if (l->typing == LINE_SEARCH)
		return type_into_search(l, key);
	return call_list_answer(l, key, action);
}

static bool list_work(void *screen, int64_t budget_ns)
{
	struct call_list *l = screen;
	struct seek_columns columns = call_list_columns(l);
	bool more = call_rows_work(l->rows, budget_ns / 2);
	enum seek_kind kind = l->seek.kind;

	switch (call_seek_work(&l->seek, l->rows, l->ctx, &columns,
			       budget_ns / 2)) {
	case SEEK_MORE:
		return true;
	case SEEK_MISSED:
		l->notice = kind == SEEK_TEXT ? "No match."
					      : "No call here has a finding.";
		l->notice_ns = l->ctx->status->wall_ns;
		more = true;
		break;
	case SEEK_FOUND:
		l->follow = false;
		call_list_set_follow(l);
		more = true; /* what was found wants to be drawn */
		break;
	case SEEK_IDLE:
		break;
	}
	more |= call_seek_count(&l->seek, l->rows, l->ctx, &columns,
				budget_ns / 2);
	return more;
}

static bool list_typing(const void *screen)
{
	const struct call_list *l = screen;

	return l->typing != LINE_NOTHING || l->question != ASK_NOTHING;
}

static void list_take(void *screen, const struct screen_argument *argument)
{
	struct call_list *l = screen;

	if (argument->filter == NULL)
		return;
	if (call_list_set_filter(l, slice_of(argument->filter)))
		return;
	l->notice = "This filter cannot be used.";
	l->notice_ns = l->ctx->status->wall_ns;
}

const struct screen_ops screen_call_list = {
	.name = "call-list",
	.id = SCREEN_CALL_LIST,
	.open = list_open,
	.draw = call_list_draw,
	.key = list_key,
	.work = list_work,
	.close = list_close,
	.typing = list_typing,
	.take = list_take,
};
