#include <string.h>

#include "sipmon/base/utf8.h"

#include "call_list.h"

typedef struct ui_request (*answer_fn)(struct call_list *l);

static struct ui_request stay(void)
{
	return (struct ui_request){ .kind = UI_NONE };
}

static struct ui_request plain(enum ui_action_kind kind)
{
	return (struct ui_request){ .kind = kind };
}

static const struct call *call_under(const struct call_list *l)
{
	size_t cursor = call_rows_box(l->rows)->cursor;

	return view_call(l->ctx->view, call_rows_at(l->rows, cursor).id);
}

struct seek_columns call_list_columns(const struct call_list *l)
{
	return (struct seek_columns){ l->places, l->place_count, l->time };
}

uint64_t call_list_waiting(const struct call_list *l)
{
	uint64_t now = view_totals(l->ctx->view)->calls;

	return now > l->paused_calls ? now - l->paused_calls : 0;
}

/* Where `id` stands among the selected, or shall stand. */
static size_t place_of(const struct call_list *l, uint64_t id)
{
	size_t low = 0;
	size_t high = l->selected_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->selected[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool call_list_is_selected(const struct call_list *l, uint64_t id)
{
	size_t i = place_of(l, id);

	return i < l->selected_count && l->selected[i] == id;
}

void call_list_set_follow(struct call_list *l)
{
	call_rows_follow(l->rows, l->follow);
}

bool call_list_grows(const struct call_list *l)
{
	enum ui_source_kind source = l->ctx->status->source;

	return source == UI_SOURCE_LIVE || source == UI_SOURCE_LOADING;
}

static struct ui_request open_flow(struct call_list *l)
{
	const struct call *c = call_under(l);
	struct ui_request r = plain(UI_OPEN);

	if (c == NULL)
		return stay();
	r.screen = SCREEN_CALL_FLOW;
	r.argument.call = c->id;
	return r;
}

static struct ui_request open_legs(struct call_list *l)
{
	struct ui_request r = open_flow(l);

	r.argument.legs = true;
	return r;
}

static struct ui_request open_raw(struct call_list *l)
{
	const struct call *c = call_under(l);
	struct ui_request r = plain(UI_OPEN);

	if (c == NULL)
		return stay();
	r.screen = SCREEN_MESSAGE;
	r.argument.call = c->id;
	r.argument.msg = c->first_msg;
	return r;
}

/* Opened on the copy that the list shows the verdict of. */
static struct ui_request open_identity(struct call_list *l)
{
	const struct call *c = call_under(l);
	struct ui_request r = plain(UI_OPEN);

	if (c == NULL)
		return stay();
	r.screen = SCREEN_IDENTITY;
	r.argument.call = c->id;
	(void)call_verdict(l->ctx->view, c, &r.argument.msg, NULL);
	return r;
}

static struct ui_request open_statistics(struct call_list *l)
{
	struct ui_request r = plain(UI_OPEN);

	(void)l;
	r.screen = SCREEN_STATISTICS;
	return r;
}

/* The message that carried `code` last, in answer to what began the call if
 * there is one; 0 if it is not kept. */
static uint32_t message_with_code(const struct view *v, const struct call *c,
				  uint16_t code)
{
	uint32_t id = c->first_msg;
	uint32_t found = 0;
	bool to_first = false; /* it answers a request as the first one was */

	for (uint32_t n = 0; n < c->message_count; n++) {
		const struct captured_msg *m = view_msg(v, id);

		if (m == NULL)
			break;
		if (m->status == code &&
		    (m->method == c->method || !to_first)) {
			to_first = m->method == c->method;
			found = id;
		}
		id = m->next;
	}
	return found;
}

/* The code and the worst finding; without either of them the method. */
/* Where no call is: why what was captured could not be read. */
static struct ui_request explain_capture(const struct call_list *l)
{
	const char *finding = call_list_capture_finding(l->ctx->counters);
	struct ui_request r = plain(UI_OPEN);

	if (finding == NULL)
		return stay();
	r.screen = SCREEN_EXPLAIN;
	slice_copy(slice_of(finding), r.argument.finding,
		   sizeof(r.argument.finding));
	return r;
}

static struct ui_request open_explain(struct call_list *l)
{
	const struct call *c = call_under(l);
	struct ui_request r = plain(UI_OPEN);
	struct column_facts f = { 0 };

	if (c == NULL)
		return explain_capture(l);
	column_look(&f, l->ctx, c, NEED_CODE | NEED_FINDINGS);
	r.screen = SCREEN_EXPLAIN;
	r.argument.call = c->id;
	r.argument.code = f.code;
	if (f.code != 0)
		r.argument.msg = message_with_code(l->ctx->view, c, f.code);
	if (f.finding_count > 0)
		slice_copy(slice_of(f.findings[0].kind), r.argument.finding,
			   sizeof(r.argument.finding));
	else if (f.code == 0)
		slice_copy(view_method_name(l->ctx->view, c->method),
			   r.argument.word, sizeof(r.argument.word));
	return r;
}

static struct ui_request open_compare(struct call_list *l)
{
	const struct call *c = call_under(l);
	struct ui_request r = plain(UI_OPEN);

	r.screen = SCREEN_COMPARE;
	if (c != NULL)
		r.argument.code = call_shown_code(l->ctx->view, c);
	return r;
}

static struct ui_request open_help(struct call_list *l)
{
	struct ui_request r = plain(UI_OPEN);

	(void)l;
	r.screen = SCREEN_HELP;
	r.argument.about = SCREEN_CALL_LIST;
	return r;
}

static struct ui_request type_search(struct call_list *l)
{
	l->typing = LINE_SEARCH;
	prompt_begin(&l->search_prompt, SLICE(""));
	return stay();
}

static void seek(struct call_list *l, enum seek_kind kind, bool backward)
{
	call_seek_start(&l->seek, l->rows, kind, backward, false);
	if (l->seek.kind == SEEK_NOTHING && kind == SEEK_TEXT)
		l->notice = "Nothing is searched for; / begins a search.";
}

static struct ui_request search_next(struct call_list *l)
{
	seek(l, SEEK_TEXT, false);
	return stay();
}

static struct ui_request search_previous(struct call_list *l)
{
	seek(l, SEEK_TEXT, true);
	return stay();
}

static struct ui_request next_finding(struct call_list *l)
{
	seek(l, SEEK_FINDING, false);
	return stay();
}

static struct ui_request previous_finding(struct call_list *l)
{
	seek(l, SEEK_FINDING, true);
	return stay();
}

static struct ui_request type_filter(struct call_list *l)
{
	l->typing = LINE_FILTER;
	l->problem.text[0] = '\0';
	prompt_begin(&l->filter_prompt, slice_of(l->filter));
	return stay();
}

bool call_list_set_filter(struct call_list *l, struct slice text)
{
	struct slice expression = slice_trim(text);
	struct query *q = NULL;

	l->problem.text[0] = '\0';
	if (expression.len > 0 &&
	    query_parse(&q, expression, l->ctx->find, l->ctx->find_ctx,
			&l->problem) != ERR_OK) {
		if (l->problem.text[0] == '\0')
			problem_set(&l->problem, "%s",
				    words(l->ctx->words, "Out of memory."));
		return false;
	}
	slice_copy(expression, l->filter, sizeof(l->filter));
	call_rows_filter(l->rows, q);
	return true;
}

static struct ui_request unfilter(struct call_list *l)
{
	if (call_rows_is_filtered(l->rows))
		(void)call_list_set_filter(l, SLICE(""));
	return stay();
}

static struct ui_request ask_clear(struct call_list *l)
{
	l->question = ASK_CLEAR;
	l->yes = false;
	return stay();
}

static struct ui_request toggle_selected(struct call_list *l)
{
	size_t cursor = call_rows_box(l->rows)->cursor;
	uint64_t id = call_rows_at(l->rows, cursor).id;
	size_t i = place_of(l, id);

	if (id == CALL_ID_NONE)
		return stay();
	if (call_list_is_selected(l, id)) {
		l->selected_count--;
		memmove(l->selected + i, l->selected + i + 1,
			(l->selected_count - i) * sizeof(*l->selected));
	} else if (l->selected_count < CALL_LIST_SELECTED) {
		memmove(l->selected + i + 1, l->selected + i,
			(l->selected_count - i) * sizeof(*l->selected));
		l->selected[i] = id;
		l->selected_count++;
	} else {
		l->notice = "No more calls can be selected.";
	}
	call_rows_key(l->rows, ACTION_DOWN);
	l->follow = false;
	call_list_set_follow(l);
	return stay();
}

static struct ui_request unselect(struct call_list *l)
{
	l->selected_count = 0;
	return stay();
}

static struct ui_request toggle_follow(struct call_list *l)
{
	l->follow = !l->follow;
	call_list_set_follow(l);
	if (l->follow)
		call_rows_key(l->rows, ACTION_LAST);
	l->notice =
		l->follow ? "Following new calls." : "Not following new calls.";
	return stay();
}

static struct ui_request toggle_pause(struct call_list *l)
{
	l->paused = !l->paused;
	l->paused_calls = view_totals(l->ctx->view)->calls;
	call_rows_pause(l->rows, l->paused);
	return stay();
}

/* The column beside the one that sorts, among those that are seen. */
static void sort_beside(struct call_list *l, bool right)
{
	enum column_id by = call_rows_sorted_by(l->rows);
	unsigned n = l->place_count;
	unsigned i = 0;

	if (n == 0)
		return;
	while (i < n && l->places[i].id != by)
		i++;
	if (i == n)
		i = 0;
	else
		i = right ? (i + 1) % n : (i + n - 1) % n;
	call_rows_sort(l->rows, l->places[i].id,
		       call_rows_is_descending(l->rows));
}

static struct ui_request sort_left(struct call_list *l)
{
	sort_beside(l, false);
	return stay();
}

static struct ui_request sort_right(struct call_list *l)
{
	sort_beside(l, true);
	return stay();
}

static struct ui_request sort_reverse(struct call_list *l)
{
	call_rows_sort(l->rows, call_rows_sorted_by(l->rows),
		       !call_rows_is_descending(l->rows));
	return stay();
}

static bool is_seen(const struct call_list *l, enum column_id id)
{
	for (unsigned i = 0; i < l->place_count; i++)
		if (l->places[i].id == id)
			return true;
	return false;
}

/* Where there was no room for the column, the first press makes some and the
 * last one gives it back. */
static struct ui_request change_time(struct call_list *l)
{
	static const char *const notices[COLUMN_TIMES] = {
		"Time: by the clock.",
		"Time: since the capture began.",
		"Time: age.",
	};

	if (!is_seen(l, COLUMN_TIME)) {
		l->time_wanted = true;
		l->notice = notices[l->time];
		return stay();
	}
	l->time = (enum column_time)((l->time + 1) % COLUMN_TIMES);
	l->notice = notices[l->time];
	if (l->time == COLUMN_TIME_CLOCK && l->time_wanted) {
		l->time_wanted = false;
		l->notice = "Time: shown where there is room.";
	}
	return stay();
}

static struct ui_request copied(struct call_list *l)
{
	struct ui_request r = plain(UI_COPY);

	if (l->copy.failed || l->copy.len == 0)
		return stay();
	l->notice = "Sent to the clipboard of the terminal.";
	r.text = buf_slice(&l->copy);
	return r;
}

/* Made safe: who pastes it into a shell gets no control characters. */
static struct ui_request copy_call_id(struct call_list *l)
{
	const struct call *c = call_under(l);

	if (c == NULL)
		return stay();
	buf_clear(&l->copy);
	utf8_show(&l->copy, c->call_id);
	return copied(l);
}

static struct ui_request copy_row(struct call_list *l)
{
	const struct call *c = call_under(l);
	size_t cursor = call_rows_box(l->rows)->cursor;
	struct column_facts f = { .time = l->time };
	char out[COLUMN_TEXT_BYTES];

	if (c == NULL)
		return stay();
	buf_clear(&l->copy);
	f.number = call_rows_at(l->rows, cursor).number;
	column_look(&f, l->ctx, c, NEED_ALL);
	for (unsigned i = 0; i < COLUMNS_OF_CALLS; i++) {
		if (i > 0)
			buf_add_char(&l->copy, '\t');
		utf8_show(&l->copy,
			  column_at((enum column_id)i)->text(&f, out));
	}
	return copied(l);
}

static struct ui_request language(struct call_list *l)
{
	(void)l;
	return plain(UI_LANGUAGE);
}

static struct ui_request redraw(struct call_list *l)
{
	(void)l;
	return plain(UI_REDRAW);
}

static struct ui_request suspend(struct call_list *l)
{
	(void)l;
	return plain(UI_SUSPEND);
}

/* Only a capture that runs is lost by leaving. */
static struct ui_request quit(struct call_list *l)
{
	if (l->ctx->status->source != UI_SOURCE_LIVE)
		return plain(UI_QUIT);
	l->question = ASK_QUIT;
	l->yes = false;
	return stay();
}

/* Esc undoes one thing after the other and never leaves: half of a sequence
 * that came late looks the same. */
static struct ui_request undo(struct call_list *l)
{
	if (call_seek_is_set(&l->seek)) {
		call_seek_set(&l->seek, SLICE(""));
		return stay();
	}
	if (call_rows_is_filtered(l->rows))
		return unfilter(l);
	if (l->ctx->status->source == UI_SOURCE_LOADING)
		return plain(UI_STOP_LOADING);
	l->notice = "q quits";
	return stay();
}

static struct ui_request interrupt(struct call_list *l)
{
	l->notice = "^C again quits.";
	return stay();
}

/* clang-format off */
static const answer_fn answers[ACTIONS] = {
	[ACTION_HELP]             = open_help,
	[ACTION_BACK]             = quit,
	[ACTION_SEARCH]           = type_search,
	[ACTION_SEARCH_NEXT]      = search_next,
	[ACTION_SEARCH_PREVIOUS]  = search_previous,
	[ACTION_OPEN]             = open_flow,
	[ACTION_EXPLAIN]          = open_explain,
	[ACTION_COMPARE]          = open_compare,
	[ACTION_LEGS]             = open_legs,
	[ACTION_RAW]              = open_raw,
	[ACTION_IDENTITY]         = open_identity,
	[ACTION_STATISTICS]       = open_statistics,
	[ACTION_FILTER]           = type_filter,
	[ACTION_UNFILTER]         = unfilter,
	[ACTION_CLEAR]            = ask_clear,
	[ACTION_SELECT]           = toggle_selected,
	[ACTION_UNSELECT]         = unselect,
	[ACTION_FOLLOW]           = toggle_follow,
	[ACTION_PAUSE]            = toggle_pause,
	[ACTION_SORT_LEFT]        = sort_left,
	[ACTION_SORT_RIGHT]       = sort_right,
	[ACTION_SORT_REVERSE]     = sort_reverse,
	[ACTION_NEXT_FINDING]     = next_finding,
	[ACTION_PREVIOUS_FINDING] = previous_finding,
	[ACTION_TIME]             = change_time,
	[ACTION_COPY]             = copy_call_id,
	[ACTION_COPY_ALL]         = copy_row,
	[ACTION_LANGUAGE]         = language,
	[ACTION_REDRAW]           = redraw,
	[ACTION_SUSPEND]          = suspend,
	[ACTION_INTERRUPT]        = interrupt,
};
/* clang-format on */

struct ui_request call_list_answer(struct call_list *l, int32_t key,
				   enum ui_action action)
{
	if (call_rows_key(l->rows, action)) {
		l->follow = action == ACTION_LAST;
		call_list_set_follow(l);
		return stay();
	}
	if (action == ACTION_BACK && key == KEY_CODE_ESCAPE)
		return undo(l);
	if (action >= ACTIONS || answers[action] == NULL) {
		keymap_key_name(key, l->notice_key);
		l->notice = l->notice_key[0] != '\0'
				    ? "%1: no such key here, ? lists the keys"
				    : "No such key here, ? lists the keys";
		return stay();
	}
	return answers[action](l);
}
