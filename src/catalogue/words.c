#include <stdlib.h>

#include "inside.h"

enum { WORD_ENGLISH, WORD_FOREIGN };

const struct set_shape words_shape = {
	.name = "ui",
	.keys = 1,
	.columns = { [WORD_ENGLISH] = "en" },
};

enum { TERM_KIND, TERM_KEY, TERM_TEXT };

const struct set_shape terms_shape = {
	.name = "terms",
	.keys = 2,
	.columns = { [TERM_KIND] = "kind",
		     [TERM_KEY] = "key",
		     [TERM_TEXT] = "text" },
};

/* The column of the foreign text is named after the language. */
static int foreign_column(const struct catalogue *c)
{
	return table_column(c->words.table,
			    c->language == LANGUAGE_VI ? "vi" : "en");
}

enum err words_load(struct catalogue *c)
{
	int column = foreign_column(c);
	size_t rows = table_rows(c->words.table);
	size_t size = 1;
	char *to;

	for (size_t i = 0; i < rows; i++)
		size += table_cell(c->words.table, i, column).len + 1;
	c->word_texts = malloc(size);
	c->word_at = calloc(rows + 1, sizeof(*c->word_at));
	if (c->word_texts == NULL || c->word_at == NULL)
		return ERR_NOMEM;
	to = c->word_texts;
	for (size_t i = 0; i < rows; i++) {
		struct slice cell = table_cell(c->words.table, i, column);

		if (cell.len == 0)
			continue;
		c->word_at[i] = slice_copy(cell, to, cell.len + 1);
		to += cell.len + 1;
	}
	return ERR_OK;
}

const char *words(const struct catalogue *c, const char *english)
{
	size_t row;

	if (c->word_at == NULL)
		return english;
	row = set_side_find(&c->words, &words_shape, slice_of(english),
			    SLICE_NONE);
	if (row == SIZE_MAX || c->word_at[row] == NULL)
		return english;
	return c->word_at[row];
}

struct slice catalogue_term(const struct catalogue *c, const char *kind,
			    struct slice key)
{
	const struct set *terms = &c->sets[SET_TERMS];
	struct set_row row;

	if (!set_find(terms, slice_of(kind), key, &row))
		return key;
	return set_cell(terms, row, TERM_TEXT);
}
