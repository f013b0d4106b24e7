/*
 * command.h - the commands, each a file cmd_<name>.c.
 */
#ifndef SIPMON_APP_COMMAND_H
#define SIPMON_APP_COMMAND_H

#include "options.h"
#include "sipmon/catalogue/catalogue.h"

enum exit_status {
	EXIT_DONE = 0,
	EXIT_COULD_NOT = 1,
	EXIT_WRONG_USE = 2,
	EXIT_FOUND = 3, /* --fail-on */
};

/* What every command is handed. */
struct program {
	struct options options;
	struct catalogue *words;
};

int cmd_screen(struct program *p);
int cmd_report(struct program *p);
int cmd_explain(struct program *p);
int cmd_agent(struct program *p);

/* One line to standard error, with "sipmon: " before it and strangers' bytes
 * made safe. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for wrong use, with a hint behind it; returns EXIT_WRONG_USE. */
int complain_use(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Columns of standard output: of the terminal, COLUMNS, or 80. */
unsigned output_columns(void);

/* Are colours wanted on standard output? */
bool output_colour(const struct options *o);

#endif
