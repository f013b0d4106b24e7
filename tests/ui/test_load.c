/* Large files, slow pipes: the screen answers while it reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stage.h"

#define TEXT_MAX  (1U << 20)
#define ANSWER_MS 1000 /* on a machine that others use too */
#define LOAD_MS   120000

/* Two messages a call; 100000 calls. */
static const char many[] =
	"@ 0 192.0.2.1:5060 > 192.0.2.2:5060\n"
	"OPTIONS sip:b@x SIP/2.0\nv: SIP/2.0/UDP a;branch=z9hG4bK{n}\n"
	"Max-Forwards: 9\nf: <sip:a@x>;tag=1\nt: <sip:b@x>\ni: {n}@x\n"
	"CSeq: 1 OPTIONS\nl: 0\n\n"
	"@ 0.001 192.0.2.2:5060 > 192.0.2.1:5060\n"
	"SIP/2.0 200 OK\nv: SIP/2.0/UDP a;branch=z9hG4bK{n}\n"
	"f: <sip:a@x>;tag=1\nt: <sip:b@x>;tag=2\ni: {n}@x\n"
	"CSeq: 1 OPTIONS\nl: 0\n\n";

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const char *make_many(struct stage *s, char *path)
{
	static const char *const options[] = { "-r", "100000", "-e", "2000",
					       NULL };
	char scenario[CHILD_PATH_BYTES];

	(void)child_file(scenario, s->folder, "many.sip");
	(void)child_file(path, s->folder, "many.pcap");
	assert_true(child_write_file(scenario, slice_of(many)));
	assert_true(child_make_capture(scenario, path, options));
	return path;
}

static void start_on(struct stage *s, const char *path, const char *memory)
{
	const char *options[] = { "-r", path, "--memory", memory, NULL };
	const struct stage_setup setup = { .columns = 120,
					   .options = options,
					   .without_capture = true };

	stage_start(s, NULL, &setup);
	stage_expect(s, "calls");
}

/* How long it takes from the key until the text is there, or gone. */
static int64_t answer_ms(struct stage *s, const char *key, const char *text,
			 bool there)
{
	int64_t begin = now_ms();

	assert_true(term_shows(s->term, text) != there);
	term_type(s->term, key);
	if (there)
		stage_expect(s, text);
	else
		stage_expect_gone(s, text);
	return now_ms() - begin;
}

static int64_t longer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void a_large_file_is_used_while_it_loads(void **state)
{
	struct stage *s = *state;
	char path[CHILD_PATH_BYTES];
	int64_t end = now_ms() + LOAD_MS;
	const char *help = "Keys of this screen";
	int64_t longest = 0;
	unsigned rounds = 0;

	start_on(s, make_many(s, path), "512M");
	do {
		longest = longer(longest, answer_ms(s, "?", help, true));
		longest = longer(longest, answer_ms(s, "q", help, false));
		rounds++;
	} while (now_ms() < end && !term_shows(s->term, "FILE many.pcap"));
	stage_expect(s, "100000 of 100000 calls");
	print_message("%u rounds, longest answer %lld ms\n", rounds,
		      (long long)longest);
	assert_true(longest <= ANSWER_MS);
	/* And when it is read, at its far end. */
	assert_true(answer_ms(s, TERM_END, "19.998", true) <= ANSWER_MS);
	assert_true(answer_ms(s, TERM_HOME, "19.998", false) <= ANSWER_MS);
	stage_leave(s);
}

static void a_signal_ends_it_while_it_loads(void **state)
{
	struct stage *s = *state;
	char path[CHILD_PATH_BYTES];

	start_on(s, make_many(s, path), "512M");
	assert_int_equal(kill(term_pid(s->term), SIGTERM), 0);
	assert_int_equal(term_wait(s->term, ANSWER_MS), 0);
	assert_true(term_is_restored(s->term));
}

static void over_the_ceiling_the_oldest_calls_are_forgotten(void **state)
{
	struct stage *s = *state;
	char path[CHILD_PATH_BYTES];

	start_on(s, make_many(s, path), "8M");
	stage_expect(s, "FILE many.pcap");
	stage_expect(s, "forgotten ");
	term_type(s->term, TERM_END);
	stage_expect(s, "19.998");
	stage_leave(s);
}

