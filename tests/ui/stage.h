/*
 * stage.h - sipmon on a terminal, over captures made of scenarios.
 */
#ifndef SIPMON_TESTS_STAGE_H
#define SIPMON_TESTS_STAGE_H

#include "term.h"

#define STAGE_CAPTURES 4
#define STAGE_OPTIONS  12

struct stage {
	char folder[CHILD_PATH_BYTES];
	char home[CHILD_PATH_BYTES];
	struct term *term; /* of the last start */
};

/* For setup and teardown of cmocka; `*state` is the stage. */
int stage_open(void **state);
int stage_close(void **state);

/* What is run.  Zero is: 24x80, no option, the environment of child.h. */
struct stage_setup {
	int rows;
	int columns;
	const char *const *options;     /* up to NULL */
	const char *const *environment; /* up to NULL */
	bool leads;                     /* see term.h */
	bool without_capture;           /* `options` say what is read */
	int input_fd;
};

/* Starts it on tests/corpus/NAME.sip; the test fails if that cannot be. */
struct term *stage_start(struct stage *s, const char *name,
			 const struct stage_setup *setup);

/* A capture of the scenario; `options` of mkpcap, or NULL. */
const char *stage_capture(struct stage *s, const char *name,
			  const char *const *options, char *path);

/* Writes a file of settings into the home of the stage. */
void stage_settings(struct stage *s, const char *text);

/* Fails the test, with a picture, unless the text comes. */
void stage_expect(struct stage *s, const char *text);
void stage_expect_gone(struct stage *s, const char *text);

/* Leaves with q; fails unless it ends with 0 and restores the terminal. */
void stage_leave(struct stage *s);

#endif
