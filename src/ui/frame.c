#include "sipmon/ui/frame.h"

#include <stdio.h>

#include "sipmon/base/utf8.h"

#define PART_BYTES 64

/* One piece of the status, the most important first. */
struct part {
	char text[PART_BYTES];
	enum style role;
};

enum { PARTS = 4 };

static size_t first_word(const char *keys)
{
	size_t n = 0;

	while (keys[n] != '\0' && keys[n] != ' ')
		n++;
	return n;
}

void frame_keys(struct canvas *c, int row, const struct catalogue *words_of,
		const struct frame_key *keys, unsigned count)
{
	int limit = canvas_columns(c);
	int column = 1;

	for (unsigned i = 0; i < count; i++) {
		const char *name = keymap_keys(keys[i].action);
		struct slice key = { name, first_word(name) };
		struct slice word;
		size_t cells;

		if (keys[i].word == NULL)
			continue;
		word = slice_of(words(words_of, keys[i].word));
		cells = key.len + 1 + utf8_shown_cells(word);
		if (column + (int)cells > limit)
			break;
		column = canvas_put(c, row, column, limit, STYLE_KEY, key);
		column =
			canvas_put(c, row, column + 1, limit, STYLE_TEXT, word);
		column += 2;
	}
}

void frame_rule(struct canvas *c, int row, int column, int width)
{
	canvas_fill(c, row, column, width, STYLE_DIM, LINE_HORIZONTAL);
}

static const char *source_word(const struct ui_context *ctx)
{
	switch (ctx->status->source) {
	case UI_SOURCE_LIVE:
		return words(ctx->words, "LIVE");
	case UI_SOURCE_LOADING:
		return words(ctx->words, "LOADING");
	case UI_SOURCE_FILE:
		return words(ctx->words, "FILE");
	case UI_SOURCE_STOPPED:
		return words(ctx->words, "STOPPED");
	case UI_SOURCE_GONE:
		return words(ctx->words, "SOURCE GONE");
	}
	return "";
}

static void source_part(struct part *p, const struct ui_context *ctx)
{
	const struct ui_status *s = ctx->status;
	unsigned percent = 0;

	p->role = s->source == UI_SOURCE_GONE ? STYLE_PROBLEM : STYLE_TITLE;
	if (s->source != UI_SOURCE_LOADING) {
		(void)snprintf(p->text, sizeof(p->text), "%s",
			       source_word(ctx));
		return;
	}
	if (s->file_size > 0 && s->file_done <= s->file_size)
		percent = (unsigned)((double)s->file_done * 100.0 /
				     (double)s->file_size);
	(void)snprintf(p->text, sizeof(p->text), "%s %u %%", source_word(ctx),
		       percent);
}

static void count_part(struct part *p, const struct ui_context *ctx,
		       const char *word, uint64_t n)
{
	p->role = n > 0 ? STYLE_PROBLEM : STYLE_DIM;
	(void)snprintf(p->text, sizeof(p->text), "%s %llu",
		       words(ctx->words, word), (unsigned long long)n);
}

static void memory_part(struct part *p, const struct ui_context *ctx)
{
	unsigned long long used = view_memory(ctx->view) >> 20;
	unsigned long long limit = ctx->status->memory_limit >> 20;

	p->role = STYLE_DIM;
	if (limit == 0)
		(void)snprintf(p->text, sizeof(p->text), "%s %lluM",
			       words(ctx->words, "mem"), used);
	else
		(void)snprintf(p->text, sizeof(p->text), "%s %lluM/%lluM",
			       words(ctx->words, "mem"), used, limit);
}

int frame_status(struct canvas *c, const struct ui_context *ctx, int row,
		 int least)
{
	int right = canvas_columns(c) - 1;
	int widths[PARTS];
	int total = 0;
	unsigned shown = 0;
	struct part parts[PARTS];
	int column;

	source_part(&parts[0], ctx);
	count_part(&parts[1], ctx, "lost", ctx->counters->dropped);
	memory_part(&parts[2], ctx);
	count_part(&parts[3], ctx, "forgotten",
		   view_totals(ctx->view)->forgotten_messages);
	for (; shown < PARTS; shown++) {
		struct slice text = slice_of(parts[shown].text);

		widths[shown] = (int)utf8_shown_cells(text) + 2;
		if (right - total - widths[shown] < least)
			break;
		total += widths[shown];
	}
	column = right - total + 2;
	for (unsigned i = 0; i < shown; i++) {
		canvas_put_text(c, row, column, -1, parts[i].role,
				parts[i].text);
		column += widths[i];
	}
	return shown > 0 ? right - total : right + 1;
}

bool frame_answer(enum ui_action action, enum screen_id here,
		  struct ui_request *out)
{
	static const struct {
		enum ui_action action;
		enum ui_action_kind kind;
	} answers[] = {
		{ ACTION_BACK, UI_BACK },         { ACTION_HELP, UI_OPEN },
		{ ACTION_LANGUAGE, UI_LANGUAGE }, { ACTION_REDRAW, UI_REDRAW },
		{ ACTION_SUSPEND, UI_SUSPEND },
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i].action != action)
			continue;
		*out = (struct ui_request){ .kind = answers[i].kind };
		if (action == ACTION_HELP) {
			out->screen = SCREEN_HELP;
			out->argument.about = here;
		}
		return true;
	}
	return false;
}

char *frame_seconds(int64_t ns, char out[CLOCK_TEXT_BYTES])
{
	bool negative = ns < 0;
	uint64_t n = negative ? -(uint64_t)ns : (uint64_t)ns;
	unsigned long long ms =
		(n + (uint64_t)CLOCK_MS_NS / 2) / (uint64_t)CLOCK_MS_NS;

	(void)snprintf(out, CLOCK_TEXT_BYTES, "%s%llu.%03llu",
		       negative && ms > 0 ? "-" : "", ms / 1000, ms % 1000);
	return out;
}

bool frame_language_changed(struct frame_language *seen,
			    const struct ui_context *ctx)
{
	struct frame_language now = { ctx->words,
				      catalogue_language(ctx->words) };
	bool changed =
		now.words != seen->words || now.language != seen->language;

	*seen = now;
	return changed;
}
