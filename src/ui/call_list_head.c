#include <stdio.h>
#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/base/utf8.h"

#include "call_list.h"

#define LINE_BYTES 1024

struct part {
	char text[64];
	enum style role;
	bool wanted;
};

static const char *tr(const struct call_list *l, const char *english)
{
	return words(l->ctx->words, english);
}

unsigned call_list_percent(const struct ui_status *s)
{
	if (s->file_size == 0)
		return 0;
	if (s->file_done >= s->file_size)
		return 100;
	return (unsigned)((double)s->file_done * 100.0 / (double)s->file_size);
}

/* "LIVE eth0", "LOADING 63 %": what the calls come from. */
static enum style source_text(const struct call_list *l, char *out, size_t size)
{
	/* clang-format off */
	static const char *const names[] = {
		[UI_SOURCE_LIVE]    = "LIVE",
		[UI_SOURCE_LOADING] = "LOADING",
		[UI_SOURCE_FILE]    = "FILE",
		[UI_SOURCE_STOPPED] = "STOPPED",
		[UI_SOURCE_GONE]    = "SOURCE GONE",
	};
	/* clang-format on */
	const struct ui_status *s = l->ctx->status;
	const char *name = s->source_name != NULL ? s->source_name : "";
	const char *state = tr(l, names[s->source]);

	if (l->paused)
		(void)snprintf(out, size, "%s +%llu  %s", tr(l, "PAUSED"),
			       (unsigned long long)call_list_waiting(l), name);
	else if (s->source == UI_SOURCE_LOADING && s->file_size > 0)
		(void)snprintf(out, size, "%s %u %%  %s", state,
			       call_list_percent(s), name);
	else
		(void)snprintf(out, size, "%s %s", state, name);
	return s->source == UI_SOURCE_GONE ? STYLE_PROBLEM : STYLE_TITLE;
}

/* Forgotten calls and lost packets are told as long as there is room for
 * anything: in the order in which parts give way, the last one first. */
enum {
	PART_LOST,
	PART_FORGOTTEN,
	PART_PACKETS,
	PART_MEMORY,
	PART_CLOCK,
	PART_RATE,
	PARTS
};

static void fill_parts(const struct call_list *l, struct part parts[PARTS])
{
	const struct ui_status *s = l->ctx->status;
	uint64_t forgotten = view_totals(l->ctx->view)->forgotten_messages;
	unsigned long long lost = l->ctx->counters->dropped;
	unsigned long long used = view_memory(l->ctx->view) >> 20;
	char clock[CLOCK_TEXT_BYTES];
	char limit[32] = "";

	parts[PART_LOST].role = lost > 0 ? STYLE_PROBLEM : STYLE_DIM;
	(void)snprintf(parts[PART_LOST].text, sizeof(parts->text), "%s %llu",
		       tr(l, "lost"), lost);
	parts[PART_FORGOTTEN].role = STYLE_PROBLEM;
	parts[PART_FORGOTTEN].wanted = forgotten > 0;
	(void)snprintf(parts[PART_FORGOTTEN].text, sizeof(parts->text),
		       "%s %llu", tr(l, "forgotten"),
		       (unsigned long long)forgotten);
	(void)snprintf(parts[PART_PACKETS].text, sizeof(parts->text), "%s %llu",
		       tr(l, "packets"),
		       (unsigned long long)l->ctx->counters->packets);
	if (s->memory_limit > 0)
		(void)snprintf(limit, sizeof(limit), "/%lluM",
			       (unsigned long long)(s->memory_limit >> 20));
	(void)snprintf(parts[PART_MEMORY].text, sizeof(parts->text),
		       "%s %lluM%s", tr(l, "mem"), used, limit);
	(void)snprintf(parts[PART_CLOCK].text, sizeof(parts->text), "%.8s%s",
		       clock_time_of_day(s->wall_ns, l->ctx->utc, clock),
		       l->ctx->utc ? " UTC" : "");
	parts[PART_CLOCK].wanted = s->wall_ns != 0;
	(void)snprintf(parts[PART_RATE].text, sizeof(parts->text), "%llu %s",
		       (unsigned long long)s->messages_per_second,
		       tr(l, "msg/s"));
	parts[PART_RATE].wanted =
		s->source == UI_SOURCE_LIVE || s->source == UI_SOURCE_LOADING;
}

/* Returns the column where the right side begins. */
static int draw_parts(const struct call_list *l, struct canvas *c, int room)
{
	static const unsigned order[PARTS] = { PART_RATE,   PART_PACKETS,
					       PART_LOST,   PART_FORGOTTEN,
					       PART_MEMORY, PART_CLOCK };
	struct part parts[PARTS] = { 0 };
	int width = canvas_columns(c);
	int total = 0;
	int column;

	parts[PART_LOST].wanted = parts[PART_MEMORY].wanted =
		parts[PART_PACKETS].wanted = true;
	parts[PART_MEMORY].role = parts[PART_CLOCK].role =
		parts[PART_RATE].role = parts[PART_PACKETS].role = STYLE_DIM;
	fill_parts(l, parts);
	for (unsigned i = 0; i < PARTS; i++) {
		int cells = 2 + (int)utf8_shown_cells(slice_of(parts[i].text));

		if (parts[i].wanted && total + cells > room)
			parts[i].wanted = false;
		total += parts[i].wanted ? cells : 0;
	}
	column = width - total + 1;
	for (unsigned i = 0; i < PARTS; i++) {
		const struct part *p = &parts[order[i]];

		if (!p->wanted)
			continue;
		column =
			canvas_put_text(c, 0, column, width, p->role, p->text) +
			2;
	}
	return width - total;
}

