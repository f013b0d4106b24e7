/* Each scenario of LIST, over every wire, through the program that was built.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tools/child.h"
#include "list.h"
#include "outcome.h"

#define FAULTS_MAX (1U << 20)

struct wire_case {
	const char *name;
	const char *options[5]; /* of mkpcap */
	const char *transport;
	unsigned copies; /* of each packet; 0: there are others too */
	bool stream;     /* bytes without borders of messages */
};

#define PLAIN(name, copies, ...)                                               \
	{                                                                      \
		name, { __VA_ARGS__ }, "udp", copies, false                    \
	}
#define WIRE(name) PLAIN(name, 1, "-w", name)
#define CARRIER(name, transport, stream)                                       \
	{                                                                      \
		name, { "-t", name }, transport, 0, stream                     \
	}

#define SECRET(name, transport, stream)                                        \
	{                                                                      \
		name, { "-g", "-t", name }, transport, 0, stream               \
	}

/* The first is what the others are held against. */
/* clang-format off */
static const struct wire_case wires[] = {
	PLAIN("ethernet", 1, NULL),
	WIRE("vlan"), WIRE("sll"), WIRE("sll2"), WIRE("null"), WIRE("raw"),
	WIRE("mpls"), WIRE("pppoe"), WIRE("ipip"), WIRE("gre"),
	WIRE("erspan"), WIRE("vxlan"), WIRE("geneve"), WIRE("gtpu"),
	WIRE("tzsp"), WIRE("l2tp"),
	PLAIN("null big-endian", 1, "-w", "null", "-b"),
	PLAIN("pcapng", 1, "-g"),
	PLAIN("pcapng nanoseconds big-endian", 1, "-g", "-n", "-b"),
	PLAIN("nanoseconds", 1, "-n"),
	PLAIN("big-endian", 1, "-b"),
	PLAIN("each frame twice", 2, "-2"),
	CARRIER("fragments", "udp", false),
	PLAIN("fragments in a tunnel", 0, "-t", "fragments", "-w", "vxlan"),
	CARRIER("tcp", "tcp", true),
	CARRIER("tcp-cut", "tcp", true),
	CARRIER("tcp-mixed", "tcp", true),
	CARRIER("ws", "ws", false),
	CARRIER("ws-cut", "ws", false),
	CARRIER("sctp", "sctp", false),
	CARRIER("sctp-cut", "sctp", false),
	CARRIER("hep", "udp", false),
	CARRIER("hep-tcp", "udp", false),
	SECRET("tls12", "tls", true),
	SECRET("tls13", "tls", true),
	SECRET("wss", "wss", false),
};
/* clang-format on */

/*
 * Not for streams, where Content-Length is the border: these hold lengths that
 * lie, and two requests in one datagram (RFC 4475 section 3.1.1.8), of which
 * the second is none there but is one in a stream.
 */
static const char *const datagrams_only[] = { "malformed", "torture-valid",
					      "torture-invalid" };

static bool is_fit(const struct list_case *list, const struct wire_case *w)
{
	for (size_t i = 0; i < sizeof(datagrams_only) / sizeof(char *); i++)
		if (w->stream && strcmp(list->name, datagrams_only[i]) == 0)
			return false;
	return true;
}

struct scene {
	const struct list_case *list;
	char folder[CHILD_PATH_BYTES];
	struct buf faults;
};

static const char *report_defaults[][2] = {
	{ "malformed", "0" },
	{ "retransmissions", "0" },
	{ "findings", "" },
};

/* What a call need not name. */
static const char *call_default(const char *key)
{
	static const char *const empty[] = { "phases", "timing", "findings" };

	if (strcmp(key, "retransmissions") == 0)
		return "0";
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		if (strcmp(key, empty[i]) == 0)
			return "";
	return "?";
}

static struct slice wanted(const struct list_expect *list, unsigned n,
			   const char *key, const char *otherwise)
{
	for (unsigned i = 0; i < n; i++)
		if (slice_eq(list[i].key, slice_of(key)))
			return list[i].value;
	return slice_of(otherwise);
}

