#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "config.h"
#include "crash.h"
#include "pipeline.h"
#include "privilege.h"
#include "sipmon/analyse/diagnosis.h"
#include "sipmon/analyse/signing.h"
#include "sipmon/analyse/timers.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/loop.h"
#include "sipmon/ui/ui.h"

/* Portions of work between two looks at the keys. */
#define READ_NS INT64_C(15000000)
#define WORK_NS INT64_C(5000000)
/* At most twenty pictures a second, but a key is answered sooner. */
#define FRAME_NS     INT64_C(50000000)
#define KEY_FRAME_NS INT64_C(15000000)

#define ROWS_FIRST    24
#define COLUMNS_FIRST 80

struct screen {
	struct program *program;
	struct pipeline *pipeline;
	struct diagnosis diagnosis;
	struct ui_status status;
	struct ui_context context;
	struct ui *ui;
	struct term *term;
	struct canvas *canvas;
	char source_name[256];
	char warning[512];
	char stdin_path[32]; /* where the capture on standard input went */
	uint64_t drawn_change;
	int64_t drawn_ns;
	int64_t second_ns; /* when the rate was counted last */
	uint64_t second_messages;
	bool reading; /* the source has not ended */
	bool behind;  /* and has more packets at hand */
	bool dirty;
	bool key_waits; /* a key changed the picture */
	bool quit;
};

/* ---- sources */

/*
 * A capture on standard input moves aside, so that the terminal can be there.
 * False: no terminal.
 */
static bool free_stdin(struct screen *s)
{
	struct options *o = &s->program->options;
	int aside;
	int tty;

	for (unsigned i = 0; i < o->source_count; i++) {
		if (o->sources[i].kind != SOURCE_FILE ||
		    strcmp(o->sources[i].name, "-") != 0)
			continue;
		aside = dup(STDIN_FILENO);
		tty = open("/dev/tty", O_RDWR);
		if (aside < 0 || tty < 0 || dup2(tty, STDIN_FILENO) < 0)
			return false;
		(void)close(tty);
		(void)snprintf(s->stdin_path, sizeof(s->stdin_path),
			       "/dev/fd/%d", aside);
		o->sources[i].name = s->stdin_path;
		return true;
	}
	return true;
}

static void name_sources(struct screen *s)
{
	const struct options *o = &s->program->options;
	size_t used = 0;

	for (unsigned i = 0; i < o->source_count; i++) {
		const char *name = o->sources[i].name;
		const char *slash = strrchr(name, '/');
		int n;

		if (name == s->stdin_path)
			name = "standard input";
		else if (o->sources[i].kind == SOURCE_FILE && slash != NULL)
			name = slash + 1;
		n = snprintf(s->source_name + used,
			     sizeof(s->source_name) - used, "%s%s",
			     i > 0 ? "," : "", name);
		if (n < 0 || (size_t)n >= sizeof(s->source_name) - used)
			break;
		used += (size_t)n;
	}
}

/* ---- what is shown */

static void note_trouble(struct screen *s)
{
	const char *trouble = pipeline_trouble(s->pipeline);

	if (trouble == NULL)
		return;
	(void)snprintf(s->warning, sizeof(s->warning), "%s", trouble);
	s->status.warning = s->warning;
	s->dirty = true;
}

static void count_second(struct screen *s)
{
	int64_t now = clock_monotonic_ns();
	uint64_t messages = view_totals(s->context.view)->messages;

	if (now - s->second_ns < CLOCK_SECOND_NS)
		return;
	s->status.messages_per_second = (messages - s->second_messages) *
					(uint64_t)CLOCK_SECOND_NS /
					(uint64_t)(now - s->second_ns);
	s->second_ns = now;
	s->second_messages = messages;
	s->status.wall_ns = clock_now_ns();
	s->dirty = true;
	pipeline_flush(s->pipeline);
	/* Phases that are open go on while the line is quiet. */
	if (s->reading)
		pipeline_tick(s->pipeline);
}

static void read_packets(struct screen *s)
{
	enum err e;

	s->behind = false;
	if (!s->reading)
		return;
	e = pipeline_run(s->pipeline, READ_NS);
	s->diagnosis.dropped = pipeline_counters(s->pipeline)->dropped;
	s->behind = e == ERR_OK;
	pipeline_progress(s->pipeline, &s->status.file_done,
			  &s->status.file_size);
	if (e == ERR_END) {
		s->reading = false;
		s->status.source = pipeline_is_live(s->pipeline)
					   ? UI_SOURCE_GONE
					   : UI_SOURCE_FILE;
		s->dirty = true;
	}
	note_trouble(s);
	if (view_change(s->context.view) != s->drawn_change)
		s->dirty = true;
}

