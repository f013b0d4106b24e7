/*
 * Signed messages that cost as much as they can, through the whole program: in
 * time, since there is much to compare, and in memory, since they are many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "forge.h"

/* ---- what takes long to compare */

/* Text in which a part stands many times, each # in it a number of its own. */
struct flood {
	const char *before;
	const char *part;
	unsigned count;
	const char *after;
};

static const char *pour(struct buf *out, const struct flood *f)
{
	buf_clear(out);
	buf_add_text(out, f->before != NULL ? f->before : "");
	for (unsigned i = 0; i < f->count; i++)
		for (const char *p = f->part; *p != '\0'; p++)
			if (*p == '#')
				buf_add_uint(out, 10000 + i);
			else
				buf_add_char(out, *p);
	buf_add_text(out, f->after != NULL ? f->after : "");
	buf_add_char(out, '\0');
	assert_false(out->failed);
	return out->ptr;
}

#define BASE_DEST "{\"dest\":{\"tn\":[\"12155550199\"]}"
#define BASE_REST ",\"iat\":" FORGE_TIME ",\"orig\":{\"tn\":\"12155550101\"}"

/* All of them are about as long as a message may be. */
static const struct long_case {
	const char *call;
	const char *ppt;
	unsigned values; /* of Identity, all the same */
	const char *want;
	struct flood claims;
	struct flood lines;
	struct flood body;
	struct flood more;
} long_cases[] = {
	{ "callees", "", 1, "VALID/-/valid",
	  .claims = { "{\"dest\":{\"tn\":[", "\"#\",", 5000,
		      "\"12155550199\"]}" BASE_REST "}" } },
	{ "callees-by-uri", "", 1, "DEST_MISMATCH/438/valid",
	  .claims = { "{\"dest\":{\"uri\":[", "\"sip:#@a.example\",", 2000,
		      "\"sip:a@a.example\"]}" BASE_REST "}" } },
	{ "members", "", 1, "VALID/-/valid",
	  .claims = { BASE_DEST, ",\"#\":1", 4500, BASE_REST "}" } },
	{ "same-members", "", 1, "CLAIM_MALFORMED/438/valid",
	  .claims = { BASE_DEST, ",\"a\":1", 6000, BASE_REST "}" } },
	{ "media-keys", "", 1, "MKY_MISMATCH/438/valid",
	  .claims = { BASE_DEST ",\"mky\":[",
		      "{\"alg\":\"sha-256\",\"dig\":\"#\"},", 600,
		      "{\"alg\":\"sha-256\",\"dig\":\"AA\"}]" BASE_REST "}" },
	  .lines = { .before = "Content-Type: application/sdp\r\n" },
	  .body = { "v=0\r\n", "a=fingerprint:sha-256 0#\r\n", 1000, "" } },
	{ "fingerprints", "", 16, "VALID/-/valid",
	  .claims = { .before = BASE_DEST BASE_REST "}" },
	  .lines = { .before = "Content-Type: application/sdp\r\n" },
	  .body = { "v=0\r\n", "a=fingerprint:sha-256 0#\r\n", 1800, "" } },
	{ "priorities", "rph", 1, "RPH_MISMATCH/438/valid",
	  .claims = { BASE_DEST ",\"rph\":{\"auth\":[", "\"ets.#\",", 2200,
		      "\"ets.0\"]}" BASE_REST "}" },
	  .lines = { "Resource-Priority: ", "wps.#,", 2200, "ets.0\r\n" } },
	{ "names", NULL, 16, "VALID/-/valid",
	  .lines = { "P-Asserted-Identity: <tel:+12155550101>",
		     ",<sip:#@a.example>", 2300, "\r\n" } },
	{ "parts", "", 16, "CERT_UNAVAILABLE/436/unchecked",
	  .claims = { .before = BASE_DEST BASE_REST "}" },
	  .lines = { .before = "Content-Type: multipart/mixed;boundary=b\r\n" },
	  .body = { "", "--b\r\nContent-ID: <#>\r\n\r\nx\r\n", 1400,
		    "--b--\r\n" } },
	{ "parameters", NULL, 1, "VALID/-/valid",
	  .more = { "", ";#=\"a;b\"", 4500, "" } },
	{ "marks", NULL, 1, "VALID/-/valid",
	  .more = { ";a=", "<\"", 28000, "" } },
	{ "diversions", "div", 16, "DIV_CHAIN_BROKEN/438/valid",
	  .claims = { "{\"dest\":{\"tn\":[", "\"#\",", 250,
		      "\"12155550199\"]},\"div\":{\"tn\":\"10000\"}" BASE_REST
		      "}" } },
};

