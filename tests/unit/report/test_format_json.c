/* The JSON of the report: its values, and that it keeps to its schema. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>

/* Both the reader and the writer of JSON have these names; the test calls
 * those of the writer. */
#include <jansson.h>

#include "made_identity.h"

#define SCHEMA_FILE "share/sipmon/report.schema.json"

struct fixture {
	struct catalogue *words;
	json_t *schema;
};

static int load(void **state)
{
	static struct fixture f;
	struct problem problem;
	json_error_t error;

	*state = &f;
	f.schema = json_load_file(SCHEMA_FILE, JSON_REJECT_DUPLICATES, &error);
	return f.schema == NULL ||
	       catalogue_new(&f.words, LANGUAGE_EN, &problem);
}

static int unload(void **state)
{
	struct fixture *f = *state;

	json_decref(f->schema);
	catalogue_free(f->words);
	return 0;
}

/* ---- as much of JSON Schema as the schema uses */

static bool is_type(const json_t *value, const char *type)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return strcmp(type, "object") == 0;
	case JSON_ARRAY:
		return strcmp(type, "array") == 0;
	case JSON_STRING:
		return strcmp(type, "string") == 0;
	case JSON_INTEGER:
		return strcmp(type, "integer") == 0 ||
		       strcmp(type, "number") == 0;
	case JSON_REAL:
		return strcmp(type, "number") == 0;
	case JSON_TRUE:
	case JSON_FALSE:
		return strcmp(type, "boolean") == 0;
	case JSON_NULL:
		break;
	}
	return strcmp(type, "null") == 0;
}

static void check_type(const json_t *rule, const json_t *value,
		       const char *path)
{
	const json_t *type = json_object_get(rule, "type");
	size_t i;
	json_t *one;

	if (type == NULL)
		return;
	if (json_is_string(type)) {
		if (!is_type(value, json_string_value(type)))
			fail_msg("%s is not of type %s", path,
				 json_string_value(type));
		return;
	}
	json_array_foreach(
		(json_t *)(uintptr_t)type, i,
		one) if (is_type(value, json_string_value(one))) return;
	fail_msg("%s is of no type that the schema allows", path);
}

static void check_values(const json_t *rule, const json_t *value,
			 const char *path)
{
	const json_t *constant = json_object_get(rule, "const");
	json_t *list = json_object_get(rule, "enum");
	const json_t *least = json_object_get(rule, "minimum");
	const json_t *most = json_object_get(rule, "maximum");
	bool found = list == NULL;
	size_t i;
	json_t *one;

	if (constant != NULL && !json_equal(constant, value))
		fail_msg("%s is not the constant", path);
	json_array_foreach(list, i, one) found |= json_equal(one, value) != 0;
	if (!found)
		fail_msg("%s is none of the words", path);
	if (json_is_number(value) && least != NULL &&
	    json_number_value(value) < json_number_value(least))
		fail_msg("%s is too small", path);
	if (json_is_number(value) && most != NULL &&
	    json_number_value(value) > json_number_value(most))
		fail_msg("%s is too large", path);
}

static void check(const json_t *schema, const json_t *rule, json_t *value,
		  const char *path);

static void check_members(const json_t *schema, const json_t *rule,
			  json_t *value, const char *path)
{
	json_t *required = json_object_get(rule, "required");
	const json_t *known = json_object_get(rule, "properties");
	const json_t *others = json_object_get(rule, "additionalProperties");
	const char *key;
	size_t i;
	json_t *one;
	char below[256];

	json_array_foreach(
		required, i,
		one) if (json_object_get(value, json_string_value(one)) == NULL)
		fail_msg("%s has no %s", path, json_string_value(one));
	json_object_foreach(value, key, one)
	{
		const json_t *part = json_object_get(known, key);

		(void)snprintf(below, sizeof(below), "%s.%s", path, key);
		if (part == NULL)
			part = others;
		if (part != NULL)
			check(schema, part, one, below);
	}
}

static void check(const json_t *schema, const json_t *rule, json_t *value,
		  const char *path)
{
	const char *ref = json_string_value(json_object_get(rule, "$ref"));
	const json_t *items = json_object_get(rule, "items");
	size_t i;
	json_t *one;

	if (ref != NULL) {
		assert_true(strncmp(ref, "#/$defs/", 8) == 0);
		rule = json_object_get(json_object_get(schema, "$defs"),
				       ref + 8);
		assert_non_null(rule);
		check(schema, rule, value, path);
		return;
	}
	check_type(rule, value, path);
	check_values(rule, value, path);
	if (json_is_object(value))
		check_members(schema, rule, value, path);
	if (items == NULL || !json_is_array(value))
		return;
	json_array_foreach(value, i, one)
	{
		char below[256];

		(void)snprintf(below, sizeof(below), "%s[%zu]", path, i);
		check(schema, items, one, below);
	}
}

