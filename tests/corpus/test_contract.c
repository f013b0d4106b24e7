/* The command line, the exit status and what goes to standard error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tools/child.h"
#include "outcome.h"

#define ARGUMENTS_MAX 12
#define TEXT_MAX      (4U << 20)

/* Captures that are at hand; `@NAME` in arguments is one of them. */
struct shelf {
	char folder[CHILD_PATH_BYTES];
};

static const char *const scenarios[] = { "plain-call", "busy",
					 "stuck-in-trying", "codes" };

static const char *shelf_path(const struct shelf *s, const char *name,
			      char *path)
{
	return child_file(path, s->folder, name);
}

/* Runs sipmon; the arguments end with NULL. */
static void run(const struct shelf *s, struct child *c,
		const char *const *arguments, const struct child_setup *setup)
{
	const char *argv[ARGUMENTS_MAX + 2] = { NULL };
	char paths[ARGUMENTS_MAX][CHILD_PATH_BYTES];
	char program[CHILD_PATH_BYTES];

	argv[0] = child_built("sipmon", program);
	for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i] != NULL; i++)
		argv[i + 1] =
			arguments[i][0] == '@'
				? shelf_path(s, arguments[i] + 1, paths[i])
				: arguments[i];
	child_run(c, argv, setup);
}

#define RUN(shelf, child, setup, ...)                                          \
	run(shelf, child, (const char *const[]){ __VA_ARGS__, NULL }, setup)