static void expect(struct scene *s, struct slice what, struct slice key,
		   struct slice want, struct buf *got)
{
	if (slice_eq(want, SLICE("?")) || slice_eq(want, buf_slice(got)))
		return;
	buf_add_format(&s->faults,
		       "%.*s: %.*s is \"%.*s\", expected \"%.*s\"\n",
		       SLICE_ARG(what), SLICE_ARG(key),
		       SLICE_ARG(buf_slice(got)), SLICE_ARG(want));
}

static void check_call(struct scene *s, json_t *report,
		       const struct list_call *want)
{
	json_t *call = outcome_find_call(report, want->call_id);
	struct buf got;

	if (call == NULL) {
		buf_add_format(&s->faults, "there is no call %.*s\n",
			       SLICE_ARG(want->call_id));
		return;
	}
	for (unsigned i = 0; i < want->count; i++) {
		buf_init(&got, FAULTS_MAX);
		if (!outcome_of_call(call, want->expect[i].key, &got))
			buf_add_format(&s->faults, "LIST: no key %.*s\n",
				       SLICE_ARG(want->expect[i].key));
		buf_free(&got);
	}
	for (unsigned i = 0; outcome_call_key(i) != NULL; i++) {
		const char *key = outcome_call_key(i);

		buf_init(&got, FAULTS_MAX);
		(void)outcome_of_call(call, slice_of(key), &got);
		expect(s, want->call_id, slice_of(key),
		       wanted(want->expect, want->count, key,
			      call_default(key)),
		       &got);
		buf_free(&got);
	}
}

/* Against LIST. */
static void check_report(struct scene *s, json_t *report)
{
	const struct list_case *want = s->list;
	struct slice what = slice_of(want->name);
	struct buf got;

	for (unsigned i = 0; i < want->count; i++) {
		buf_init(&got, FAULTS_MAX);
		if (!outcome_of_report(report, want->expect[i].key, &got))
			buf_add_format(&s->faults, "LIST: no key %.*s\n",
				       SLICE_ARG(want->expect[i].key));
		expect(s, what, want->expect[i].key, want->expect[i].value,
		       &got);
		buf_free(&got);
	}
	for (size_t i = 0; i < 3; i++) {
		const char *key = report_defaults[i][0];

		buf_init(&got, FAULTS_MAX);
		(void)outcome_of_report(report, slice_of(key), &got);
		expect(s, what, slice_of(key),
		       wanted(want->expect, want->count, key,
			      report_defaults[i][1]),
		       &got);
		buf_free(&got);
	}
	for (unsigned i = 0; i < want->call_count; i++)
		check_call(s, report, &want->calls[i]);
}

static json_int_t number_at(json_t *report, const char *part, const char *key)
{
	return json_integer_value(
		json_object_get(json_object_get(report, part), key));
}

/* Without the transports, which differ, but must be the one of the wire. */
static bool is_same_sip(json_t *first, json_t *other, const struct wire_case *w)
{
	json_t *a = json_copy(json_object_get(first, "sip"));
	json_t *b = json_copy(json_object_get(other, "sip"));
	json_t *over =
		json_object_get(json_object_get(b, "transports"), w->transport);
	bool same =
		json_integer_value(over) == number_at(other, "sip", "messages");

	(void)json_object_del(a, "transports");
	(void)json_object_del(b, "transports");
	same = same && json_equal(a, b);
	json_decref(a);
	json_decref(b);
	return same;
}

/* What can be wrong on UDP alone. */
static const char *const of_udp[] = { "oversized-udp", "alg-damage" };

static void drop_findings(json_t *call)
{
	json_t *list = json_object_get(call, "findings");

	for (size_t i = json_array_size(list); i-- > 0;) {
		const char *kind = json_string_value(
			json_object_get(json_array_get(list, i), "kind"));

		for (size_t k = 0; k < sizeof(of_udp) / sizeof(of_udp[0]); k++)
			if (strcmp(kind, of_udp[k]) == 0) {
				(void)json_array_remove(list, i);
				break;
			}
	}
}

/*
 * The calls of a report.  Some timers do not run where the transport repeats
 * by itself (RFC 3261 section 17.1.1.1): over those they are left out.
 */
static json_t *calls_of(json_t *report, const struct wire_case *w)
{
	json_t *calls = json_deep_copy(json_object_get(report, "calls"));
	size_t i;
	json_t *call;

	if (strcmp(w->transport, "udp") == 0)
		return calls;
	json_array_foreach(calls, i, call)
	{
		(void)json_object_del(call, "timers");
		drop_findings(call);
	}
	return calls;
}