/* ---- what is reported */

/* Ten metrics without a value. */
static void no_metrics(void *ctx, struct json *j)
{
	static const struct {
		const char *name;
		bool ratio;
	} names[] = {
		{ "rrd_ms", false },     { "ira_percent", true },
		{ "srd_ok_ms", false },  { "srd_failed_ms", false },
		{ "sdd_ms", false },     { "sdt_ms", false },
		{ "ser_percent", true }, { "seer_percent", true },
		{ "isa_percent", true }, { "scr_percent", true },
	};
	static const char *const times[] = { "mean", "min", "max",
					     "p50",  "p95", "p99" };

	(void)ctx;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_put_object(j, names[i].name);
		json_put_uint(j, "n", 0);
		if (names[i].ratio)
			json_put_null(j, "value");
		for (size_t k = 0; !names[i].ratio && k < 6; k++)
			json_put_null(j, times[k]);
		json_put_object_end(j);
	}
}

static struct report_input input_of(const struct fixture *f,
				    const struct store *s,
				    const struct counters *counters)
{
	return (struct report_input){ .view = store_view(s),
				      .counters = counters,
				      .words = f->words,
				      .find = made_find,
				      .metrics = no_metrics,
				      .columns = 80 };
}

static json_t *reported(const struct fixture *f, const struct store *s,
			const struct counters *counters)
{
	struct report_input in = input_of(f, s, counters);
	size_t len;
	char *text = made_report("json", &in, &len);
	json_error_t error = { 0 };
	json_t *root;

	assert_non_null(text);
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
			  &error);
	if (root == NULL)
		fail_msg("no JSON: %s", error.text);
	free(text);
	check(f->schema, f->schema, root, "$");
	return root;
}

/* Walks members and, by digits, elements: "calls.0.from.user". */
static json_t *at(json_t *root, const char *path)
{
	struct slice rest = slice_of(path);

	while (rest.len > 0 && root != NULL) {
		struct slice part = slice_split(rest, '.', &rest);
		char key[64];
		uint32_t n;

		if (json_is_array(root) && slice_to_u32(part, 9999, &n))
			root = json_array_get(root, n);
		else
			root = json_object_get(
				root, slice_copy(part, key, sizeof(key)));
	}
	if (root == NULL)
		fail_msg("no %s", path);
	return root;
}

static void is_text(json_t *root, const char *path, const char *text)
{
	const char *is = json_string_value(at(root, path));

	if (is == NULL || strcmp(is, text) != 0)
		fail_msg("%s is %s, expected %s", path,
			 is == NULL ? "no text" : is, text);
}

static void is_number(json_t *root, const char *path, double number)
{
	double is = json_number_value(at(root, path));

	if (!json_is_number(at(root, path)) || fabs(is - number) > 1e-6)
		fail_msg("%s is %f, expected %f", path, is, number);
}

static void is_null(json_t *root, const char *path)
{
	if (!json_is_null(at(root, path)))
		fail_msg("%s is not null", path);
}

static const struct made_step answered[] = { ANSWERED_CALL };

static void nothing_captured_is_a_whole_report(void **state)
{
	struct counters none = { 0 };
	struct store *s = made_store(NULL, 0);
	json_t *root = reported(*state, s, &none);

	is_text(root, "schema", "sipmon-report/1");
	is_number(root, "capture.packets", 0);
	is_null(root, "capture.start");
	is_null(root, "capture.end");
	assert_int_equal(json_object_size(at(root, "capture.undecoded")), 0);
	assert_int_equal(json_array_size(at(root, "calls")), 0);
	assert_int_equal(json_object_size(at(root, "findings")), 0);
	assert_int_equal(json_object_size(at(root, "sip.transports")), 6);
	json_decref(root);
	store_free(s);
}

