/*
 * Any bytes as a display filter.  Laws: a filter is taken or the problem
 * begins with the character where it is; who is taken answers twice the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "../unit/analyse/talk.h"
#include "sipmon/call/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct said call[] = {
	SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
	SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
	SAY(500, 'B', 'A', "486", "1 INVITE", "a", "t"),
};

static void must(bool so)
{
	if (!so)
		abort();
}

static void ask(const struct query *q)
{
	struct store *s = talk_store(call, 3, 1000);
	const struct view *v;

	if (s == NULL)
		return;
	v = store_view(s);
	must(query_matches(q, v, view_first(v)) ==
	     query_matches(q, v, view_first(v)));
	store_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	struct problem problem = { "" };
	struct query *q = NULL;
	enum err err = query_parse(&q, text, NULL, NULL, &problem);

	if (err == ERR_OK)
		ask(q);
	else if (err == ERR_MALFORMED)
		must(strncmp(problem.text, "character ", 10) == 0);
	query_free(q);
	return 0;
}