/* ---- a pipe that is slow */

struct pipe_file {
	struct buf bytes;
	int read_end;
	int write_end;
};

static void open_pipe(struct stage *s, struct pipe_file *p)
{
	char path[CHILD_PATH_BYTES];
	int ends[2];

	buf_init(&p->bytes, TEXT_MAX);
	assert_true(child_read_file(stage_capture(s, "codes", NULL, path),
				    &p->bytes));
	assert_int_equal(pipe(ends), 0);
	p->read_end = ends[0];
	p->write_end = ends[1];
}

static void give(struct pipe_file *p, size_t from, size_t to)
{
	assert_int_equal(write(p->write_end, p->bytes.ptr + from, to - from),
			 to - from);
}

static void close_pipe(struct pipe_file *p)
{
	(void)close(p->read_end);
	(void)close(p->write_end);
	buf_free(&p->bytes);
}

/* The end of the second record: one call, INVITE and 180. */
static size_t first_call(const struct buf *file)
{
	size_t at = 24;
	uint32_t len;

	for (int i = 0; i < 2; i++) {
		memcpy(&len, file->ptr + at + 8, 4);
		at += 16 + len;
	}
	return at;
}

static void start_on_pipe(struct stage *s, const struct pipe_file *p)
{
	static const char *const options[] = { "-r", "-", NULL };
	const struct stage_setup setup = { .options = options,
					   .without_capture = true,
					   .input_fd = p->read_end };

	stage_start(s, NULL, &setup);
}

static void a_pipe_that_waits_leaves_the_keys_alone(void **state)
{
	struct stage *s = *state;
	struct pipe_file p;
	size_t half;

	open_pipe(s, &p);
	half = first_call(&p.bytes) + 20; /* and a piece of the next record */
	give(&p, 0, half);
	start_on_pipe(s, &p);
	stage_expect(s, "user180");
	stage_expect(s, "1 of 1 calls");
	assert_true(answer_ms(s, TERM_ENTER, "INVITE sdp", true) <= ANSWER_MS);
	assert_true(answer_ms(s, "q", "INVITE sdp", false) <= ANSWER_MS);
	give(&p, half, p.bytes.len);
	stage_expect(s, "6 of 6 calls");
	(void)close(p.write_end);
	p.write_end = -1;
	term_settle(s->term);
	stage_expect(s, "user603");
	stage_leave(s);
	close_pipe(&p);
}

static void a_pipe_that_says_nothing_can_be_left(void **state)
{
	struct stage *s = *state;
	struct pipe_file p;

	open_pipe(s, &p);
	start_on_pipe(s, &p);
	/* Not even the begin of a file: what it does is free, but it ends. */
	term_settle(s->term);
	(void)kill(term_pid(s->term), SIGTERM);
	assert_int_not_equal(term_wait(s->term, ANSWER_MS), CHILD_TOO_LATE);
	assert_true(term_is_restored(s->term));
	close_pipe(&p);
}

static void esc_stops_loading_and_keeps_what_is_there(void **state)
{
	struct stage *s = *state;
	struct pipe_file p;

	open_pipe(s, &p);
	give(&p, 0, first_call(&p.bytes));
	start_on_pipe(s, &p);
	stage_expect(s, "user180");
	term_type(s->term, TERM_ESC);
	stage_expect(s, "STOPPED");
	stage_expect(s, "1 of 1 calls");
	stage_leave(s);
	close_pipe(&p);
}

#define ON_STAGE(test)                                                         \
	cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(a_large_file_is_used_while_it_loads),
		ON_STAGE(a_signal_ends_it_while_it_loads),
		ON_STAGE(over_the_ceiling_the_oldest_calls_are_forgotten),
		ON_STAGE(a_pipe_that_waits_leaves_the_keys_alone),
		ON_STAGE(a_pipe_that_says_nothing_can_be_left),
		ON_STAGE(esc_stops_loading_and_keeps_what_is_there),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
