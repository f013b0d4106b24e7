#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command.h"
#include "sipmon/base/utf8.h"

#define COLUMNS_LEAST 40
#define COLUMNS_MOST  500

static void __attribute__((format(printf, 1, 0)))
print_line(const char *format, va_list args)
{
	char text[1024];
	struct buf out;

	(void)vsnprintf(text, sizeof(text), format, args);
	buf_init(&out, 8 * sizeof(text));
	buf_add(&out, SLICE("sipmon: "));
	utf8_show(&out, slice_of(text));
	buf_add_char(&out, '\n');
	if (!out.failed)
		(void)fwrite(out.ptr, 1, out.len, stderr);
	buf_free(&out);
}

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(format, args);
	va_end(args);
}

int complain_use(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(format, args);
	va_end(args);
	(void)fputs("Try 'sipmon --help'.\n", stderr);
	return EXIT_WRONG_USE;
}

unsigned output_columns(void)
{
	const char *value = getenv("COLUMNS");
	struct winsize size;
	uint32_t n = 80;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		n = size.ws_col;
	else if (value != NULL && value[0] != '\0' &&
		 !slice_to_u32(slice_of(value), COLUMNS_MOST, &n))
		n = 80;
	return n < COLUMNS_LEAST  ? COLUMNS_LEAST
	       : n > COLUMNS_MOST ? COLUMNS_MOST
				  : n;
}

bool output_colour(const struct options *o)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (o->colour != TERM_COLOUR_AUTO)
		return o->colour == TERM_COLOUR_ALWAYS;
	if (no != NULL && no[0] != '\0')
		return false;
	return isatty(STDOUT_FILENO) && term != NULL &&
	       !slice_eq(slice_of(term), SLICE("dumb"));
}
