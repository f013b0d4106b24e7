/*
 * Messages that others signed, through the whole program: vectors.h says where
 * they are looked for.  Without them the tests are skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../tools/child.h"
#include "../unit/identity/vectors.h"
#include "capture.h"
#include "outcome.h"
#include "schema.h"
#include "sipmon/sip/message.h"

#define SECOND_NS   INT64_C(1000000000)
#define OPTIONS_MAX 15 /* of outcome_report() */
#define ROWS_MAX    1024
#define SERVER      0xffff /* capture_host() of who is called */

struct world {
	struct vectors v;
	json_t *schema;
	char folder[CHILD_PATH_BYTES];
	char path[CHILD_PATH_BYTES]; /* of the capture */
	struct buf bytes;
	struct buf text;
};

/* ---- options */

struct choice {
	const char *options[OPTIONS_MAX + 1];
	char texts[OPTIONS_MAX][VECTORS_PATH_BYTES];
	size_t count;
};

static void add_option(struct choice *c, const char *name, const char *value)
{
	assert_true(c->count + 2 <= OPTIONS_MAX);
	c->options[c->count++] = name;
	(void)snprintf(c->texts[c->count], VECTORS_PATH_BYTES, "%s", value);
	c->options[c->count] = c->texts[c->count];
	c->count++;
}

static void add_files(const struct vectors *v, struct choice *c,
		      const char *name, struct slice files)
{
	char path[VECTORS_PATH_BYTES];

	while (files.len > 0) {
		struct slice file = slice_split(files, ',', &files);

		add_option(c, name, vectors_path(v, file, path));
	}
}

static void options_of(const struct vectors *v, size_t row, struct choice *c)
{
	struct slice settings = vectors_cell(v, row, "policy");
	char text[VECTORS_PATH_BYTES];

	*c = (struct choice){ .count = 0 };
	add_files(v, c, "--certs", vectors_cell(v, row, "store"));
	add_files(v, c, "--trust", vectors_cell(v, row, "anchors"));
	add_files(v, c, "--crl", vectors_cell(v, row, "crls"));
	while (settings.len > 0) {
		struct slice setting = slice_split(settings, ';', &settings);
		struct slice value;
		struct slice key = slice_split(setting, '=', &value);

		if (slice_eq(key, SLICE("untrusted")))
			add_files(v, c, "--untrusted", value);
		else if (slice_eq(key, SLICE("crl_anchors")))
			add_files(v, c, "--crl-trust", value);
		else
			add_option(c, "--policy",
				   slice_copy(setting, text, sizeof(text)));
	}
}

/* Rows with the same options go through one run of the program. */
static bool same_options(const struct vectors *v, size_t a, size_t b)
{
	static const char *const columns[] = { "store", "anchors", "crls",
					       "policy" };

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (!slice_eq(vectors_cell(v, a, columns[i]),
			      vectors_cell(v, b, columns[i])))
			return false;
	return true;
}

static json_t *run(struct world *w, const char *capture, const struct choice *c)
{
	json_t *report;

	buf_clear(&w->text);
	report = outcome_report(capture, c->options, &w->text);
	if (report == NULL)
		fail_msg("%.*s", SLICE_ARG(buf_slice(&w->text)));
	buf_clear(&w->text);
	schema_check(w->schema, report, &w->text);
	if (w->text.len > 0)
		fail_msg("%s: %.*s", capture, SLICE_ARG(buf_slice(&w->text)));
	return report;
}

/* ---- what came out, in the words of the table */

