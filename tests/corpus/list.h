/*
 * list.h - reads LIST: which scenarios there are and what must come out.
 */
#ifndef SIPMON_TESTS_LIST_H
#define SIPMON_TESTS_LIST_H

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"

#define LIST_EXPECT_MAX 24
#define LIST_CALLS_MAX  16

struct list_expect {
	struct slice key;
	struct slice value;
};

struct list_call {
	struct slice call_id;
	struct list_expect expect[LIST_EXPECT_MAX];
	unsigned count;
};

struct list_case {
	char name[64];
	struct slice options; /* of the report */
	struct list_expect expect[LIST_EXPECT_MAX];
	unsigned count;
	struct list_call calls[LIST_CALLS_MAX];
	unsigned call_count;
};

struct list {
	struct buf text;
	struct list_case *cases;
	unsigned count;
};

/* ERR_MALFORMED: `*problem` names the line.  Free with list_free() always. */
MUST_CHECK enum err list_read(struct list *l, const char *path,
			      struct problem *problem);
void list_free(struct list *l);

#endif
