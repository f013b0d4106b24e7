#include "sipmon/base/err.h"

#include <stdarg.h>
#include <stdio.h>

const char *err_name(enum err e)
{
	static const char *const names[] = {
		[ERR_OK] = "ok",
		[ERR_AGAIN] = "again",
		[ERR_END] = "end",
		[ERR_MALFORMED] = "malformed",
		[ERR_TRUNCATED] = "truncated",
		[ERR_UNSUPPORTED] = "unsupported",
		[ERR_LIMIT] = "limit",
		[ERR_NOMEM] = "out of memory",
		[ERR_SYSTEM] = "system",
	};

	if ((unsigned)e >= sizeof(names) / sizeof(names[0]))
		return "unknown";
	return names[e];
}

void problem_set(struct problem *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(p->text, sizeof(p->text), format, args);
	va_end(args);
}