static const char *text_of(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static struct slice code_of(json_t *object, char text[16])
{
	json_t *code = json_object_get(object, "expected_code");

	if (!json_is_integer(code))
		return SLICE("");
	(void)snprintf(text, 16, "%d", (int)json_integer_value(code));
	return slice_of(text);
}

/* As sets: each of the one is among the other, and they are as many. */
static bool same_names(json_t *array, struct slice names)
{
	size_t count = 0;

	while (names.len > 0) {
		struct slice name = slice_split(names, ',', &names);
		bool found = false;
		json_t *item;
		size_t i;

		json_array_foreach(array, i, item) found |=
			slice_eq(name, slice_of(json_string_value(item)));
		if (!found)
			return false;
		count++;
	}
	return json_array_size(array) == count;
}

static void add_names(json_t *array, struct buf *out)
{
	json_t *item;
	size_t i;

	buf_clear(out);
	json_array_foreach(array, i, item) buf_add_format(
		out, "%s%s", i > 0 ? "," : "", json_string_value(item));
}

static void compare_headers(struct world *w, struct slice id, json_t *element,
			    struct slice want)
{
	json_t *header;
	char code[16];
	size_t i;

	buf_clear(&w->text);
	json_array_foreach(json_object_get(element, "headers"), i, header)
	{
		struct slice number = code_of(header, code);

		if (number.len == 0)
			number = SLICE("-");
		buf_add_format(&w->text, "%s%s/%.*s/%s", i > 0 ? "|" : "",
			       text_of(header, "verdict"), SLICE_ARG(number),
			       text_of(header, "signature"));
	}
	vectors_compare(&w->v, id, "each", buf_slice(&w->text), want);
}

static void compare_row(struct world *w, size_t row, json_t *element)
{
	struct vectors *v = &w->v;
	struct slice id = vectors_cell(v, row, "id");
	struct slice warnings = vectors_cell(v, row, "warnings");
	struct slice headers = vectors_cell(v, row, "headers");
	json_t *got = json_object_get(element, "warnings");
	char code[16];

	v->checked++;
	vectors_compare(v, id, "verdict", slice_of(text_of(element, "verdict")),
			vectors_cell(v, row, "verdict"));
	vectors_compare(v, id, "code", code_of(element, code),
			vectors_cell(v, row, "code"));
	vectors_compare(v, id, "signature",
			slice_of(text_of(element, "signature")),
			vectors_cell(v, row, "signature"));
	if (!same_names(got, warnings)) {
		add_names(got, &w->text);
		vectors_fault(v, id, "warnings", buf_slice(&w->text), warnings);
	}
	if (slice_is_set(headers))
		compare_headers(w, id, element, headers);
	if (!json_is_null(json_object_get(element, "agrees")))
		vectors_fault(v, id, "agrees", SLICE("said"),
			      SLICE("null: there is no answer"));
}

/* The one verdict on what `source` sent; NULL if it is not one. */
static json_t *element_from(json_t *report, const struct endpoint *source)
{
	char text[ENDPOINT_TEXT_BYTES];
	json_t *found = NULL;
	unsigned count = 0;
	size_t i;
	json_t *call;

	endpoint_text(source, text);
	json_array_foreach(json_object_get(report, "calls"), i, call)
	{
		size_t k;
		json_t *element;

		json_array_foreach(
			json_object_get(call, "identity"), k,
			element) if (strcmp(text_of(element, "source"), text) ==
				     0)
		{
			found = element;
			count++;
		}
	}
	return count == 1 ? found : NULL;
}

/* ---- a capture of our own */

static int64_t time_of(const struct vectors *v, size_t row)
{
	uint32_t seconds = 0;

	assert_true(slice_to_u32(vectors_cell(v, row, "time"), UINT32_MAX,
				 &seconds));
	return seconds * SECOND_NS;
}

static void send_row(struct world *w, struct capture *c, size_t row)
{
	struct capture_msg m = { .ends = { capture_host((unsigned)row),
					   capture_host(SERVER) },
				 .time_ns = time_of(&w->v, row) };

	vectors_read(&w->v, vectors_cell(&w->v, row, "file"), &w->bytes);
	m.bytes = buf_slice(&w->bytes);
	if (slice_eq(vectors_cell(&w->v, row, "transport"), SLICE("tcp")))
		capture_stream(c, &m);
	else
		capture_datagram(c, &m);
}

/* All rows that are judged like `first`. */
static void check_group(struct world *w, size_t first, bool *done)
{
	struct vectors *v = &w->v;
	struct choice choice;
	struct capture c;
	json_t *report;

	capture_begin(&c);
	for (size_t row = first; row < table_rows(v->table); row++)
		if (!done[row] && same_options(v, first, row))
			send_row(w, &c, row);
	assert_true(capture_write(&c, w->path));
	capture_free(&c);
	options_of(v, first, &choice);
	report = run(w, w->path, &choice);
	for (size_t row = first; row < table_rows(v->table); row++) {
		struct endpoint source = capture_host((unsigned)row);

		if (done[row] || !same_options(v, first, row))
			continue;
		compare_row(w, row, element_from(report, &source));
		done[row] = true;
	}
	json_decref(report);
}

static void every_message_gets_the_verdict_of_its_row(void **state)
{
	struct world *w = *state;
	static bool done[ROWS_MAX];

	if (w->v.corpus == NULL)
		skip();
	vectors_table(&w->v, "cases.tsv");
	assert_true(table_rows(w->v.table) <= ROWS_MAX);
	memset(done, 0, sizeof(done));
	for (size_t row = 0; row < table_rows(w->v.table); row++)
		if (!done[row])
			check_group(w, row, done);
	vectors_finish(&w->v, 340);
}

/* ---- the capture that lies beside the table: all that fit a datagram */

/* Some messages are given twice, to be judged in two ways: any will do. */
static json_t *element_of(struct world *w, json_t *report, size_t row)
{
	struct sip_msg msg;
	json_t *call;

	vectors_read(&w->v, vectors_cell(&w->v, row, "file"), &w->bytes);
	assert_true(sip_msg_parse(&msg, buf_slice(&w->bytes)));
	call = outcome_find_call(report, msg.call_id);
	return json_array_get(json_object_get(call, "identity"), 0);
}

/* Examples of the RFCs share a Call-ID; the others have one each. */
static bool is_one_of_ours(const struct vectors *v, size_t row)
{
	return slice_eq(vectors_cell(v, row, "store"), SLICE("store")) &&
	       slice_eq(vectors_cell(v, row, "transport"), SLICE("udp"));
}

static void the_capture_beside_them_shows_the_same(void **state)
{
	struct world *w = *state;
	struct vectors *v = &w->v;
	static bool done[ROWS_MAX];
	char path[VECTORS_PATH_BYTES];

	if (v->corpus == NULL)
		skip();
	vectors_table(v, "cases.tsv");
	vectors_path(v, SLICE("cases.pcap"), path);
	memset(done, 0, sizeof(done));
	for (size_t first = 0; first < table_rows(v->table); first++) {
		struct choice choice;
		json_t *report;

		if (done[first] || !is_one_of_ours(v, first))
			continue;
		options_of(v, first, &choice);
		report = run(w, path, &choice);
		for (size_t row = first; row < table_rows(v->table); row++) {
			if (done[row] || !is_one_of_ours(v, row) ||
			    !same_options(v, first, row))
				continue;
			compare_row(w, row, element_of(w, report, row));
			done[row] = true;
		}
		json_decref(report);
	}
	vectors_finish(v, 330);
}

/* ---- two hops */

/* The parties of a row: who calls, who is between, who is called. */
static struct endpoint party(size_t row, unsigned number)
{
	return capture_host((unsigned)row * 3 + number);
}

static void send_hop(struct world *w, struct capture *c, size_t row,
		     unsigned hop)
{
	struct slice file =
		vectors_cell(&w->v, row, hop == 0 ? "hop1" : "hop2");
	struct capture_msg m = {
		.ends = { party(row, hop), party(row, hop + 1) },
		.time_ns = time_of(&w->v, row) + hop * SECOND_NS / 100,
	};

	vectors_read(&w->v, file, &w->bytes);
	m.bytes = buf_slice(&w->bytes);
	capture_datagram(c, &m);
}

static void compare_hops(struct world *w, size_t row, json_t *report)
{
	struct vectors *v = &w->v;
	struct slice id = vectors_cell(v, row, "id");
	struct slice before = vectors_cell(v, row, "verdict1");
	struct slice after = vectors_cell(v, row, "verdict2");
	struct slice changed = vectors_cell(v, row, "signed_changed");
	struct endpoint ends[2] = { party(row, 0), party(row, 1) };
	json_t *one = element_from(report, &ends[0]);
	json_t *two = element_from(report, &ends[1]);
	char broken[ENDPOINT_TEXT_BYTES] = "";

	v->checked++;
	if (slice_eq(before, SLICE("VALID")) && !slice_eq(after, before))
		endpoint_text(&ends[1], broken);
	vectors_compare(v, id, "verdict1", slice_of(text_of(one, "verdict")),
			before);
	vectors_compare(v, id, "verdict2", slice_of(text_of(two, "verdict")),
			after);
	vectors_compare(v, id, "broken_by", slice_of(text_of(two, "broken_by")),
			slice_of(broken));
	if (!json_is_null(json_object_get(one, "broken_by")))
		vectors_fault(v, id, "broken_by of the first", SLICE("set"),
			      SLICE("null"));
	add_names(json_object_get(two, "changed"), &w->text);
	vectors_compare(v, id, "changed", buf_slice(&w->text), changed);
}

static void who_changed_what_is_told(void **state)
{
	struct world *w = *state;
	struct vectors *v = &w->v;
	struct choice choice = { .count = 0 };
	struct capture c;
	json_t *report;

	if (v->corpus == NULL)
		skip();
	vectors_table(v, "hops.tsv");
	capture_begin(&c);
	for (size_t row = 0; row < table_rows(v->table); row++)
		for (unsigned hop = 0; hop < 2; hop++)
			send_hop(w, &c, row, hop);
	assert_true(capture_write(&c, w->path));
	capture_free(&c);
	add_files(v, &choice, "--certs", SLICE("store"));
	add_files(v, &choice, "--trust",
		  SLICE("anchors/legacy-root.pem,anchors/shaken-root.pem"));
	report = run(w, w->path, &choice);
	for (size_t row = 0; row < table_rows(v->table); row++)
		compare_hops(w, row, report);
	json_decref(report);
	vectors_finish(v, 10);
}

/* ---- */

static int open_world(void **state)
{
	static struct world w;

	vectors_open(&w.v);
	buf_init(&w.bytes, VECTORS_BYTES_MAX);
	buf_init(&w.text, VECTORS_BYTES_MAX);
	w.schema = json_load_file("share/sipmon/report.schema.json", 0, NULL);
	*state = &w;
	if (!child_scratch(w.folder))
		return -1;
	(void)child_file(w.path, w.folder, "case.pcap");
	return w.schema != NULL ? 0 : -1;
}

static int close_world(void **state)
{
	struct world *w = *state;

	vectors_close(&w->v);
	buf_free(&w->bytes);
	buf_free(&w->text);
	json_decref(w->schema);
	child_scratch_remove(w->folder);
	return 0;
}

#define IN_WORLD(test)                                                         \
	cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(every_message_gets_the_verdict_of_its_row),
		IN_WORLD(the_capture_beside_them_shows_the_same),
		IN_WORLD(who_changed_what_is_told),
	};

	if (getenv("SIPMON_CORPUS") == NULL)
		print_message("SIPMON_CORPUS is not set: skipped\n");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
