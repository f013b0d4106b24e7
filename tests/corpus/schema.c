#include "schema.h"

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX  32
#define PATH_BYTES 256

struct place {
	json_t *root;
	struct buf *faults;
	char path[PATH_BYTES];
	unsigned depth;
};

static void complain(struct place *p, const char *what)
{
	buf_add_format(p->faults, "%s: %s\n", p->path, what);
}

static void check(struct place *p, json_t *schema, json_t *value);

/* Of a member or an element, below this place. */
static void check_below(struct place *p, json_t *schema, json_t *value,
			const char *name, size_t index)
{
	size_t len = strlen(p->path);

	if (name != NULL)
		(void)snprintf(p->path + len, PATH_BYTES - len, ".%s", name);
	else
		(void)snprintf(p->path + len, PATH_BYTES - len, "[%zu]", index);
	check(p, schema, value);
	p->path[len] = '\0';
}

static bool has_type(json_t *value, const char *type)
{
	if (strcmp(type, "object") == 0)
		return json_is_object(value);
	if (strcmp(type, "array") == 0)
		return json_is_array(value);
	if (strcmp(type, "string") == 0)
		return json_is_string(value);
	if (strcmp(type, "integer") == 0)
		return json_is_integer(value);
	if (strcmp(type, "number") == 0)
		return json_is_number(value);
	if (strcmp(type, "boolean") == 0)
		return json_is_boolean(value);
	return strcmp(type, "null") == 0 && json_is_null(value);
}

/* ---- keywords */

static void check_type(struct place *p, json_t *rule, json_t *value)
{
	size_t i;
	json_t *one;

	if (json_is_string(rule)) {
		if (!has_type(value, json_string_value(rule)))
			complain(p, "another type");
		return;
	}
	json_array_foreach(
		rule, i,
		one) if (has_type(value, json_string_value(one))) return;
	complain(p, "none of the types");
}

static void check_const(struct place *p, json_t *rule, json_t *value)
{
	if (!json_equal(rule, value))
		complain(p, "not the constant");
}

static void check_enum(struct place *p, json_t *rule, json_t *value)
{
	size_t i;
	json_t *one;

	json_array_foreach(rule, i, one) if (json_equal(one, value)) return;
	complain(p, "none of the words");
}

static void check_required(struct place *p, json_t *rule, json_t *value)
{
	size_t i;
	json_t *name;

	json_array_foreach(
		rule, i,
		name) if (json_is_object(value) &&
			  json_object_get(value, json_string_value(name)) ==
				  NULL) complain(p, json_string_value(name));
}

static void check_properties(struct place *p, json_t *rule, json_t *value)
{
	const char *name;
	json_t *schema;

	json_object_foreach(rule, name, schema)
	{
		json_t *member = json_object_get(value, name);

		if (member != NULL)
			check_below(p, schema, member, name, 0);
	}
}

/* In this schema never beside `properties`. */
static void check_additional(struct place *p, json_t *rule, json_t *value)
{
	const char *name;
	json_t *member;

	json_object_foreach(value, name, member)
		check_below(p, rule, member, name, 0);
}

static void check_items(struct place *p, json_t *rule, json_t *value)
{
	size_t i;
	json_t *element;

	json_array_foreach(value, i, element)
		check_below(p, rule, element, NULL, i);
}

static void check_minimum(struct place *p, json_t *rule, json_t *value)
{
	if (json_is_number(value) &&
	    json_number_value(value) < json_number_value(rule))
		complain(p, "too small");
}

static void check_maximum(struct place *p, json_t *rule, json_t *value)
{
	if (json_is_number(value) &&
	    json_number_value(value) > json_number_value(rule))
		complain(p, "too large");
}

static void check_pattern(struct place *p, json_t *rule, json_t *value)
{
	regex_t pattern;

	if (!json_is_string(value))
		return;
	if (regcomp(&pattern, json_string_value(rule),
		    REG_EXTENDED | REG_NOSUB) != 0) {
		complain(p, "the pattern is broken");
		return;
	}
	if (regexec(&pattern, json_string_value(value), 0, NULL, 0) != 0)
		complain(p, "does not fit the pattern");
	regfree(&pattern);
}

/* "#/$defs/call" */
static void check_reference(struct place *p, json_t *rule, json_t *value)
{
	static const char begin[] = "#/$defs/";
	const char *text = json_string_value(rule);
	json_t *schema = NULL;

	if (text != NULL && strncmp(text, begin, sizeof(begin) - 1) == 0)
		schema = json_object_get(json_object_get(p->root, "$defs"),
					 text + sizeof(begin) - 1);
	if (schema == NULL)
		complain(p, "the reference leads nowhere");
	else
		check(p, schema, value);
}

static void pass(struct place *p, json_t *rule, json_t *value)
{
	(void)p;
	(void)rule;
	(void)value;
}

static const struct {
	const char *name;
	void (*check)(struct place *p, json_t *rule, json_t *value);
} keywords[] = {
	{ "$schema", pass },
	{ "$defs", pass },
	{ "title", pass },
	{ "description", pass },
	{ "type", check_type },
	{ "const", check_const },
	{ "enum", check_enum },
	{ "required", check_required },
	{ "properties", check_properties },
	{ "additionalProperties", check_additional },
	{ "items", check_items },
	{ "minimum", check_minimum },
	{ "maximum", check_maximum },
	{ "pattern", check_pattern },
	{ "$ref", check_reference },
};

static void check(struct place *p, json_t *schema, json_t *value)
{
	const char *name;
	json_t *rule;

	if (++p->depth > DEPTH_MAX)
		complain(p, "too deep");
	json_object_foreach(schema, name, rule)
	{
		size_t i = 0;
		size_t n = sizeof(keywords) / sizeof(keywords[0]);

		while (i < n && strcmp(keywords[i].name, name) != 0)
			i++;
		if (i == n)
			complain(p, "a keyword that is not known");
		else if (p->depth <= DEPTH_MAX)
			keywords[i].check(p, rule, value);
	}
	p->depth--;
}

void schema_check(json_t *schema, json_t *document, struct buf *faults)
{
	struct place p = { .root = schema, .faults = faults, .path = "$" };

	check(&p, schema, document);
}