static void counters_are_those_of_the_capture(void **state)
{
	struct counters n = { .packets = 9,
			      .bytes = 4000,
			      .truncated = 1,
			      .dropped = 2,
			      .duplicates = 3,
			      .start_ns = MADE_START_NS,
			      .end_ns = MADE_START_NS + 1500 };
	struct store *s = made_store(answered, MADE_COUNT(answered));
	json_t *root;

	n.undecoded[UNDECODED_TUNNEL] = 4;
	root = reported(*state, s, &n);
	is_number(root, "capture.packets", 9);
	is_number(root, "capture.bytes", 4000);
	is_number(root, "capture.truncated", 1);
	is_number(root, "capture.dropped", 2);
	is_number(root, "capture.duplicates", 3);
	is_number(root, "capture.undecoded.tunnel", 4);
	assert_int_equal(json_object_size(at(root, "capture.undecoded")), 1);
	is_text(root, "capture.start", "2026-01-01T00:00:00.000000Z");
	is_text(root, "capture.end", "2026-01-01T00:00:00.000001Z");
	is_number(root, "sip.messages", 7);
	is_number(root, "sip.call_ids", 1);
	is_number(root, "sip.requests.INVITE", 1);
	is_number(root, "sip.requests.ACK", 1);
	is_number(root, "sip.requests.BYE", 1);
	assert_int_equal(json_object_size(at(root, "sip.requests")), 3);
	is_number(root, "sip.responses.100", 1);
	is_number(root, "sip.responses.180", 1);
	is_number(root, "sip.responses.200", 2);
	assert_int_equal(json_object_size(at(root, "sip.responses")), 3);
	is_number(root, "sip.transports.udp", 7);
	is_number(root, "sip.transports.tcp", 0);
	json_decref(root);
	store_free(s);
}

static void a_call_is_told_with_names_and_times(void **state)
{
	struct counters none = { 0 };
	struct store *s = made_store(answered, MADE_COUNT(answered));
	json_t *root = reported(*state, s, &none);
	json_t *c = at(root, "calls.0");

	is_text(c, "call_id", ANSWERED_ID);
	is_text(c, "method", "INVITE");
	is_text(c, "state", "completed");
	is_text(c, "from.uri", "sip:alice@atlanta.example");
	is_text(c, "from.user", "alice");
	is_text(c, "from.host", "atlanta.example");
	is_text(c, "from.display", "Alice \"A\"");
	is_text(c, "from.tag", "a1");
	is_text(c, "to.user", "bob");
	is_null(c, "to.display");
	is_null(c, "to.tag");
	is_text(c, "request_uri", "sip:bob@192.0.2.2");
	is_text(c, "source", "192.0.2.1:5060");
	is_text(c, "destination", "192.0.2.2:5060");
	is_text(c, "start", "2026-01-01T00:00:00.000000Z");
	is_text(c, "end", "2026-01-01T00:00:10.050000Z");
	is_number(c, "messages", 7);
	is_number(c, "retransmissions", 0);
	is_number(c, "final_code", 200);
	assert_int_equal(json_array_size(at(c, "codes")), 3);
	is_number(c, "codes.0", 100);
	is_number(c, "codes.2", 200);
	is_number(c, "timing.trying_ms", 20);
	is_number(c, "timing.pdd_ms", 250);
	is_number(c, "timing.ring_ms", 2000);
	is_number(c, "timing.setup_ms", 2250);
	is_number(c, "timing.talk_ms", 7750);
	is_number(c, "timing.teardown_ms", 50);
	json_decref(root);
	store_free(s);
}

static void phases_dialogs_and_transactions_are_told(void **state)
{
	struct counters none = { 0 };
	struct store *s = made_store(answered, MADE_COUNT(answered));
	json_t *root = reported(*state, s, &none);
	json_t *c = at(root, "calls.0");

	assert_int_equal(json_array_size(at(c, "phases")), 2);
	is_number(c, "phases.0.code", 100);
	is_number(c, "phases.0.start_ms", 20);
	is_number(c, "phases.0.duration_ms", 230);
	is_number(c, "phases.1.code", 180);
	is_number(c, "phases.1.start_ms", 250);
	is_number(c, "phases.1.duration_ms", 2000);
	assert_true(json_is_false(at(c, "phases.1.open")));
	assert_int_equal(json_array_size(at(c, "dialogs")), 1);
	is_text(c, "dialogs.0.local_tag", "a1");
	is_text(c, "dialogs.0.remote_tag", "b9");
	is_text(c, "dialogs.0.state", "terminated");
	assert_int_equal(json_array_size(at(c, "transactions")), 2);
	is_text(c, "transactions.0.method", "INVITE");
	is_number(c, "transactions.0.cseq", 1);
	is_text(c, "transactions.0.branch", "z9hG4bKi1");
	is_text(c, "transactions.0.source", "192.0.2.1:5060");
	is_number(c, "transactions.0.request_ms", 0);
	is_number(c, "transactions.0.final_code", 200);
	assert_int_equal(json_array_size(at(c, "transactions.0.responses")), 3);
	is_number(c, "transactions.0.responses.1.code", 180);
	is_number(c, "transactions.0.responses.1.at_ms", 250);
	assert_int_equal(json_array_size(at(c, "transactions.0.phases")), 2);
	is_text(c, "transactions.1.method", "BYE");
	is_number(c, "transactions.1.request_ms", 10000);
	is_number(c, "transactions.1.responses.0.at_ms", 50);
	json_decref(root);
	store_free(s);
}