static void draw(struct screen *s)
{
	int64_t now = clock_monotonic_ns();
	int64_t pause = s->key_waits ? KEY_FRAME_NS : FRAME_NS;

	if (!s->dirty || now - s->drawn_ns < pause)
		return;
	s->drawn_change = view_change(s->context.view);
	ui_draw(s->ui, s->canvas);
	term_flush(s->term, s->canvas);
	s->drawn_ns = now;
	s->dirty = false;
	s->key_waits = false;
}

/* ---- keys and signals */

static void suspend(struct screen *s)
{
	term_suspend(s->term);
	loop_stop_process();
	term_resume(s->term);
	s->dirty = true;
}

static void switch_language(struct screen *s)
{
	enum language other =
		catalogue_language(s->program->words) == LANGUAGE_EN
			? LANGUAGE_VI
			: LANGUAGE_EN;
	struct catalogue *words;
	struct problem problem = { "" };

	if (catalogue_new(&words, other, &problem))
		return;
	config_add_notes(words);
	s->context.words = words;
	ui_refresh(s->ui);
	catalogue_free(s->program->words);
	s->program->words = words;
}

static void carry_out(struct screen *s, const struct ui_request *request)
{
	switch (request->kind) {
	case UI_QUIT:
		s->quit = true;
		break;
	case UI_CLEAR:
		pipeline_clear(s->pipeline);
		ui_refresh(s->ui);
		break;
	case UI_STOP_LOADING:
		s->reading = false;
		s->status.source = UI_SOURCE_STOPPED;
		break;
	case UI_SUSPEND:
		suspend(s);
		break;
	case UI_REDRAW:
		term_redraw(s->term);
		break;
	case UI_LANGUAGE:
		switch_language(s);
		break;
	case UI_COPY:
		term_copy(s->term, request->text);
		break;
	case UI_NONE:
	case UI_BACK:
	case UI_OPEN:
		break;
	}
}

static void read_keys(struct screen *s)
{
	int32_t key;

	while (!s->quit && (key = term_key(s->term)) != KEY_CODE_NONE) {
		struct ui_request request;

		if (key == KEY_CODE_END_OF_INPUT) {
			s->quit = true;
			return;
		}
		request = ui_key(s->ui, key);
		carry_out(s, &request);
		s->dirty = true;
		s->key_waits = true;
	}
}

static void fit(struct screen *s)
{
	int rows;
	int columns;

	term_size(s->term, &rows, &columns);
	if (canvas_resize(s->canvas, rows, columns))
		s->dirty = true;
}

static void answer_signals(struct screen *s)
{
	if (loop_happened(LOOP_END))
		s->quit = true;
	if (loop_happened(LOOP_SUSPEND))
		suspend(s);
	if (loop_happened(LOOP_RESUME))
		term_redraw(s->term);
	if (loop_happened(LOOP_RESIZE))
		fit(s);
}

/* ---- the loop */

/* How long nothing needs to be done if nothing comes. */
static int64_t pause_of(const struct screen *s, bool busy)
{
	int64_t now = clock_monotonic_ns();
	int64_t second = s->second_ns + CLOCK_SECOND_NS - now;
	int64_t frame =
		s->drawn_ns + (s->key_waits ? KEY_FRAME_NS : FRAME_NS) - now;

	if (busy)
		return 0;
	if (s->dirty && frame < second)
		second = frame;
	return second < 0 ? 0 : second;
}

/* Verdicts come home; a file that was read stays as it is otherwise. */
static void judge(struct screen *s)
{
	judging_work(pipeline_judging(s->pipeline));
	if (view_change(s->context.view) != s->drawn_change)
		s->dirty = true;
	note_trouble(s);
}