/* How often each kind was found. */
static json_t *findings_of(json_t *report, const struct wire_case *w)
{
	json_t *kinds = json_deep_copy(json_object_get(report, "findings"));

	if (strcmp(w->transport, "udp") != 0)
		for (size_t k = 0; k < sizeof(of_udp) / sizeof(of_udp[0]); k++)
			(void)json_object_del(kinds, of_udp[k]);
	return kinds;
}

static bool is_same(json_t *a, json_t *b)
{
	bool same = json_equal(a, b);

	json_decref(a);
	json_decref(b);
	return same;
}

/* The wire must not be seen in what is said about the calls. */
static void check_same(struct scene *s, json_t *first, json_t *other,
		       const struct wire_case *w)
{
	json_int_t packets = number_at(first, "capture", "packets");

	if (!is_same(calls_of(first, w), calls_of(other, w)))
		buf_add_format(&s->faults, "%s: calls differ\n", w->name);
	if (!is_same(findings_of(first, w), findings_of(other, w)))
		buf_add_format(&s->faults, "%s: findings differ\n", w->name);
	if (!json_equal(json_object_get(first, "metrics"),
			json_object_get(other, "metrics")))
		buf_add_format(&s->faults, "%s: metrics differ\n", w->name);
	if (!is_same_sip(first, other, w))
		buf_add_format(&s->faults, "%s: sip differs\n", w->name);
	if (w->copies > 0 &&
	    number_at(other, "capture", "packets") != packets * w->copies)
		buf_add_format(&s->faults, "%s: other packets\n", w->name);
	if (w->copies > 1 && number_at(other, "capture", "duplicates") <
				     number_at(first, "sip", "messages"))
		buf_add_format(&s->faults, "%s: copies not counted\n", w->name);
}

static json_t *report_over(struct scene *s, const struct wire_case *w)
{
	char scenario[CHILD_PATH_BYTES];
	char capture[CHILD_PATH_BYTES];
	char name[80];

	(void)snprintf(name, sizeof(name), "%s.sip", s->list->name);
	(void)child_file(scenario, "tests/corpus", name);
	(void)child_file(capture, s->folder, "case.pcap");
	if (!child_make_capture(scenario, capture, w->options)) {
		buf_add_format(&s->faults, "%s: no capture\n", w->name);
		return NULL;
	}
	return outcome_report(capture, NULL, &s->faults);
}

/* Control characters of C1, and what turns the direction of text round. */
static bool is_unsafe_sequence(struct slice s)
{
	static const struct slice list[] = {
		{ "\xd8\x9c", 2 },     { "\xe2\x80\x8e", 3 },
		{ "\xe2\x80\x8f", 3 }, { "\xe2\x80\xaa", 3 },
		{ "\xe2\x80\xae", 3 }, { "\xe2\x81\xa6", 3 },
	};

	if (s.len >= 2 && s.ptr[0] == '\xc2' && (uint8_t)s.ptr[1] < 0xa0)
		return true;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (slice_eq(slice_sub(s, 0, list[i].len), list[i]))
			return true;
	return false;
}

/* Lines of UTF-8 without a control character, whatever was sent. */
static void check_text(struct scene *s, const char *format, struct slice text,
		       const char *line_bytes)
{
	json_t *decoded = json_stringn(text.ptr, text.len);

	if (decoded == NULL)
		buf_add_format(&s->faults, "%s: no UTF-8\n", format);
	json_decref(decoded);
	for (size_t i = 0; i < text.len; i++) {
		unsigned byte = (uint8_t)text.ptr[i];
		bool line = byte != 0 && strchr(line_bytes, (int)byte) != NULL;

		if ((byte < 32 && !line) || byte == 127 ||
		    is_unsafe_sequence(slice_sub(text, i, 4))) {
			buf_add_format(&s->faults,
				       "%s: byte 0x%02x is printed\n", format,
				       byte);
			return;
		}
	}
}

