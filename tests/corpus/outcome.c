#include "outcome.h"

#include <stdlib.h>
#include <string.h>

#include "../tools/child.h"

#define KEYS_MAX    512
#define OPTIONS_MAX 16

/* ---- values */

static void add_word(struct buf *out, const char *text)
{
	if (out->len > 0)
		buf_add_char(out, ' ');
	buf_add_text(out, text);
}

static void add_number(struct buf *out, json_t *value)
{
	if (json_is_number(value))
		buf_add_format(out, "%.10g", json_number_value(value));
	else
		buf_add_char(out, '-');
}

static void number_of(json_t *value, struct buf *out)
{
	add_number(out, value);
}

static void text_of(json_t *value, struct buf *out)
{
	const char *text = json_string_value(value);

	buf_add_text(out, text != NULL ? text : "-");
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* {"ACK": 1, "BYE": 1}, by name: "ACK:1 BYE:1" */
static void counts_of(json_t *value, struct buf *out)
{
	const char *names[KEYS_MAX];
	size_t n = 0;
	const char *name;
	json_t *count;

	json_object_foreach(value, name, count) if (n < KEYS_MAX) names[n++] =
		name;
	qsort(names, n, sizeof(names[0]), compare_names);
	for (size_t i = 0; i < n; i++) {
		add_word(out, names[i]);
		buf_add_char(out, ':');
		add_number(out, json_object_get(value, names[i]));
	}
}

/* "100 180 200" */
static void codes_of(json_t *value, struct buf *out)
{
	size_t i;
	json_t *code;

	json_array_foreach(value, i, code)
	{
		add_word(out, "");
		add_number(out, code);
	}
}

/* "100@12+238 180@250+4100!": the last one is open */
static void phases_of(json_t *value, struct buf *out)
{
	size_t i;
	json_t *phase;

	json_array_foreach(value, i, phase)
	{
		add_word(out, "");
		add_number(out, json_object_get(phase, "code"));
		buf_add_char(out, '@');
		add_number(out, json_object_get(phase, "start_ms"));
		buf_add_char(out, '+');
		add_number(out, json_object_get(phase, "duration_ms"));
		if (json_is_true(json_object_get(phase, "open")))
			buf_add_char(out, '!');
	}
}

/* "trying=12 pdd=250": those that are known */
static void timing_of(json_t *value, struct buf *out)
{
	static const char *const names[] = { "trying", "pdd",  "ring",
					     "setup",  "talk", "teardown" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char key[32];
		json_t *time;

		(void)snprintf(key, sizeof(key), "%s_ms", names[i]);
		time = json_object_get(value, key);
		if (json_is_null(time))
			continue;
		add_word(out, names[i]);
		buf_add_char(out, '=');
		add_number(out, time);
	}
}

/* One member of each element. */
static void members_of(json_t *value, const char *member, struct buf *out)
{
	size_t i;
	json_t *element;

	json_array_foreach(value, i, element)
	{
		add_word(out, "");
		text_of(json_object_get(element, member), out);
	}
}

static void kinds_of(json_t *value, struct buf *out)
{
	members_of(value, "kind", out);
}

static void dialog_states_of(json_t *value, struct buf *out)
{
	members_of(value, "state", out);
}

/* "INVITE:486 CANCEL:200 BYE:-" */
static void transactions_of(json_t *value, struct buf *out)
{
	size_t i;
	json_t *t;

	json_array_foreach(value, i, t)
	{
		add_word(out, "");
		text_of(json_object_get(t, "method"), out);
		buf_add_char(out, ':');
		add_number(out, json_object_get(t, "final_code"));
	}
}

/* Each transaction with phases: "A>B 100@2+318, B>C 100@10+290" */
static void hops_of(json_t *value, struct buf *out)
{
	size_t i;
	json_t *t;

	json_array_foreach(value, i, t)
	{
		json_t *phases = json_object_get(t, "phases");

		if (json_array_size(phases) == 0)
			continue;
		if (out->len > 0)
			buf_add_char(out, ',');
		add_word(out, "");
		text_of(json_object_get(t, "source"), out);
		buf_add_char(out, '>');
		text_of(json_object_get(t, "destination"), out);
		phases_of(phases, out);
	}
}

static void user_of(json_t *value, struct buf *out)
{
	text_of(json_object_get(value, "user"), out);
}

static void display_of(json_t *value, struct buf *out)
{
	text_of(json_object_get(value, "display"), out);
}

/* ---- keys */

struct key {
	const char *name;
	const char *group;
	const char *member;
	void (*tell)(json_t *value, struct buf *out);
};

static const struct key report_keys[] = {
	{ "packets", "capture", "packets", number_of },
	{ "truncated", "capture", "truncated", number_of },
	{ "messages", "sip", "messages", number_of },
	{ "calls", "sip", "call_ids", number_of },
	{ "malformed", "sip", "malformed", number_of },
	{ "retransmissions", "sip", "retransmissions", number_of },
	{ "requests", "sip", "requests", counts_of },
	{ "responses", "sip", "responses", counts_of },
	{ "findings", NULL, "findings", counts_of },
};

static const struct key call_keys[] = {
	{ "method", NULL, "method", text_of },
	{ "state", NULL, "state", text_of },
	{ "messages", NULL, "messages", number_of },
	{ "codes", NULL, "codes", codes_of },
	{ "final", NULL, "final_code", number_of },
	{ "phases", NULL, "phases", phases_of },
	{ "timing", NULL, "timing", timing_of },
	{ "dialogs", NULL, "dialogs", dialog_states_of },
	{ "transactions", NULL, "transactions", transactions_of },
	{ "findings", NULL, "findings", kinds_of },
	{ "retransmissions", NULL, "retransmissions", number_of },
	{ "hops", NULL, "transactions", hops_of },
	{ "from", NULL, "from", user_of },
	{ "display", NULL, "from", display_of },
	{ "to", NULL, "to", user_of },
	{ "uri", NULL, "request_uri", text_of },
	{ "source", NULL, "source", text_of },
	{ "destination", NULL, "destination", text_of },
	{ "start", NULL, "start", text_of },
	{ "end", NULL, "end", text_of },
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool tell(const struct key *keys, size_t n, json_t *from,
		 struct slice name, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		json_t *group = from;

		if (!slice_eq(slice_of(keys[i].name), name))
			continue;
		if (keys[i].group != NULL)
			group = json_object_get(from, keys[i].group);
		keys[i].tell(json_object_get(group, keys[i].member), out);
		return true;
	}
	return false;
}

bool outcome_of_report(json_t *report, struct slice key, struct buf *out)
{
	return tell(report_keys, COUNT(report_keys), report, key, out);
}

bool outcome_of_call(json_t *call, struct slice key, struct buf *out)
{
	return tell(call_keys, COUNT(call_keys), call, key, out);
}

const char *outcome_call_key(unsigned i)
{
	return i < COUNT(call_keys) ? call_keys[i].name : NULL;
}

json_t *outcome_find_call(json_t *report, struct slice call_id)
{
	size_t i;
	json_t *call;

	json_array_foreach(json_object_get(report, "calls"), i, call)
	{
		json_t *id = json_object_get(call, "call_id");
		struct slice text = { json_string_value(id),
				      json_string_length(id) };

		/* null: the messages that have none */
		if ((id != NULL && call_id.len == 0 && json_is_null(id)) ||
		    (slice_is_set(text) && slice_eq(text, call_id)))
			return call;
	}
	return NULL;
}

json_t *outcome_report(const char *capture, const char *const *options,
		       struct buf *why)
{
	const char *argv[OPTIONS_MAX + 8] = { NULL };
	char program[CHILD_PATH_BYTES];
	struct child c;
	json_error_t error;
	json_t *report = NULL;
	size_t n = 0;

	argv[n++] = child_built("sipmon", program);
	argv[n++] = "report";
	argv[n++] = "--format";
	argv[n++] = "json";
	argv[n++] = "-r";
	argv[n++] = capture;
	for (size_t i = 0;
	     options != NULL && i < OPTIONS_MAX && options[i] != NULL; i++)
		argv[n++] = options[i];
	child_run(&c, argv, NULL);
	if (c.status != 0) {
		buf_add_format(why, "%s: exit %d: %.300s\n", capture, c.status,
			       c.err.ptr);
	} else {
		report = json_loadb(c.out.ptr, c.out.len, JSON_ALLOW_NUL,
				    &error);
		if (report == NULL)
			buf_add_format(why, "%s: no JSON: %s\n", capture,
				       error.text);
	}
	child_free(&c);
	return report;
}