static void loop(struct screen *s)
{
	while (!s->quit) {
		int fds[2 + JUDGING_FDS] = { term_fd(s->term), -1 };
		bool more;

		read_packets(s);
		judge(s);
		more = ui_work(s->ui, WORK_NS);
		s->dirty |= more;
		count_second(s);
		draw(s);
		if (s->reading)
			fds[1] = pipeline_fd(s->pipeline);
		judging_fds(pipeline_judging(s->pipeline), fds + 2);
		loop_wait(fds, NULL, 2 + JUDGING_FDS,
			  pause_of(s, more || s->behind ||
					      (s->reading && fds[1] < 0)));
		answer_signals(s);
		read_keys(s);
	}
}

static bool signing_of(void *ctx, struct signing_figures *out)
{
	const struct screen *s = ctx;

	return signing_of_calls(s->context.view, NULL, out);
}

static int open_screen(struct screen *s)
{
	const struct options *o = &s->program->options;
	struct problem problem = { "" };

	s->context = (struct ui_context){
		.view = pipeline_view(s->pipeline),
		.counters = pipeline_counters(s->pipeline),
		.words = s->program->words,
		.status = &s->status,
		.find = diagnosis_findings,
		.find_ctx = &s->diagnosis,
		.identity = judging_reader(pipeline_judging(s->pipeline)),
		.signing = signing_of,
		.signing_ctx = s,
		.audit = timers_audit,
		.limits = o->limits,
		.utc = o->utc,
	};
	if (ui_new(&s->ui, &s->context, o->filter, &problem))
		return complain_use("--filter: %s", problem.text);
	s->canvas = canvas_new(ROWS_FIRST, COLUMNS_FIRST);
	if (s->canvas == NULL) {
		complain("out of memory");
		return EXIT_COULD_NOT;
	}
	crash_guard();
	if (term_open(&s->term, o->colour, o->theme, &problem)) {
		complain("%s", problem.text);
		return EXIT_COULD_NOT;
	}
	canvas_set_ascii(s->canvas, term_is_ascii(s->term));
	fit(s);
	return EXIT_DONE;
}

static int open_sources(struct screen *s)
{
	struct options *o = &s->program->options;
	struct problem problem = { "" };

	if (o->source_count == 0) {
		o->sources[0].kind = SOURCE_INTERFACE;
		o->sources[0].name = "any";
		o->source_count = 1;
	}
	if (!free_stdin(s)) {
		complain("the capture comes from standard input and there is "
			 "no terminal for the keys; see 'sipmon report'");
		return EXIT_COULD_NOT;
	}
	if (pipeline_open(&s->pipeline, o, o->memory_bytes, &problem) ||
	    privilege_drop(pipeline_is_live(s->pipeline), &problem)) {
		complain("%s", problem.text);
		return EXIT_COULD_NOT;
	}
	s->diagnosis.no_trust =
		!judging_has_trust(pipeline_judging(s->pipeline));
	name_sources(s);
	s->reading = true;
	s->status = (struct ui_status){
		.source = pipeline_is_live(s->pipeline) || o->follow
				  ? UI_SOURCE_LIVE
				  : UI_SOURCE_LOADING,
		.source_name = s->source_name,
		.capture_filter = o->bpf.len > 1 ? o->bpf.ptr : "",
		.memory_limit = o->memory_bytes,
		.wall_ns = clock_now_ns(),
	};
	return EXIT_DONE;
}

/* What went wrong meanwhile is told once more where it stays. */
static int finish(struct screen *s)
{
	bool saved = pipeline_finish_save(s->pipeline);
	const char *trouble;

	if (s->warning[0] != '\0')
		complain("%s", s->warning);
	while ((trouble = pipeline_trouble(s->pipeline)) != NULL)
		complain("%s", trouble);
	return saved ? EXIT_DONE : EXIT_COULD_NOT;
}

int cmd_screen(struct program *p)
{
	struct screen s = { .program = p,
			    .diagnosis = { p->options.limits },
			    .dirty = true };
	int status = open_sources(&s);
	struct problem problem = { "" };

	if (status == EXIT_DONE)
		status = open_screen(&s);
	if (status == EXIT_DONE && loop_take_signals(&problem)) {
		term_close(s.term);
		s.term = NULL;
		complain("%s", problem.text);
		status = EXIT_COULD_NOT;
	}
	if (status == EXIT_DONE) {
		s.second_ns = clock_monotonic_ns();
		loop(&s);
	}
	term_close(s.term);
	crash_unguard();
	ui_free(s.ui);
	canvas_free(s.canvas);
	if (status == EXIT_DONE)
		status = finish(&s);
	pipeline_free(s.pipeline);
	return status;
}