static void check_print(struct scene *s, const char *format,
			const char *line_bytes)
{
	char program[CHILD_PATH_BYTES];
	char capture[CHILD_PATH_BYTES];
	const char *argv[] = { child_built("sipmon", program), "report",
			       "--format", format, "-r",
			       child_file(capture, s->folder, "case.pcap"),
			       /* without one, a signed call is worth a line */
			       "--trust", "share/sipmon/demo/trust.pem", NULL };
	struct child c;

	child_run(&c, argv, NULL);
	if (c.status != 0 || c.err.len > 0)
		buf_add_format(&s->faults, "%s: exit %d: %.200s\n", format,
			       c.status, c.err.ptr);
	check_text(s, format, buf_slice(&c.out), line_bytes);
	child_free(&c);
}

/* Each line of jsonl is an element of `calls`. */
static void check_lines(struct scene *s, json_t *report)
{
	char program[CHILD_PATH_BYTES];
	char capture[CHILD_PATH_BYTES];
	const char *argv[] = { child_built("sipmon", program),
			       "report",
			       "--format",
			       "jsonl",
			       "-r",
			       child_file(capture, s->folder, "case.pcap"),
			       NULL };
	json_t *calls = json_object_get(report, "calls");
	struct slice rest;
	struct child c;
	size_t n = 0;

	child_run(&c, argv, NULL);
	rest = buf_slice(&c.out);
	while (rest.len > 0) {
		struct slice line = slice_split(rest, '\n', &rest);
		json_t *call =
			json_loadb(line.ptr, line.len, JSON_ALLOW_NUL, NULL);

		if (!json_equal(call, json_array_get(calls, n++)))
			buf_add_format(&s->faults, "jsonl: line %zu differs\n",
				       n);
		json_decref(call);
	}
	if (n != json_array_size(calls))
		buf_add_format(&s->faults, "jsonl: %zu lines\n", n);
	child_free(&c);
}

/*
 * Each wire has a third of the scenarios, and each scenario a third of the
 * wires: all with all take three times as long and are for
 * SIPMON_ALL_WIRES=1.
 */
static bool has_turn(const struct list_case *list, size_t wire)
{
	unsigned sum = 0;

	for (const char *p = list->name; *p != '\0'; p++)
		sum += (unsigned char)*p;
	return sum % 3 == wire % 3 || getenv("SIPMON_ALL_WIRES") != NULL;
}

static void a_scenario_comes_out_as_listed(void **state)
{
	struct scene *s = *state;
	json_t *first = report_over(s, &wires[0]);

	if (first != NULL) {
		check_report(s, first);
		check_lines(s, first);
		check_print(s, "text", "\n");
		check_print(s, "csv", "\r\n"); /* RFC 4180 */
	}
	for (size_t i = 1;
	     first != NULL && i < sizeof(wires) / sizeof(wires[0]); i++) {
		json_t *other = NULL;

		if (is_fit(s->list, &wires[i]) && has_turn(s->list, i))
			other = report_over(s, &wires[i]);
		if (other != NULL)
			check_same(s, first, other, &wires[i]);
		json_decref(other);
	}
	json_decref(first);
	buf_add_char(&s->faults, '\0');
	if (s->faults.len > 1)
		fail_msg("%s", s->faults.ptr);
}

static int begin(void **state)
{
	const struct list_case *list = *state;
	struct scene *s = calloc(1, sizeof(*s));

	if (s == NULL || !child_scratch(s->folder)) {
		free(s);
		return -1;
	}
	s->list = list;
	buf_init(&s->faults, FAULTS_MAX);
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct scene *s = *state;

	child_scratch_remove(s->folder);
	buf_free(&s->faults);
	free(s);
	return 0;
}

int main(void)
{
	struct list list;
	struct problem problem = { "" };
	struct CMUnitTest *tests;
	int failed;

	if (list_read(&list, "tests/corpus/LIST", &problem)) {
		(void)fprintf(stderr, "%s\n", problem.text);
		return 1;
	}
	tests = calloc(list.count, sizeof(*tests));
	for (unsigned i = 0; tests != NULL && i < list.count; i++)
		tests[i] = (struct CMUnitTest){
			.name = list.cases[i].name,
			.test_func = a_scenario_comes_out_as_listed,
			.setup_func = begin,
			.teardown_func = end,
			.initial_state = &list.cases[i],
		};
	failed = tests == NULL
			 ? 1
			 : _cmocka_run_group_tests("corpus", tests, list.count,
						   NULL, NULL);
	free(tests);
	list_free(&list);
	return failed;
}