static void wrong_use_is_told_in_one_line_with_a_hint(void **state)
{
	static const struct {
		const char *arguments[ARGUMENTS_MAX];
		const char *says;
	} cases[] = {
		{ { "--no-such-option" }, "--no-such-option" },
		{ { "-Z" }, "-Z" },
		{ { "--read" }, "--read" },
		{ { "--utc=1" }, "--utc" },
		{ { "explain" }, "code" },
		{ { "explain", "ten" }, "ten" },
		{ { "explain", "99" }, "99" },
		{ { "explain", "700" }, "700" },
		{ { "explain", "100", "ten" }, "ten" },
		{ { "explain", "100", "180", "200" }, "two" },
		{ { "explain", "-I", "x", "100" }, "-I" },
		{ { "explain", "--format", "csv", "100" }, "json" },
		{ { "report" }, "-r" },
		{ { "report", "--format", "xml", "-r", "@busy" }, "xml" },
		{ { "report", "--stuck", "soon", "-r", "@busy" }, "soon" },
		{ { "report", "--stuck", "-1", "-r", "@busy" }, "-1" },
		{ { "report", "--filter", "method ==", "-r", "@busy" },
		  "--filter" },
		{ { "report", "--fail-on", "nonsense", "-r", "@busy" },
		  "nonsense" },
		{ { "report", "-w", "out.pcap", "-r", "@busy" }, "--write" },
		{ { "agent", "--format", "json" }, "--format" },
		{ { "--memory", "1K", "-r", "@busy" }, "1K" },
		{ { "--lang", "xx", "-r", "@busy" }, "xx" },
		{ { "--theme", "pink", "-r", "@busy" }, "pink" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct child c;

		run(*state, &c, cases[i].arguments, NULL);
		if (c.status != 2 || c.out.len > 0 ||
		    child_lines(&c.err) != 2 ||
		    strncmp(c.err.ptr, "sipmon: ", 8) != 0 ||
		    strstr(c.err.ptr, "sipmon --help") == NULL ||
		    strstr(c.err.ptr, cases[i].says) == NULL ||
		    strstr(c.err.ptr, "(null)") != NULL)
			fail_msg("case %zu (%s %s): exit %d, %s", i,
				 cases[i].arguments[0], cases[i].says, c.status,
				 c.err.ptr);
		child_free(&c);
	}
}

static void what_cannot_be_done_is_told_in_one_line(void **state)
{
	static const struct {
		const char *arguments[ARGUMENTS_MAX];
		const char *names;
	} cases[] = {
		{ { "report", "-r", "@missing.pcap" }, "missing.pcap" },
		{ { "report", "-r", "/dev/null" }, "/dev/null" },
		{ { "report", "-r", "@empty" }, "empty" },
		{ { "report", "-r", "@text" }, "text" },
		{ { "report", "-r", "@" }, "directory" },
		{ { "report", "-r", "@busy", "-r", "@text" }, "text" },
		{ { "report", "-r", "@busy", "udp and and" }, "udp and and" },
		{ { "report", "-r", "@busy", "port", "ten" }, "port ten" },
		{ { "report", "-i", "no-such-device" }, "no-such-device" },
		{ { "agent", "-r", "@busy", "-w", "/nonexistent/x" },
		  "/nonexistent/x" },
		{ { "report", "-r", "@busy", "--keylog", "@missing" },
		  "missing" },
		{ { "report", "-r", "@busy", "--keylog", "@" }, "directory" },
		{ { "report", "-r", "@busy", "--private-key", "@text" },
		  "text" },
		{ { "report", "-L", "nowhere" }, "nowhere" },
		{ { "report", "-L", "127.0.0.1:65536" }, "65536" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct child c;

		run(*state, &c, cases[i].arguments, NULL);
		if (c.status != 1 || c.out.len > 0 ||
		    child_lines(&c.err) != 1 ||
		    strncmp(c.err.ptr, "sipmon: ", 8) != 0 ||
		    strstr(c.err.ptr, cases[i].names) == NULL)
			fail_msg("case %zu (%s): exit %d, %s", i,
				 cases[i].names, c.status, c.err.ptr);
		child_free(&c);
	}
}

static void a_file_that_must_not_be_read_is_named(void **state)
{
	const struct child_setup nobody = { .not_root = true };
	const struct shelf *s = *state;
	char path[CHILD_PATH_BYTES];
	struct child c;

	assert_int_equal(chmod(s->folder, 0755), 0);
	assert_int_equal(chmod(shelf_path(s, "secret", path), 0), 0);
	RUN(s, &c, &nobody, "report", "-r", "@secret");
	if (c.status == 127 || c.status == 126) {
		child_free(&c);
		skip(); /* another user may not even start the program */
	}
	assert_int_equal(c.status, 1);
	assert_int_equal(child_lines(&c.err), 1);
	assert_non_null(strstr(c.err.ptr, "secret: Permission denied"));
	child_free(&c);
}

static void without_a_terminal_the_screen_names_report(void **state)
{
	static const char *const dumb[] = { "TERM=dumb", NULL };
	const struct child_setup setup = { .extra = dumb };
	struct child c;

	RUN(*state, &c, NULL, "-r", "@busy");
	assert_int_equal(c.status, 1);
	assert_int_equal(child_lines(&c.err), 1);
	assert_non_null(strstr(c.err.ptr, "sipmon report"));
	assert_int_equal(c.out.len, 0);
	child_free(&c);
	RUN(*state, &c, &setup, "-r", "@busy");
	assert_int_equal(c.status, 1);
	assert_non_null(strstr(c.err.ptr, "sipmon report"));
	child_free(&c);
}

/* ---- output */

static void a_closed_pipe_ends_quietly(void **state)
{
	static const char *const formats[] = { "text", "json", "jsonl", "csv" };
	const struct child_setup closed = { .output_closed = true };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct child c;

		RUN(*state, &c, &closed, "report", "--format", formats[i], "-r",
		    "@codes");
		assert_true(c.status == 0 ||
			    c.status == CHILD_SIGNAL + SIGPIPE);
		assert_string_equal(c.err.ptr, "");
		child_free(&c);
	}
	for (int i = 0; i < 3; i++) {
		static const char *const others[3][3] = {
			{ "--help" }, { "--version" }, { "explain", "100" }
		};
		struct child c;

		run(*state, &c, others[i], &closed);
		assert_true(c.status == 0 || c.status == 1 ||
			    c.status == CHILD_SIGNAL + SIGPIPE);
		assert_string_equal(c.err.ptr, "");
		child_free(&c);
	}
}

static void a_full_device_is_told(void **state)
{
	const struct child_setup full = { .output_full = true };
	struct child c;

	RUN(*state, &c, &full, "report", "--format", "json", "-r", "@codes");
	assert_int_equal(c.status, 1);
	assert_int_equal(child_lines(&c.err), 1);
	assert_non_null(strstr(c.err.ptr, "No space left"));
	child_free(&c);
	RUN(*state, &c, &full, "explain", "100");
	assert_int_equal(c.status, 1);
	assert_int_equal(child_lines(&c.err), 1);
	child_free(&c);
}

static void a_report_twice_gives_the_same_bytes(void **state)
{
	static const char *const formats[] = { "text", "json", "jsonl", "csv" };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct child a;
		struct child b;

		RUN(*state, &a, NULL, "report", "--format", formats[i], "-r",
		    "@codes", "-r", "@plain-call");
		RUN(*state, &b, NULL, "report", "--format", formats[i], "-r",
		    "@codes", "-r", "@plain-call");
		assert_int_equal(a.status, 0);
		assert_true(a.out.len > 100);
		assert_true(slice_eq(buf_slice(&a.out), buf_slice(&b.out)));
		child_free(&a);
		child_free(&b);
	}
}