static void draw_title(const struct call_list *l, struct canvas *c)
{
	char text[LINE_BYTES];
	enum style role = source_text(l, text, sizeof(text));
	int width = canvas_columns(c);
	int need = (int)utf8_shown_cells(slice_of(text));
	int column = 1;
	int end;

	/* The source gets what it needs, but the right side at least half. */
	if (need > width / 2)
		need = width / 2;
	end = draw_parts(l, c, width - need - 2);
	if (end - column > need + 8) {
		column =
			canvas_put_text(c, 0, column, end, STYLE_DIM, "sipmon");
		column += 2;
	}
	canvas_put_field(c, 0, column, end - column, false, role,
			 slice_of(text));
}

static void draw_counts(const struct call_list *l, struct canvas *c)
{
	const struct column *by = column_at(call_rows_sorted_by(l->rows));
	struct phrase_number shown =
		phrase_number(call_rows_box(l->rows)->count);
	struct phrase_number all = phrase_number(call_rows_known(l->rows));
	struct phrase_number selected = phrase_number(l->selected_count);
	int done = call_rows_progress(l->rows);
	struct phrase_number progress =
		phrase_number(done >= 0 ? (uint64_t)done : 0);
	const char *values[] = { shown.text, all.text, selected.text, by->name,
				 progress.text };
	char text[LINE_BYTES];
	char part[128];
	int width = canvas_columns(c);
	int column = 1;
	int cells;

	phrase(text, sizeof(text), tr(l, "%1 of %2 calls"), values, 5);
	if (l->selected_count > 0) {
		size_t used = strlen(text);

		(void)snprintf(text + used, sizeof(text) - used, "  %s",
			       phrase(part, sizeof(part), tr(l, "%3 selected"),
				      values, 5));
	}
	if (l->follow && call_list_grows(l)) {
		size_t used = strlen(text);

		(void)snprintf(text + used, sizeof(text) - used, "  %s",
			       tr(l, "following"));
	}
	phrase(part, sizeof(part),
	       done >= 0 ? tr(l, "sorting %5 %") : tr(l, "sorted by %4"),
	       values, 5);
	cells = (int)strlen(text);
	(void)snprintf(text + cells, sizeof(text) - (size_t)cells, "  %s %s",
		       part, call_rows_is_descending(l->rows) ? "v" : "^");
	cells = (int)utf8_shown_cells(slice_of(text)) + 1;
	if (cells < width - 8)
		canvas_put_text(c, 1, width - cells, -1, STYLE_DIM, text);
	else
		cells = 0;
	if (l->filter[0] == '\0') {
		struct slice all_shown = slice_of(tr(l, "All calls are shown"));

		if ((int)utf8_shown_cells(all_shown) < width - cells - 2)
			canvas_put(c, 1, column, -1, STYLE_DIM, all_shown);
		return;
	}
	column = canvas_put_text(c, 1, column, width - cells, STYLE_TITLE,
				 tr(l, "Filter: "));
	canvas_put_field(c, 1, column, width - cells - column - 1, false,
			 STYLE_CHANGED, slice_of(l->filter));
}

const char *call_list_capture_finding(const struct counters *n)
{
	if (n->undecoded[UNDECODED_TLS_NO_KEYS] > 0 ||
	    n->undecoded[UNDECODED_TLS_RECORD] > 0)
		return "tls-without-keys";
	return n->undecoded[UNDECODED_TUNNEL] > 0 ? "unsupported-tunnel" : NULL;
}

bool call_list_has_trouble(const struct call_list *l)
{
	return counters_undecoded(l->ctx->counters) > 0 ||
	       l->ctx->counters->duplicates > 0 ||
	       view_totals(l->ctx->view)->forgotten_calls > 0;
}

/* "not decoded 12 (tcp 10, ip-fragment 2)  forgotten calls 3  duplicates 4" */
void call_list_draw_trouble(const struct call_list *l, struct canvas *c,
			    int row)
{
	const struct counters *n = l->ctx->counters;
	uint64_t forgotten = view_totals(l->ctx->view)->forgotten_calls;
	uint64_t total = counters_undecoded(n);
	int column = 1;
	const char *before = " (";

	if (total > 0) {
		column = canvas_put_format(c, row, column, -1, STYLE_PROBLEM,
					   "%s %llu", tr(l, "not decoded"),
					   (unsigned long long)total);
		for (unsigned i = 0; i < UNDECODED_REASONS; i++) {
			enum undecoded reason = (enum undecoded)i;

			if (n->undecoded[i] == 0)
				continue;
			column = canvas_put_format(
				c, row, column, -1, STYLE_TEXT, "%s%s %llu",
				before, undecoded_name(reason),
				(unsigned long long)n->undecoded[i]);
			if (reason == UNDECODED_TLS_NO_KEYS)
				column = canvas_put_text(c, row, column, -1,
							 STYLE_DIM,
							 ": --keylog FILE");
			before = ", ";
		}
		column = canvas_put_text(c, row, column, -1, STYLE_TEXT, ")");
		column += 2;
	}
	if (forgotten > 0)
		column = 2 + canvas_put_format(c, row, column, -1,
					       STYLE_PROBLEM, "%s %llu",
					       tr(l, "forgotten calls"),
					       (unsigned long long)forgotten);
	if (n->duplicates > 0)
		canvas_put_format(c, row, column, -1, STYLE_DIM, "%s %llu",
				  tr(l, "duplicates"),
				  (unsigned long long)n->duplicates);
}

void call_list_draw_head(const struct call_list *l, struct canvas *c)
{
	draw_title(l, c);
	draw_counts(l, c);
}