static void findings_name_messages_by_their_place(void **state)
{
	struct counters none = { 0 };
	struct store *s = made_store(answered, MADE_COUNT(answered));
	json_t *root = reported(*state, s, &none);
	json_t *f = at(root, "calls.0.findings.0");

	is_text(f, "kind", "stuck-in-trying");
	is_text(f, "severity", "error");
	is_number(f, "code", 100);
	assert_true(strlen(json_string_value(at(f, "text"))) > 40);
	is_number(f, "messages.0", 6); /* the last of seven */
	is_number(f, "messages.1", 1);
	is_number(root, "findings.stuck-in-trying", 1);
	json_decref(root);
	store_free(s);
}

static void what_was_not_seen_is_null(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 2, 1,
		  MADE("SIP/2.0 180 Ringing", "x", ALICE, BOB_TAGGED, "lost",
		       "1 INVITE") },
	};
	struct counters none = { 0 };
	struct store *s = made_store(steps, 1);
	json_t *root = reported(*state, s, &none);
	json_t *c = at(root, "calls.0");

	is_null(c, "method");
	is_null(c, "request_uri");
	is_null(c, "final_code");
	is_null(c, "timing.pdd_ms");
	is_text(c, "source", "192.0.2.1:5060");
	is_null(c, "transactions.0.request_ms");
	is_null(c, "transactions.0.responses.0.at_ms");
	json_decref(root);
	store_free(s);
}

static void names_come_from_the_first_request(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 2, 1,
		  MADE("SIP/2.0 180 Ringing", "x", ALICE, BOB_TAGGED, "mid",
		       "1 INVITE") },
		{ 10, 1, 2,
		  MADE("BYE sip:bob@192.0.2.9 SIP/2.0", "y",
		       "<sip:carol@c.example>;tag=a1", BOB_TAGGED, "mid",
		       "2 BYE") },
	};
	struct counters none = { 0 };
	struct store *s = made_store(steps, MADE_COUNT(steps));
	json_t *root = reported(*state, s, &none);

	is_text(root, "calls.0.method", "BYE");
	is_text(root, "calls.0.request_uri", "sip:bob@192.0.2.9");
	is_text(root, "calls.0.from.user", "carol");
	json_decref(root);
	store_free(s);
}

static void findings_are_counted_over_all_calls(void **state)
{
	static const struct made_step steps[] = {
		ANSWERED_CALL,
		{ 20000, 1, 2,
		  MADE("OPTIONS sip:b SIP/2.0", "o", ALICE, BOB, "second",
		       "1 OPTIONS") },
	};
	struct counters none = { 0 };
	struct store *s = made_store(steps, MADE_COUNT(steps));
	json_t *root = reported(*state, s, &none);

	is_number(root, "findings.stuck-in-trying", 2);
	json_decref(root);
	store_free(s);
}

static void hostile_bytes_stay_inside_their_strings(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE("OPTIONS sip:a\"b SIP/2.0", "h",
		       "\"\x01\\\"\xff\" <sip:\"}\x1b@h>;tag=\xfe\"",
		       "<sip:\xc0\x80@h>", "\"id\\\x1b\xc3\x28", "1 OPTIONS") },
		{ 1, 1, 2, "INVITE \xff\xff SIP/2.0\r\nCall-ID: \r\n\r\n" },
		{ 2, 1, 2, "SIP/2.0 200 OK\r\n\r\n" },
	};
	struct counters none = { 0 };
	struct store *s = made_store(steps, MADE_COUNT(steps));
	json_t *root = reported(*state, s, &none);

	assert_true(json_array_size(at(root, "calls")) >= 2);
	is_text(root, "calls.0.call_id", "\"id\\\x1b\xef\xbf\xbd(");
	json_decref(root);
	store_free(s);
}

