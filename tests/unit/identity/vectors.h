/*
 * vectors.h - messages that others signed, and the verdicts that are true of
 * them: SIPMON_CORPUS names a folder that holds vectors/identity.  A table
 * there has a line of column names, and "-" in a cell for nothing.
 */
#ifndef TEST_IDENTITY_VECTORS_H
#define TEST_IDENTITY_VECTORS_H

#include <stdio.h>
#include <stdlib.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/table.h"

#define VECTORS_PATH_BYTES 512
#define VECTORS_BYTES_MAX  (16U << 20)

struct vectors {
	const char *corpus; /* NULL: there is none */
	struct buf text;    /* of the table */
	struct table *table;
	struct buf faults;
	unsigned checked;
};

/* For setup: without the folder it says so, and `corpus` is NULL. */
static inline void vectors_open(struct vectors *v)
{
	*v = (struct vectors){ .corpus = getenv("SIPMON_CORPUS") };
	if (v->corpus != NULL && v->corpus[0] == '\0')
		v->corpus = NULL;
	buf_init(&v->text, VECTORS_BYTES_MAX);
	buf_init(&v->faults, VECTORS_BYTES_MAX);
}

static inline void vectors_close(struct vectors *v)
{
	table_free(v->table);
	buf_free(&v->text);
	buf_free(&v->faults);
}

/* The path of a file that the tables name. */
static inline const char *vectors_path(const struct vectors *v,
				       struct slice name,
				       char path[VECTORS_PATH_BYTES])
{
	(void)snprintf(path, VECTORS_PATH_BYTES, "%s/vectors/identity/%.*s",
		       v->corpus, SLICE_ARG(name));
	return path;
}

/* Replaces what is in `out`; a file that is not there fails the test. */
static inline void vectors_read(const struct vectors *v, struct slice name,
				struct buf *out)
{
	char path[VECTORS_PATH_BYTES];
	FILE *f = fopen(vectors_path(v, name, path), "rb");

	if (f == NULL)
		fail_msg("%s cannot be opened", path);
	buf_clear(out);
	for (;;) {
		char *here = buf_reserve(out, BUFSIZ);
		size_t n = here != NULL ? fread(here, 1, BUFSIZ, f) : 0;

		out->len += n;
		if (n == 0)
			break;
	}
	assert_false(out->failed || ferror(f) != 0);
	(void)fclose(f);
}

static inline void vectors_table(struct vectors *v, const char *name)
{
	struct problem problem = { "" };

	vectors_read(v, slice_of(name), &v->text);
	table_free(v->table);
	v->table = NULL;
	if (table_parse(&v->table, buf_slice(&v->text), name, &problem))
		fail_msg("%s", problem.text);
}

/* Absent for a lone "-"; a column that is not there fails the test. */
static inline struct slice vectors_cell(const struct vectors *v, size_t row,
					const char *column)
{
	int number = table_column(v->table, column);

	if (number < 0)
		fail_msg("no column %s", column);
	return table_cell(v->table, row, number);
}

static inline void vectors_fault(struct vectors *v, struct slice id,
				 const char *what, struct slice got,
				 struct slice want)
{
	buf_add_format(&v->faults, "%.*s: %s is %.*s, expected %.*s\n",
		       SLICE_ARG(id), what, SLICE_ARG(got), SLICE_ARG(want));
}

/* An absent text and an empty one are the same here. */
static inline void vectors_compare(struct vectors *v, struct slice id,
				   const char *what, struct slice got,
				   struct slice want)
{
	if (!slice_eq(got, want))
		vectors_fault(v, id, what, got, want);
}

/* Fails if any row did, or if fewer than `least` were there. */
static inline void vectors_finish(struct vectors *v, unsigned least)
{
	buf_add_char(&v->faults, '\0');
	if (v->faults.len > 1)
		fail_msg("\n%s", v->faults.ptr);
	print_message("%u checked\n", v->checked);
	assert_true(v->checked >= least);
}

#endif