static void nothing_but_the_report_is_on_standard_output(void **state)
{
	struct child c;

	RUN(*state, &c, NULL, "report", "-r", "@busy");
	assert_int_equal(c.status, 0);
	assert_non_null(strstr(c.out.ptr, "busy@192.0.2.1"));
	assert_null(strchr(c.out.ptr, '\033'));
	child_free(&c);
}

/* ---- sources */

static json_t *report_of(const struct shelf *s, const char *name,
			 const char *const *options)
{
	char path[CHILD_PATH_BYTES];
	struct buf why;
	json_t *report;

	buf_init(&why, TEXT_MAX);
	report = outcome_report(name[0] == '/' ? name
					       : shelf_path(s, name, path),
				options, &why);
	if (report == NULL)
		fail_msg("%.*s", SLICE_ARG(buf_slice(&why)));
	buf_free(&why);
	return report;
}

static json_t *calls_of(json_t *report)
{
	return json_object_get(report, "calls");
}

static void standard_input_is_read_like_a_file(void **state)
{
	const struct shelf *s = *state;
	char path[CHILD_PATH_BYTES];
	const struct child_setup setup = { .input = shelf_path(s, "plain-call",
							       path) };
	struct child a;
	struct child b;

	RUN(s, &a, &setup, "report", "--format", "json", "-r", "-");
	RUN(s, &b, NULL, "report", "--format", "json", "-r", "@plain-call");
	assert_int_equal(a.status, 0);
	assert_string_equal(a.out.ptr, b.out.ptr);
	child_free(&a);
	child_free(&b);
}

static void several_files_are_merged_by_time(void **state)
{
	const struct shelf *s = *state;
	char codes[CHILD_PATH_BYTES];
	char busy[CHILD_PATH_BYTES];
	const char *more_codes[] = { "-r", shelf_path(s, "codes", codes),
				     NULL };
	const char *more_busy[] = { "-I", shelf_path(s, "busy", busy), NULL };
	json_t *one = report_of(s, "busy", more_codes);
	json_t *two = report_of(s, "codes", more_busy);

	assert_int_equal(json_array_size(calls_of(one)), 7);
	assert_int_equal(json_array_size(calls_of(two)), 7);
	/* codes begins at 0 s, 1 s ...; busy lies between the first two. */
	for (size_t i = 2; i < 7; i++)
		assert_true(json_equal(json_array_get(calls_of(one), i),
				       json_array_get(calls_of(two), i)));
	json_decref(one);
	json_decref(two);
}

static void a_capture_filter_chooses_the_packets(void **state)
{
	static const char *const filter[] = { "host", "198.51.100.10", "and",
					      "host", "192.0.2.3",     NULL };
	json_t *report = report_of(*state, "stuck-in-trying", filter);

	assert_int_equal(json_array_size(calls_of(report)), 1);
	assert_non_null(outcome_find_call(report, SLICE("beat@192.0.2.3")));
	json_decref(report);
}