static void a_line_of_jsonl_is_one_call(void **state)
{
	static const struct made_step steps[] = {
		ANSWERED_CALL,
		{ 20000, 1, 2,
		  MADE("OPTIONS sip:b SIP/2.0", "o", ALICE, BOB, "second",
		       "1 OPTIONS") },
	};
	struct fixture *f = *state;
	struct counters none = { 0 };
	struct store *s = made_store(steps, MADE_COUNT(steps));
	struct report_input in = input_of(f, s, &none);
	size_t len;
	char *text = made_report("jsonl", &in, &len);
	struct slice rest = { text, len };
	const json_t *rule =
		json_object_get(json_object_get(f->schema, "$defs"), "call");
	unsigned lines = 0;

	assert_non_null(text);
	while (rest.len > 0) {
		struct slice line = slice_split(rest, '\n', &rest);
		json_error_t error;
		json_t *c = json_loadb(line.ptr, line.len,
				       JSON_REJECT_DUPLICATES, &error);

		assert_non_null(c);
		check(f->schema, rule, c, "$");
		is_text(c, "call_id", lines == 0 ? ANSWERED_ID : "second");
		json_decref(c);
		lines++;
	}
	assert_int_equal(lines, 2);
	free(text);
	store_free(s);
}

static void only_calls_that_match_are_reported(void **state)
{
	static const struct made_step steps[] = {
		ANSWERED_CALL,
		{ 20000, 1, 2,
		  MADE("OPTIONS sip:b SIP/2.0", "o", ALICE, BOB, "second",
		       "1 OPTIONS") },
	};
	struct fixture *f = *state;
	struct counters none = { 0 };
	struct problem problem;
	struct store *s = made_store(steps, MADE_COUNT(steps));
	struct report_input in = input_of(f, s, &none);
	struct query *filter = NULL;
	json_error_t error;
	size_t len;
	json_t *root;
	char *text;

	assert_int_equal(query_parse(&filter, SLICE("method == OPTIONS"), NULL,
				     NULL, &problem),
			 ERR_OK);
	in.filter = filter;
	text = made_report("json", &in, &len);
	assert_non_null(text);
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	assert_non_null(root);
	assert_int_equal(json_array_size(at(root, "calls")), 1);
	is_text(root, "calls.0.call_id", "second");
	is_number(root, "sip.call_ids", 2);
	json_decref(root);
	free(text);
	query_free(filter);
	store_free(s);
}

/* ---- Identity */

static bool is_null_or_empty(json_t *root, const char *path)
{
	return json_array_size(at(root, path)) == 0;
}

static json_t *reported_with(const struct fixture *f, const struct store *s,
			     const struct identity_reader *reader,
			     signing_figures_fn signing)
{
	struct counters none = { 0 };
	struct report_input in = input_of(f, s, &none);
	json_error_t error = { 0 };
	json_t *root;
	size_t len;
	char *text;

	in.identity = reader;
	in.signing = signing;
	text = made_report("json", &in, &len);
	assert_non_null(text);
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL)
		fail_msg("no JSON: %s", error.text);
	free(text);
	check(f->schema, f->schema, root, "$");
	return root;
}

static const struct made_step spoilt[] = {
	MADE_SPOILT_CALL("SIP/2.0 438 Invalid Identity Header", ""),
};

static void check_broken_copy(json_t *second)
{
	is_number(second, "message", 1);
	is_text(second, "source", "192.0.2.2:5060");
	is_text(second, "destination", "192.0.2.3:5060");
	is_text(second, "verdict", "SIGNATURE_INVALID");
	is_number(second, "expected_code", 438);
	is_text(second, "signature", "invalid");
	is_text(second, "warnings.0", "COMMA_LIST");
	assert_true(json_is_true(at(second, "agrees")));
	is_number(second, "seen_code", 438);
	is_text(second, "broken_by", "192.0.2.2:5060");
	assert_int_equal(json_array_size(at(second, "changed")), 1);
	is_text(second, "changed.0", "Date");
	is_text(second, "changes.0.before", MADE_DATE_BEFORE);
	is_text(second, "changes.0.after", MADE_DATE_AFTER);
	is_null(second, "changes.0.kind");
	is_null(second, "changes.0.offset");
	is_text(second, "headers.0.failed.0", "SIGNATURE_INVALID");
	is_text(second, "headers.0.checks.0.result", "pass");
	is_text(second, "headers.0.checks.1.result", "fail");
	is_text(second, "headers.0.checks.1.detail", "r and s do not fit");
}

