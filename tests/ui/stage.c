#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ROWS    24
#define COLUMNS 80
#define STEP_MS 100 /* from one q to the next */
#define STEPS   50

int stage_open(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));

	if (s == NULL || !child_scratch(s->folder)) {
		free(s);
		return -1;
	}
	(void)child_file(s->home, s->folder, "home");
	*state = s;
	return mkdir(s->home, 0700);
}

int stage_close(void **state)
{
	struct stage *s = *state;

	term_free(s->term);
	child_scratch_remove(s->folder);
	free(s);
	return 0;
}

const char *stage_capture(struct stage *s, const char *name,
			  const char *const *options, char *path)
{
	char scenario[CHILD_PATH_BYTES];
	char file[128];

	(void)snprintf(file, sizeof(file), "%s.pcap", name);
	(void)child_file(path, s->folder, file);
	(void)snprintf(file, sizeof(file), "%s.sip", name);
	(void)child_file(scenario, "tests/corpus", file);
	if (!child_make_capture(scenario, path, options))
		fail_msg("no capture of %s", name);
	return path;
}

struct term *stage_start(struct stage *s, const char *name,
			 const struct stage_setup *setup)
{
	static const struct stage_setup plain = { .rows = ROWS };
	const struct stage_setup *with = setup != NULL ? setup : &plain;
	const char *argv[STAGE_OPTIONS + 4] = { NULL };
	char program[CHILD_PATH_BYTES];
	char path[CHILD_PATH_BYTES];
	struct term_setup term = { .child = { .home = s->home,
					      .extra = with->environment },
				   .leads = with->leads,
				   .input_fd = with->input_fd };
	size_t n = 0;

	argv[n++] = child_built("sipmon", program);
	if (!with->without_capture) {
		argv[n++] = "-r";
		argv[n++] = stage_capture(s, name, NULL, path);
	}
	for (size_t i = 0; with->options != NULL && i < STAGE_OPTIONS &&
			   with->options[i] != NULL;
	     i++)
		argv[n++] = with->options[i];
	term_free(s->term);
	s->term = term_start(with->rows != 0 ? with->rows : ROWS,
			     with->columns != 0 ? with->columns : COLUMNS, argv,
			     &term);
	assert_non_null(s->term);
	return s->term;
}

void stage_settings(struct stage *s, const char *text)
{
	char path[CHILD_PATH_BYTES];

	(void)mkdir(child_file(path, s->home, ".config"), 0700);
	(void)mkdir(child_file(path, s->home, ".config/sipmon"), 0700);
	assert_true(child_write_file(
		child_file(path, s->home, ".config/sipmon/sipmonrc"),
		slice_of(text)));
}

void stage_expect(struct stage *s, const char *text)
{
	if (!term_see(s->term, text))
		fail_msg("\"%s\" is not on the screen:%s", text,
			 term_picture(s->term));
}

void stage_expect_gone(struct stage *s, const char *text)
{
	if (!term_lose(s->term, text))
		fail_msg("\"%s\" is still on the screen:%s", text,
			 term_picture(s->term));
}

void stage_leave(struct stage *s)
{
	int status = CHILD_TOO_LATE;

	for (int i = 0; i < STEPS && status == CHILD_TOO_LATE; i++) {
		term_type(s->term, "q");
		status = term_wait(s->term, STEP_MS);
	}
	if (status != 0)
		fail_msg("ended with %d:%s", status, term_picture(s->term));
	assert_true(term_is_restored(s->term));
}