#define LONG_CASES (sizeof(long_cases) / sizeof(long_cases[0]))
#define EACH_TIMES 4

static void send_long(struct forge *f, const struct long_case *l,
		      const char *call)
{
	struct forge_token token = { .ppt = l->ppt };
	struct buf claims;
	struct buf more;
	struct buf lines;
	struct buf body;

	buf_init(&claims, FORGE_BYTES_MAX);
	buf_init(&more, FORGE_BYTES_MAX);
	buf_init(&lines, FORGE_BYTES_MAX);
	buf_init(&body, FORGE_BYTES_MAX);
	if (l->claims.before != NULL)
		token.claims = pour(&claims, &l->claims);
	token.more = pour(&more, &l->more);
	if (strcmp(l->call, "parts") == 0)
		token.url = "cid:none";
	forge_sign(f, &token);
	(void)pour(&lines, &l->lines);
	(void)pour(&body, &l->body);
	lines.len--;
	for (unsigned i = 0; i < l->values; i++) {
		buf_add_text(&lines, "Identity: ");
		buf_add(&lines, buf_slice(&f->value));
		buf_add_text(&lines, "\r\n");
	}
	forge_tell(f, &(struct forge_message){
			      .call = call,
			      .lines = buf_slice(&lines),
			      .body = { body.ptr, body.len - 1 } });
	if (f->bytes.len < 30000 || f->bytes.len > 65536)
		fail_msg("%s: a message of %zu bytes", call, f->bytes.len);
	forge_send(f, FORGE_STREAM);
	buf_free(&claims);
	buf_free(&more);
	buf_free(&lines);
	buf_free(&body);
}

static void what_is_long_to_compare_is_soon_done(void **state)
{
	struct forge *f = *state;
	json_t *report;
	char call[32];

	for (size_t i = 0; i < LONG_CASES * EACH_TIMES; i++) {
		const struct long_case *l = &long_cases[i % LONG_CASES];

		(void)snprintf(call, sizeof(call), "%s-%zu", l->call,
			       i / LONG_CASES);
		send_long(f, l, call);
	}
	report = forge_report(f, NULL, NULL);
	for (size_t i = 0; i < LONG_CASES; i++) {
		(void)snprintf(call, sizeof(call), "%s-0", long_cases[i].call);
		forge_expect(report, call, long_cases[i].want);
	}
	json_decref(report);
}

/* ---- memory */

#define FEW      3000
#define MANY     30000
#define POLL_NS  5000000
#define LATE_MS  60000
#define SLACK_KB 4096
/* What a message may keep of its verdict: far less than a token of 300 bytes
 * or a certificate. */
#define KEPT_BYTES 64

/* Each has an origid of its own, and so a signature. */
static void send_tokens(struct forge *f, unsigned count)
{
	char claims[512];
	char call[32];

	capture_free(&f->capture);
	capture_begin(&f->capture);
	for (unsigned i = 0; i < count; i++) {
		(void)snprintf(claims, sizeof(claims),
			       "{\"attest\":\"A\",\"dest\":{\"tn\":["
			       "\"12155550199\"]},\"iat\":" FORGE_TIME
			       ",\"orig\":{\"tn\":\"12155550101\"},"
			       "\"origid\":\"123e4567-e89b-12d3-a456-%012u\"}",
			       i);
		(void)snprintf(call, sizeof(call), "token-%u", i);
		forge_call(f, call, &(struct forge_token){ .claims = claims });
	}
}