static void check_header(json_t *h)
{
	is_text(h, "scheme", "passport");
	is_text(h, "ppt", "shaken");
	is_text(h, "alg", "ES256");
	is_text(h, "verdict", "VALID");
	is_null(h, "expected_code");
	is_text(h, "signature", "valid");
	is_text(h, "attest", "A");
	is_text(h, "orig.tn", "12155550121");
	assert_int_equal(json_object_size(at(h, "orig")), 1);
	is_text(h, "dest.tn.0", "12155550131");
	is_text(h, "dest.uri.0", "sip:bob@example.com");
	is_number(h, "iat", 1767276131);
	is_text(h, "x5u", MADE_URL);
	is_text(h, "certificate.subject", "CN=SHAKEN 709J,O=Example");
	is_text(h, "certificate.issuer", "CN=Example CA");
	is_text(h, "certificate.serial", "01ff");
	is_text(h, "certificate.not_before", "2026-01-01T00:00:00.000000Z");
	is_text(h, "certificate.not_after", "2027-01-01T00:00:00.000000Z");
	is_text(h, "certificate.spc.0", "709J");
	is_text(h, "certificate.tn.0", "12155550100+100");
	is_text(h, "certificate.source", "certificate folder");
	is_text(h, "chain.0.subject", "CN=Example CA");
}

static void each_copy_of_a_signed_request_has_its_verdict(void **state)
{
	static const struct identity_party to[] = {
		{ true, { "12155550131", 11 } },
		{ false, { "sip:bob@example.com", 19 } },
	};
	struct store *s = made_store(spoilt, MADE_COUNT(spoilt));
	struct identity_certificate chain[] = { made_certificate(),
						made_certificate() };
	struct identity_header good = made_header(VERDICT_VALID, to, 2);
	struct identity_header bad =
		made_header(VERDICT_SIGNATURE_INVALID, NULL, 0);
	uint32_t one = made_msg(s, 0);
	uint32_t two = made_msg(s, 1);
	struct identity_detail list[2];
	struct made_judge judge = { list, 2, 0 };
	struct identity_reader reader = made_reader(&judge);
	json_t *root;

	chain[1].subject = SLICE("CN=Example CA");
	good.chain = chain;
	good.chain_count = 2;
	list[0] = made_good(one, &good);
	list[1] = made_spoilt(two, one, &bad);
	root = reported_with(*state, s, &reader, NULL);
	assert_int_equal(json_array_size(at(root, "calls.0.identity")), 2);
	is_number(root, "calls.0.identity.0.message", 0);
	is_null(root, "calls.0.identity.0.agrees");
	is_null(root, "calls.0.identity.0.broken_by");
	is_null(root, "calls.0.identity.0.reason");
	assert_true(is_null_or_empty(root, "calls.0.identity.0.changed"));
	check_header(at(root, "calls.0.identity.0.headers.0"));
	check_broken_copy(at(root, "calls.0.identity.1"));
	is_null(root, "calls.0.identity.1.headers.0.certificate");
	is_null(root, "calls.0.identity.1.headers.0.dest");
	is_null(root, "identity");
	json_decref(root);
	store_free(s);
}

/* RFC 9410: ppi names one value of Identity, or one that is not there. */
static void the_reason_of_an_answer_says_which_passport_it_means(void **state)
{
	static const struct {
		int header;
		const char *means;
	} cases[] = { { 1, "1 true" },
		      { -1, "null null" },
		      { -2, "null false" } };
	struct store *s = made_store(spoilt, MADE_COUNT(spoilt));
	struct identity_detail d = made_good(made_msg(s, 0), NULL);
	struct made_judge judge = { &d, 1, 0 };
	struct identity_reader reader = made_reader(&judge);

	d.header_count = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *root;
		char *header;
		char *there;
		char text[32];

		d.reason = (struct identity_reason){ true, 437, SLICE("No"),
						     cases[i].header };
		root = reported_with(*state, s, &reader, NULL);
		is_number(root, "calls.0.identity.0.reason.cause", 437);
		is_text(root, "calls.0.identity.0.reason.text", "No");
		header =
			json_dumps(at(root, "calls.0.identity.0.reason.header"),
				   JSON_ENCODE_ANY);
		there = json_dumps(
			at(root, "calls.0.identity.0.reason.in_request"),
			JSON_ENCODE_ANY);
		(void)snprintf(text, sizeof(text), "%s %s", header, there);
		assert_string_equal(text, cases[i].means);
		free(header);
		free(there);
		json_decref(root);
	}
	store_free(s);
}

