#include "sipmon/catalogue/catalogue.h"

#include <stdio.h>
#include <stdlib.h>

#include "embed.h"
#include "inside.h"

static const struct set_shape *const shapes[SETS] = {
	[SET_CODES] = &codes_shape,       [SET_PAIRS] = &pairs_shape,
	[SET_REASONS] = &reasons_shape,   [SET_LOCATIONS] = &locations_shape,
	[SET_VENDORS] = &vendors_shape,   [SET_WARNINGS] = &warnings_shape,
	[SET_METHODS] = &methods_shape,   [SET_HEADERS] = &headers_shape,
	[SET_FINDINGS] = &findings_shape, [SET_STATES] = &states_shape,
	[SET_TERMS] = &terms_shape,       [SET_VERDICTS] = &verdicts_shape,
	[SET_CAVEATS] = &caveats_shape,   [SET_TIMERS] = &timers_shape,
};

static const char *const language_names[LANGUAGES] = {
	[LANGUAGE_EN] = "en",
	[LANGUAGE_VI] = "vi",
};

struct tables {
	const struct catalogue_table *list;
	size_t count;
};

static const struct catalogue_table *find_table(const struct tables *tables,
						const char *name)
{
	for (size_t i = 0; i < tables->count; i++)
		if (strcmp(tables->list[i].name, name) == 0)
			return &tables->list[i];
	return NULL;
}

static const struct catalogue_table *
find_foreign(const struct tables *tables, enum language lang, const char *name)
{
	char path[64];

	if (lang == LANGUAGE_EN)
		return NULL;
	(void)snprintf(path, sizeof(path), "%s/%s", language_names[lang], name);
	return find_table(tables, path);
}

static enum err load_set(struct set *s, const struct set_shape *shape,
			 const struct tables *tables, enum language lang,
			 struct problem *problem)
{
	const struct catalogue_table *facts = find_table(tables, shape->name);
	const struct catalogue_table *foreign =
		find_foreign(tables, lang, shape->name);
	enum err e;

	s->shape = shape;
	if (facts == NULL) {
		problem_set(problem, "%s.tsv: no such table", shape->name);
		return ERR_MALFORMED;
	}
	e = set_side_load(&s->facts, shape, facts, true, problem);
	if (e || foreign == NULL)
		return e;
	return set_side_load(&s->foreign, shape, foreign, false, problem);
}

static enum err load(struct catalogue *c, const struct tables *tables,
		     struct problem *problem)
{
	const struct catalogue_table *ui =
		find_foreign(tables, c->language, words_shape.name);
	enum err e;

	for (unsigned i = 0; i < SETS; i++) {
		e = load_set(&c->sets[i], shapes[i], tables, c->language,
			     problem);
		if (e)
			return e;
	}
	e = codes_check(&c->sets[SET_CODES], problem);
	if (e || ui == NULL)
		return e;
	e = set_side_load(&c->words, &words_shape, ui, true, problem);
	if (e)
		return e;
	e = words_load(c);
	if (e)
		problem_set(problem, "%s.tsv: out of memory", ui->name);
	return e;
}

enum err catalogue_new_from(struct catalogue **out, enum language lang,
			    const struct catalogue_table *tables, size_t count,
			    struct problem *problem)
{
	struct catalogue *c = calloc(1, sizeof(*c));
	struct tables all = { tables, count };
	enum err e;

	if (c == NULL) {
		problem_set(problem, "out of memory");
		return ERR_NOMEM;
	}
	c->language = lang;
	e = load(c, &all, problem);
	if (e) {
		catalogue_free(c);
		return e;
	}
	*out = c;
	return ERR_OK;
}

enum err catalogue_new(struct catalogue **out, enum language lang,
		       struct problem *problem)
{
	return catalogue_new_from(out, lang, embedded_tables,
				  embedded_table_count, problem);
}

void catalogue_free(struct catalogue *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < SETS; i++) {
		set_side_free(&c->sets[i].facts);
		set_side_free(&c->sets[i].foreign);
	}
	set_side_free(&c->words);
	free(c->word_texts);
	free(c->word_at);
	notes_free(c);
	free(c);
}

enum language catalogue_language(const struct catalogue *c)
{
	return c->language;
}

bool language_of(struct slice name, enum language *out)
{
	for (unsigned i = 0; i < LANGUAGES; i++) {
		struct slice known = slice_of(language_names[i]);

		if (!slice_eq_nocase(slice_sub(name, 0, known.len), known))
			continue;
		if (name.len > known.len &&
		    slice_find(SLICE("_-.@"), name.ptr[known.len]) == 4)
			continue;
		*out = (enum language)i;
		return true;
	}
	return false;
}