static void a_display_filter_chooses_the_calls(void **state)
{
	static const char *const filter[] = { "--filter", "method == OPTIONS",
					      NULL };
	json_t *report = report_of(*state, "stuck-in-trying", filter);

	assert_int_equal(json_array_size(calls_of(report)), 1);
	assert_non_null(outcome_find_call(report, SLICE("beat@192.0.2.3")));
	json_decref(report);
}

static void copies_can_be_kept(void **state)
{
	static const char *const twice[] = { "-2", NULL };
	static const char *const keep[] = { "--duplicates", "keep", NULL };
	const struct shelf *s = *state;
	char path[CHILD_PATH_BYTES];
	json_t *report;
	struct buf got;

	assert_true(child_make_capture("tests/corpus/busy.sip",
				       shelf_path(s, "twice", path), twice));
	report = report_of(s, "twice", keep);
	buf_init(&got, TEXT_MAX);
	assert_true(outcome_of_report(report, SLICE("requests"), &got));
	assert_true(slice_eq(buf_slice(&got), SLICE("ACK:2 INVITE:2")));
	buf_clear(&got);
	assert_true(outcome_of_report(report, SLICE("packets"), &got));
	assert_true(slice_eq(buf_slice(&got), SLICE("8")));
	buf_free(&got);
	json_decref(report);
}

static void what_the_agent_saves_is_the_same_capture(void **state)
{
	const struct shelf *s = *state;
	json_t *before = report_of(s, "codes", NULL);
	json_t *after;
	struct child c;

	RUN(s, &c, NULL, "agent", "-r", "@codes", "-w", "@saved");
	assert_int_equal(c.status, 0);
	child_free(&c);
	after = report_of(s, "saved", NULL);
	assert_true(json_equal(calls_of(before), calls_of(after)));
	json_decref(before);
	json_decref(after);
}

static void frames_cut_by_the_snap_length_are_counted(void **state)
{
	static const char *const cut[] = { "-s", "200", NULL };
	const struct shelf *s = *state;
	char path[CHILD_PATH_BYTES];
	json_t *report;
	struct buf got;

	assert_true(child_make_capture("tests/corpus/busy.sip",
				       shelf_path(s, "snapped", path), cut));
	report = report_of(s, "snapped", NULL);
	buf_init(&got, TEXT_MAX);
	(void)outcome_of_report(report, SLICE("truncated"), &got);
	buf_add_char(&got, ' ');
	(void)outcome_of_report(report, SLICE("messages"), &got);
	buf_add_char(&got, ' ');
	(void)outcome_of_report(report, SLICE("responses"), &got);
	assert_true(slice_eq(buf_slice(&got), SLICE("4 4  100:1 486:1")));
	buf_free(&got);
	json_decref(report);
}

/* ---- findings */