static void a_name_changed_twice_is_named_once(void **state)
{
	struct store *s = made_store(spoilt, MADE_COUNT(spoilt));
	struct identity_detail d = made_good(made_msg(s, 0), NULL);
	struct made_judge judge = { &d, 1, 0 };
	struct identity_reader reader = made_reader(&judge);
	json_t *root;

	d.header_count = 0;
	d.change_count = 3;
	d.changes[0] = (struct identity_change){ "Identity", SLICE("a"),
						 SLICE("b"), NULL, -1 };
	d.changes[1] =
		(struct identity_change){ "body", SLICE("c=1"), SLICE("c=2"),
					  "only line ends changed", 0 };
	d.changes[2] = d.changes[0];
	root = reported_with(*state, s, &reader, NULL);
	assert_int_equal(
		json_array_size(at(root, "calls.0.identity.0.changed")), 2);
	is_text(root, "calls.0.identity.0.changed.0", "Identity");
	is_text(root, "calls.0.identity.0.changed.1", "body");
	assert_int_equal(
		json_array_size(at(root, "calls.0.identity.0.changes")), 3);
	is_number(root, "calls.0.identity.0.changes.1.offset", 0);
	is_text(root, "calls.0.identity.0.changes.1.kind",
		"only line ends changed");
	json_decref(root);
	store_free(s);
}

static void without_a_reader_no_verdict_is_told(void **state)
{
	struct store *s = made_store(spoilt, MADE_COUNT(spoilt));
	json_t *root = reported_with(*state, s, NULL, NULL);

	assert_int_equal(json_array_size(at(root, "calls.0.identity")), 0);
	json_decref(root);
	store_free(s);
}

static void only_messages_that_a_verifier_looks_at_are_asked_for(void **state)
{
	/* INVITE twice (one sent again), 438, ACK. */
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE_SIGNED("k", "sip:bob@192.0.2.2", MADE_DATE_BEFORE) },
		{ 500, 1, 2,
		  MADE_SIGNED("k", "sip:bob@192.0.2.2", MADE_DATE_BEFORE) },
		{ 600, 2, 1,
		  MADE("SIP/2.0 438 No", "k", ALICE, BOB_TAGGED, "signed",
		       "1 INVITE") },
		{ 610, 1, 2,
		  MADE("ACK sip:bob@192.0.2.2 SIP/2.0", "k", ALICE, BOB_TAGGED,
		       "signed", "1 ACK") },
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	struct made_judge judge = { NULL, 0, 0 };
	struct identity_reader reader = made_reader(&judge);
	json_t *root = reported_with(*state, s, &reader, NULL);

	assert_int_equal(judge.asked, 1);
	json_decref(root);
	store_free(s);
}

static void figures_of_signed_requests_are_told(void **state)
{
	struct store *s = made_store(spoilt, MADE_COUNT(spoilt));
	json_t *root = reported_with(*state, s, NULL, made_signing);
	json_t *f = at(root, "identity");

	is_number(f, "requests", 12);
	is_number(f, "signed", 9);
	is_number(f, "signed_percent", 75);
	is_number(f, "attest.A", 5);
	is_number(f, "attest.B", 2);
	is_number(f, "attest.C", 1);
	is_number(f, "verdicts.VALID", 7);
	is_number(f, "verdicts.CERT_NOT_AUTHORITATIVE", 1);
	is_number(f, "verdicts.NO_IDENTITY", 3);
	assert_int_equal(json_object_size(at(f, "verdicts")), 3);
	is_number(f, "not_judged", 1);
	is_text(f, "signers.0.name", "SHAKEN 709J");
	is_text(f, "signers.0.spc", "709J");
	is_text(f, "signers.0.most", "CERT_NOT_AUTHORITATIVE");
	is_number(f, "signers.0.failed", 1);
	is_number(f, "signers.0.attest.B", 1);
	is_null(f, "signers.1.name");
	is_null(f, "signers.1.most");
	is_text(f, "peers.0.name", "192.0.2.1");
	is_text(f, "over_time.begin", "2026-01-01T00:00:00.000000Z");
	is_number(f, "over_time.bin_ms", 60000);
	assert_int_equal(json_array_size(at(f, "over_time.bins")), 5);
	is_number(f, "over_time.bins.2.failed", 1);
	is_number(f, "clock_offset_s", -75);
	json_decref(root);
	store_free(s);
}

static bool no_signing(void *ctx, struct signing_figures *out)
{
	(void)ctx;
	*out = (struct signing_figures){ 0 };
	return true;
}

