#include <stdlib.h>

#include "sipmon/base/clock.h"
#include "statistics.h"

/* Rough costs; nobody below `app` may look at a clock. */
#define CALL_COST_NS INT64_C(12000) /* the rules are asked */
#define MSG_COST_NS  INT64_C(300)

/* A count that took long is not begun again at once. */
#define REST_FACTOR 2

/* clang-format off */
static const int64_t windows[] = {
	300 * CLOCK_SECOND_NS, 900 * CLOCK_SECOND_NS, 3600 * CLOCK_SECOND_NS,
	0, /* all calls */
};
/* clang-format on */

#define WINDOWS ((unsigned)(sizeof(windows) / sizeof(windows[0])))

int64_t statistics_window_ns(const struct statistics_screen *s)
{
	return windows[WINDOWS - 1 - s->window];
}

bool statistics_window_change(struct statistics_screen *s, bool longer)
{
	if (longer ? s->window == 0 : s->window + 1 == WINDOWS)
		return false;
	if (longer)
		s->window--;
	else
		s->window++;
	s->asked = true;
	s->has_all = false;
	return true;
}

void statistics_count_free(struct statistics_screen *s)
{
	statistics_free(s->counting);
	s->counting = NULL;
}

static bool make_room(struct statistics_screen *s)
{
	if (s->figures == NULL)
		s->figures = calloc(1, sizeof(*s->figures));
	if (s->signing == NULL)
		s->signing = calloc(1, sizeof(*s->signing));
	return s->figures != NULL && s->signing != NULL;
}

static void give_up(struct statistics_screen *s)
{
	statistics_count_free(s);
	s->failed = true;
	s->filled = false;
	s->asked = false;
	s->counted_wall_ns = s->ctx->status->wall_ns;
	s->rest_ns = STATISTICS_AGAIN_NS;
}

static void begin(struct statistics_screen *s)
{
	const struct statistics_options options = {
		.find = s->ctx->find,
		.find_ctx = s->ctx->find_ctx,
		.window_ns = statistics_window_ns(s),
	};

	statistics_count_free(s);
	s->asked = false;
	s->failed = false;
	s->looked_at = 0;
	s->counting_change = view_change(s->ctx->view);
	s->counting_wall_ns = s->ctx->status->wall_ns;
	s->read_wall_ns = s->counting_wall_ns;
	if (!make_room(s) || statistics_new(&s->counting, &options)) {
		s->counting = NULL;
		give_up(s);
	}
}

/* Of the calls up to here; once a second while there is nothing better. */
static void read_figures(struct statistics_screen *s)
{
	if (!statistics_read(s->counting, s->ctx->view, s->figures)) {
		s->has_figures = false;
		give_up(s);
		return;
	}
	s->has_figures = true;
	s->read_wall_ns = s->ctx->status->wall_ns;
	s->filled = false;
}

static void end(struct statistics_screen *s)
{
	const struct ui_context *ctx = s->ctx;
	int64_t took = ctx->status->wall_ns - s->counting_wall_ns;

	read_figures(s);
	if (s->failed)
		return;
	statistics_count_free(s);
	s->has_all = true;
	s->has_signing = ctx->signing != NULL;
	if (s->has_signing && !ctx->signing(ctx->signing_ctx, s->signing)) {
		s->has_signing = false;
		give_up(s);
	}
	s->counted_change = s->counting_change;
	s->counted_ns = view_now_ns(ctx->view);
	s->counted_wall_ns = ctx->status->wall_ns;
	s->rest_ns = STATISTICS_AGAIN_NS;
	if (took > STATISTICS_AGAIN_NS / REST_FACTOR &&
	    took < INT64_MAX / REST_FACTOR)
		s->rest_ns = took * REST_FACTOR;
}

/* The clock of the screen may be set back. */
static bool is_time_again(const struct statistics_screen *s)
{
	int64_t now = s->ctx->status->wall_ns;

	return view_change(s->ctx->view) != s->counted_change &&
	       (now < s->counted_wall_ns ||
		now - s->counted_wall_ns >= s->rest_ns);
}

static size_t calls_of(const struct statistics_screen *s, int64_t budget_ns)
{
	const struct view_totals *t = view_totals(s->ctx->view);
	uint64_t each = t->calls > 0 ? t->messages / t->calls : 0;
	int64_t cost = CALL_COST_NS;

	cost += (int64_t)(each < 100000 ? each : 100000) * MSG_COST_NS;
	return budget_ns > cost ? (size_t)(budget_ns / cost) : 1;
}

bool statistics_count(struct statistics_screen *s, int64_t budget_ns)
{
	size_t calls = calls_of(s, budget_ns);

	if (s->counting == NULL || s->asked) {
		if (!s->asked && !is_time_again(s))
			return false;
		begin(s);
		if (s->failed)
			return true;
	}
	s->looked_at += calls;
	if (!statistics_step(s->counting, s->ctx->view, calls))
		end(s);
	else if (!s->has_all && s->ctx->status->wall_ns != s->read_wall_ns)
		read_figures(s);
	return true;
}