static void a_finding_can_fail_a_script(void **state)
{
	static const struct {
		const char *capture;
		const char *kinds;
		int status;
	} cases[] = {
		{ "@stuck-in-trying", "stuck-in-trying", 3 },
		{ "@stuck-in-trying", "loop,stuck-in-trying", 3 },
		{ "@stuck-in-trying", "any", 3 },
		{ "@stuck-in-trying", "loop,no-response", 0 },
		{ "@plain-call", "any", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct child c;

		RUN(*state, &c, NULL, "report", "--fail-on", cases[i].kinds,
		    "-r", cases[i].capture);
		assert_int_equal(c.status, cases[i].status);
		assert_true(c.out.len > 0);
		child_free(&c);
	}
}

/* The 100 of stuck-in-trying lasts 9 s. */
static void the_limit_of_a_phase_can_be_set(void **state)
{
	static const char *const limits[][2] = { { "8.9", "1" },
						 { "9.1", "0" } };

	for (size_t i = 0; i < 2; i++) {
		const char *options[] = { "--stuck", limits[i][0], NULL };
		json_t *report = report_of(*state, "stuck-in-trying", options);
		json_t *findings = json_object_get(report, "findings");

		assert_int_equal(json_object_size(findings),
				 limits[i][1][0] - '0');
		json_decref(report);
	}
}

/* ---- captures that end too early */

static const char short_scenario[] =
	"@ 0 192.0.2.1:5060 > 192.0.2.2:5060\n"
	"OPTIONS sip:b@x SIP/2.0\nv: SIP/2.0/UDP a;branch=z9hG4bK1\n"
	"Max-Forwards: 9\nf: <sip:a@x>;tag=1\nt: <sip:b@x>\ni: 1@x\n"
	"CSeq: 1 OPTIONS\nl: 0\n\n"
	"@ 1 192.0.2.2:5060 > 192.0.2.1:5060\n"
	"SIP/2.0 200 OK\nv: SIP/2.0/UDP a;branch=z9hG4bK1\n"
	"f: <sip:a@x>;tag=1\nt: <sip:b@x>;tag=2\ni: 1@x\n"
	"CSeq: 1 OPTIONS\nl: 0\n\n";

static uint32_t number_at(const struct buf *b, size_t at)
{
	uint32_t value = 0;

	if (at + 4 <= b->len)
		memcpy(&value, b->ptr + at, 4); /* written little-endian */
	return value;
}

/* Where the next record of the capture ends. */
static size_t next_end(const struct buf *file, size_t at, bool pcapng)
{
	return at + (pcapng ? number_at(file, at + 4)
			    : 16 + number_at(file, at + 8));
}

/* Of the first `len` bytes: how many records are whole, and is that all? */
static unsigned whole_records(const struct buf *file, size_t len, bool pcapng,
			      size_t begin, bool *exactly)
{
	unsigned n = 0;

	*exactly = len == begin;
	for (size_t end = next_end(file, begin, pcapng); end <= len;
	     end = next_end(file, end, pcapng)) {
		*exactly = end == len;
		n++;
		if (end >= file->len)
			break;
	}
	return n;
}

static void check_cut(const struct shelf *s, const struct buf *file, size_t len,
		      bool pcapng, size_t begin)
{
	char path[CHILD_PATH_BYTES];
	bool exactly;
	unsigned n = whole_records(file, len, pcapng, begin, &exactly);
	bool readable = len >= begin;
	struct child c;

	assert_true(child_write_file(shelf_path(s, "cut", path),
				     (struct slice){ file->ptr, len }));
	RUN(s, &c, NULL, "report", "--format", "json", "-r", "@cut");
	if (pcapng && len >= 28 && len < begin) {
		readable = c.status == 0; /* a section without interface */
		exactly = len == 28;
	}
	if (c.status != !readable ||
	    child_lines(&c.err) != (readable && exactly ? 0U : 1U))
		fail_msg("cut at %zu: exit %d, %s", len, c.status, c.err.ptr);
	if (readable) {
		json_t *report = json_loads(c.out.ptr, 0, NULL);
		json_t *count = json_object_get(json_object_get(report, "sip"),
						"messages");

		if (json_integer_value(count) != (json_int_t)n)
			fail_msg("cut at %zu: %lld messages, not %u", len,
				 (long long)json_integer_value(count), n);
		json_decref(report);
	}
	child_free(&c);
}

static void cut_everywhere(const struct shelf *s, const char *const *options,
			   bool pcapng, size_t begin)
{
	char scenario[CHILD_PATH_BYTES];
	char capture[CHILD_PATH_BYTES];
	struct buf file;

	buf_init(&file, TEXT_MAX);
	assert_true(child_write_file(shelf_path(s, "short.sip", scenario),
				     slice_of(short_scenario)));
	assert_true(child_make_capture(
		scenario, shelf_path(s, "short", capture), options));
	assert_true(child_read_file(capture, &file));
	for (size_t len = 0; len < file.len; len++)
		check_cut(s, &file, len, pcapng, begin);
	buf_free(&file);
}

static void a_pcap_cut_anywhere_is_read_up_to_there(void **state)
{
	cut_everywhere(*state, NULL, false, 24);
}

static void a_pcapng_cut_anywhere_is_read_up_to_there(void **state)
{
	static const char *const pcapng[] = { "-g", NULL };

	cut_everywhere(*state, pcapng, true, 48);
}

/* A body without a length has its end with the connection: the message is held
 * until then, or until the capture is ended. */
static void what_is_held_is_counted_when_the_capture_is_ended(void **state)
{
	static const char *const tcp[] = { "-t", "tcp-mixed", NULL };
	const struct shelf *s = *state;
	char scenario[CHILD_PATH_BYTES];
	char capture[CHILD_PATH_BYTES];
	char program[CHILD_PATH_BYTES];
	const char *const argv[] = { "/usr/bin/timeout",
				     "-s",
				     "TERM",
				     "2",
				     child_built("sipmon", program),
				     "agent",
				     "--follow",
				     "-r",
				     shelf_path(s, "held", capture),
				     NULL };
	struct child c;

	assert_true(child_write_file(
		shelf_path(s, "held.sip", scenario),
		SLICE("@ 0.000 192.0.2.1:5060 > 192.0.2.2:5060\n"
		      "MESSAGE sip:bob@biloxi.example SIP/2.0\n"
		      "Via: SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bKheld\n"
		      "Max-Forwards: 70\n"
		      "From: <sip:alice@atlanta.example>;tag=held\n"
		      "To: <sip:bob@biloxi.example>\n"
		      "Call-ID: held@192.0.2.1\n"
		      "CSeq: 1 MESSAGE\n"
		      "Content-Type: text/plain\n"
		      "\n"
		      "no length\n")));
	assert_true(child_make_capture(scenario, capture, tcp));
	child_run(&c, argv, NULL);
	assert_non_null(strstr(c.err.ptr, " 1 SIP messages, 1 calls"));
	child_free(&c);
}

/* ---- the shelf */

static int fill(void **state)
{
	struct shelf *s = calloc(1, sizeof(*s));
	char path[CHILD_PATH_BYTES];
	bool good = s != NULL && child_scratch(s->folder);

	for (size_t i = 0; good && i < sizeof(scenarios) / sizeof(scenarios[0]);
	     i++) {
		char from[CHILD_PATH_BYTES];

		(void)snprintf(from, sizeof(from), "tests/corpus/%s.sip",
			       scenarios[i]);
		good = child_make_capture(
			from, shelf_path(s, scenarios[i], path), NULL);
	}
	good = good &&
	       child_write_file(shelf_path(s, "empty", path), SLICE("")) &&
	       child_write_file(shelf_path(s, "secret", path), SLICE("x")) &&
	       child_write_file(shelf_path(s, "text", path),
				SLICE("These are words, and no packets.\n"));
	*state = s;
	return good ? 0 : -1;
}

static int clear(void **state)
{
	struct shelf *s = *state;

	child_scratch_remove(s->folder);
	free(s);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_use_is_told_in_one_line_with_a_hint),
		cmocka_unit_test(what_cannot_be_done_is_told_in_one_line),
		cmocka_unit_test(a_file_that_must_not_be_read_is_named),
		cmocka_unit_test(without_a_terminal_the_screen_names_report),
		cmocka_unit_test(a_closed_pipe_ends_quietly),
		cmocka_unit_test(a_full_device_is_told),
		cmocka_unit_test(a_report_twice_gives_the_same_bytes),
		cmocka_unit_test(nothing_but_the_report_is_on_standard_output),
		cmocka_unit_test(standard_input_is_read_like_a_file),
		cmocka_unit_test(several_files_are_merged_by_time),
		cmocka_unit_test(a_capture_filter_chooses_the_packets),
		cmocka_unit_test(a_display_filter_chooses_the_calls),
		cmocka_unit_test(copies_can_be_kept),
		cmocka_unit_test(what_the_agent_saves_is_the_same_capture),
		cmocka_unit_test(frames_cut_by_the_snap_length_are_counted),
		cmocka_unit_test(a_finding_can_fail_a_script),
		cmocka_unit_test(the_limit_of_a_phase_can_be_set),
		cmocka_unit_test(
			what_is_held_is_counted_when_the_capture_is_ended),
		cmocka_unit_test(a_pcap_cut_anywhere_is_read_up_to_there),
		cmocka_unit_test(a_pcapng_cut_anywhere_is_read_up_to_there),
	};

	return cmocka_run_group_tests(tests, fill, clear);
}