static bool no_memory(void *ctx, struct signing_figures *out)
{
	(void)ctx;
	(void)out;
	return false;
}

static void a_share_of_nothing_is_not_known(void **state)
{
	struct store *s = made_store(NULL, 0);
	json_t *root = reported_with(*state, s, NULL, no_signing);

	is_number(root, "identity.requests", 0);
	is_null(root, "identity.signed_percent");
	is_null(root, "identity.over_time.begin");
	is_null(root, "identity.clock_offset_s");
	json_decref(root);
	root = reported_with(*state, s, NULL, no_memory);
	is_null(root, "identity");
	json_decref(root);
	store_free(s);
}

/* A certificate may say what it likes: controls, no UTF-8, odd years. */
static void strangers_bytes_of_a_certificate_stay_in_their_strings(void **state)
{
	struct store *s = made_store(spoilt, MADE_COUNT(spoilt));
	struct identity_certificate c = made_certificate();
	struct identity_header h = made_header(VERDICT_VALID, NULL, 0);
	struct identity_detail d = made_good(made_msg(s, 0), &h);
	struct made_judge judge = { &d, 1, 0 };
	struct identity_reader reader = made_reader(&judge);
	json_t *root;

	c.subject = SLICE("CN=\"}\x1b\xff");
	c.not_before_s = INT64_MIN;
	c.not_after_s = INT64_MAX;
	h.chain = &c;
	h.chain_count = 1;
	h.attest = SLICE("\xc0");
	root = reported_with(*state, s, &reader, NULL);
	is_text(root, "calls.0.identity.0.headers.0.certificate.subject",
		"CN=\"}\x1b\xef\xbf\xbd");
	is_null(root, "calls.0.identity.0.headers.0.certificate.not_before");
	is_null(root, "calls.0.identity.0.headers.0.certificate.not_after");
	is_text(root, "calls.0.identity.0.headers.0.attest", "\xef\xbf\xbd");
	json_decref(root);
	store_free(s);
}

static void output_that_cannot_be_written_is_told(void **state)
{
	static const char *const formats[] = { "json", "jsonl", "csv", "text" };
	struct counters none = { 0 };
	struct store *s = made_store(answered, MADE_COUNT(answered));
	struct report_input in = input_of(*state, s, &none);

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		FILE *full = fopen("/dev/full", "w");

		if (full == NULL)
			skip();
		errno = 0;
		assert_int_equal(
			report_format_find(formats[i])->write(&in, full),
			ERR_SYSTEM);
		assert_int_equal(errno, ENOSPC);
		(void)fclose(full);
	}
	store_free(s);
}

static void formats_are_found_by_name(void **state)
{
	static const char *const names[] = { "text", "json", "jsonl", "csv" };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		assert_non_null(report_format_find(names[i]));
		assert_ptr_equal(report_format_find(names[i]),
				 report_format_at(i));
	}
	assert_null(report_format_find("xml"));
	assert_null(report_format_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_captured_is_a_whole_report),
		cmocka_unit_test(counters_are_those_of_the_capture),
		cmocka_unit_test(a_call_is_told_with_names_and_times),
		cmocka_unit_test(phases_dialogs_and_transactions_are_told),
		cmocka_unit_test(findings_name_messages_by_their_place),
		cmocka_unit_test(what_was_not_seen_is_null),
		cmocka_unit_test(names_come_from_the_first_request),
		cmocka_unit_test(findings_are_counted_over_all_calls),
		cmocka_unit_test(hostile_bytes_stay_inside_their_strings),
		cmocka_unit_test(a_line_of_jsonl_is_one_call),
		cmocka_unit_test(only_calls_that_match_are_reported),
		cmocka_unit_test(each_copy_of_a_signed_request_has_its_verdict),
		cmocka_unit_test(
			the_reason_of_an_answer_says_which_passport_it_means),
		cmocka_unit_test(a_name_changed_twice_is_named_once),
		cmocka_unit_test(without_a_reader_no_verdict_is_told),
		cmocka_unit_test(
			only_messages_that_a_verifier_looks_at_are_asked_for),
		cmocka_unit_test(figures_of_signed_requests_are_told),
		cmocka_unit_test(a_share_of_nothing_is_not_known),
		cmocka_unit_test(
			strangers_bytes_of_a_certificate_stay_in_their_strings),
		cmocka_unit_test(output_that_cannot_be_written_is_told),
		cmocka_unit_test(formats_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