/* The same messages with a field that nobody judges. */
static void hide_tokens(struct forge *f)
{
	struct slice mark = SLICE("\r\nIdentity: ");
	size_t at = 0;

	for (;;) {
		struct slice rest = slice_sub(buf_slice(&f->capture.out), at,
					      f->capture.out.len);

		at += slice_search(rest, mark, false);
		if (at == f->capture.out.len)
			break;
		f->capture.out.ptr[at + 2] = 'X';
	}
}

/* In KiB; 0 once it has ended. */
static unsigned long read_peak(pid_t pid)
{
	char path[64];
	char line[256];
	unsigned long peak = 0;
	FILE *status;

	(void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	status = fopen(path, "r");
	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			peak = strtoul(line + 6, NULL, 10);
	if (status != NULL)
		(void)fclose(status);
	return peak;
}

static void become_report(const struct forge *f)
{
	/* What a sanitizer keeps of what was freed would hide the rest. */
	static const char *const extra[] = {
		"ASAN_OPTIONS=exitcode=99:quarantine_size_mb=1"
		":malloc_context_size=0:detect_leaks=0",
		NULL
	};
	const struct child_setup setup = { .extra = extra };
	struct child_environment environment;
	char program[CHILD_PATH_BYTES];
	const char *const words[] = { child_built("sipmon", program),
				      "report",
				      "-r",
				      f->path,
				      "--certs",
				      f->certs,
				      "--trust",
				      f->trust,
				      NULL };
	char *argv[sizeof(words) / sizeof(words[0])] = { NULL };
	int null = open("/dev/null", O_WRONLY);

	for (size_t i = 0; words[i] != NULL; i++)
		argv[i] = strdup(words[i]);
	child_environment(&environment, &setup);
	/* It must not outlive who watches it. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(126);
	(void)execve(argv[0], argv, environment.list);
	_exit(127);
}

/* The most memory that a report took, in KiB. */
static unsigned long peak_of_report(struct forge *f)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };
	unsigned long peak = 0;
	unsigned turns = 0;
	int status = 0;
	int begun[2];
	char byte;
	pid_t pid;

	forge_write(f);
	(void)fflush(NULL);
	assert_int_equal(pipe(begun), 0);
	assert_int_equal(fcntl(begun[1], F_SETFD, FD_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		become_report(f);
	/* Before that the memory is that of this program. */
	(void)close(begun[1]);
	assert_int_equal(read(begun[0], &byte, 1), 0);
	(void)close(begun[0]);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		unsigned long now = read_peak(pid);

		peak = now > peak ? now : peak;
		if (++turns > LATE_MS * 1000000LL / POLL_NS)
			(void)kill(pid, SIGKILL);
		(void)nanosleep(&pause, NULL);
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	return peak;
}

static void check_all_valid(struct forge *f, unsigned count)
{
	json_t *report = forge_report(f, NULL, NULL);
	json_t *all = json_object_get(report, "identity");
	json_t *verdicts = json_object_get(all, "verdicts");

	assert_int_equal(json_integer_value(json_object_get(verdicts, "VALID")),
			 count);
	json_decref(report);
}

static void a_flood_of_tokens_leaves_little_behind(void **state)
{
	static const unsigned counts[2] = { FEW, MANY };
	unsigned long judged[2];
	unsigned long hidden[2];
	unsigned long allowed = (MANY - FEW) * KEPT_BYTES / 1024 + SLACK_KB;
	struct forge *f = *state;

	for (unsigned i = 0; i < 2; i++) {
		send_tokens(f, counts[i]);
		if (counts[i] == FEW)
			check_all_valid(f, FEW);
		judged[i] = peak_of_report(f);
		hide_tokens(f);
		hidden[i] = peak_of_report(f);
	}
	print_message("%u tokens: %lu KiB, not judged %lu; "
		      "%u: %lu, not judged %lu\n",
		      FEW, judged[0], hidden[0], MANY, judged[1], hidden[1]);
	assert_true(hidden[0] > 0 && judged[1] > hidden[0]);
	assert_true(judged[1] - judged[0] <= hidden[1] - hidden[0] + allowed);
}

/* ---- */

#define FORGED(test)                                                           \
	cmocka_unit_test_setup_teardown(test, forge_open, forge_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FORGED(what_is_long_to_compare_is_soon_done),
		FORGED(a_flood_of_tokens_leaves_little_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
