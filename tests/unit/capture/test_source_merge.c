/* Several files as one, by time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include "scratch.h"
#include "sipmon/capture/source.h"

#define USEC 0xa1b2c3d4

/* A file with one packet for each letter: its time is its place in the text. */
static struct source *letters(const char *text, uint16_t number)
{
	struct scratch s = { 0 };
	struct source *source = NULL;
	struct problem problem;

	pcap_header(&s, USEC, 1);
	for (uint32_t i = 0; text[i] != '\0'; i++) {
		char letter[2] = { text[i], '\0' };

		if (text[i] == '!') /* a length that cannot be */
			put(&s, "\0\0\0\0\0\0\0\0\xff\xff\xff\xff", 12);
		else if (text[i] != ' ')
			pcap_record(&s, i, 0, letter);
	}
	if (strchr(text, '!') != NULL)
		put(&s, "\0\0\0\0", 4);
	assert_int_equal(
		source_file_open(&source, saved(&s), NUMBER(number), &problem),
		ERR_OK);
	unlink(s.path);
	return source;
}

static void assert_letters(struct source *source, const char *want)
{
	char got[64] = "";
	struct packet p;
	struct problem problem;
	enum err err;

	for (unsigned n = 0; n < sizeof(got) - 1; n++) {
		err = source_next(source, &p, &problem);
		if (err) {
			assert_int_equal(err, ERR_END);
			break;
		}
		got[n] = (char)p.data[0];
	}
	assert_string_equal(got, want);
}

static struct source *merged(struct source **sources, unsigned count)
{
	struct source *m = NULL;

	assert_int_equal(source_merge_open(&m, sources, count), ERR_OK);
	return m;
}

static void packets_come_by_time(void **state)
{
	struct source *sources[] = {
		letters("a  d   h", 0), letters(" b e   ", 1),
		letters("  c  fg ", 2), letters("", 3),
		letters("       i", 4),
	};
	struct source *m = merged(sources, 5);

	(void)state;
	assert_letters(m, "abcdefghi");
	source_free(m);
}

static void many_sources_stay_in_order(void **state)
{
	enum { MANY = 40 };
	struct source *sources[MANY];
	struct source *m;
	struct packet p;
	struct problem problem;
	int64_t last = 0;
	unsigned n = 0;

	(void)state;
	for (uint16_t i = 0; i < MANY; i++) {
		char text[] = "                                        ";

		/* 7 and 40 have no common divisor */
		text[i * 7 % MANY] = 'x';
		text[MANY - 1] = 'y';
		sources[i] = letters(text, i);
	}
	m = merged(sources, MANY);
	for (; source_next(m, &p, &problem) == ERR_OK; n++) {
		assert_true(p.time_ns >= last);
		last = p.time_ns;
	}
	assert_int_equal(n, 2 * MANY - 1);
	source_free(m);
}

/* The same, packed as gzip(1) does. */
static struct source *packed_letters(const char *text, uint16_t number)
{
	struct scratch s = { 0 };
	struct source *source = NULL;
	struct problem problem;
	gzFile gz;

	pcap_header(&s, USEC, 1);
	for (uint32_t i = 0; text[i] != '\0'; i++)
		if (text[i] != ' ')
			pcap_record(&s, i, 0, (char[2]){ text[i], '\0' });
	saved_part(&s, 0);
	gz = gzopen(s.path, "wb");
	assert_int_equal(gzwrite(gz, s.bytes, (unsigned)s.len), s.len);
	assert_int_equal(gzclose(gz), Z_OK);
	assert_int_equal(
		source_file_open(&source, s.path, NUMBER(number), &problem),
		ERR_OK);
	unlink(s.path);
	return source;
}

static void packed_and_plain_files_come_by_time(void **state)
{
	struct source *sources[] = {
		packed_letters("a  d f ", 0),
		letters(" b  e  ", 1),
		packed_letters("  c   g", 2),
	};
	struct source *m = merged(sources, 3);
	uint64_t done;
	uint64_t size;
	char again;

	(void)state;
	assert_letters(m, "abcdefg");
	source_progress(m, &done, &size);
	assert_true(done > 0);
	assert_int_equal(done, size);
	assert_false(source_reread(m, 0, 40, &again, 1));
	assert_true(source_reread(m, 1, 40, &again, 1));
	assert_int_equal(again, 'b');
	source_free(m);
}

static void equal_times_come_in_the_order_of_the_sources(void **state)
{
	struct source *sources[] = { letters("ad", 0), letters("be", 1),
				     letters("cf", 2) };
	struct source *m = merged(sources, 3);

	(void)state;
	assert_letters(m, "abcdef");
	source_free(m);
}

static void a_source_that_fails_ends_alone_and_is_told_once(void **state)
{
	struct source *sources[] = { letters("a!", 0), letters(" bcd", 1),
				     letters("  !", 2) };
	struct source *m = merged(sources, 3);
	struct problem problem;
	enum err err = ERR_OK;

	(void)state;
	assert_letters(m, "abcd");
	assert_true(source_problem(m, &err, &problem));
	assert_int_equal(err, ERR_MALFORMED);
	assert_non_null(strstr(problem.text, "offset 24 "));
	assert_true(source_problem(m, &err, &problem));
	assert_int_equal(err, ERR_MALFORMED);
	assert_non_null(strstr(problem.text, "offset 41 "));
	assert_false(source_problem(m, &err, &problem));
	source_free(m);
}

static void a_packet_is_read_again_from_the_source_that_gave_it(void **state)
{
	struct source *sources[] = { letters("a c", 5), letters(" b d", 9) };
	struct source *m = merged(sources, 2);
	struct packet p;
	struct problem problem;
	char again;

	(void)state;
	for (char want = 'a'; want <= 'd'; want++) {
		assert_int_equal(source_next(m, &p, &problem), ERR_OK);
		assert_int_equal(p.source, want == 'a' || want == 'c' ? 5 : 9);
		assert_true(source_reread(m, p.source, p.offset, &again, 1));
		assert_int_equal(again, want);
	}
	assert_false(source_reread(m, 7, p.offset, &again, 1));
	assert_false(source_reread(m, 9, UINT64_MAX, &again, 1));
	assert_false(source_reread(m, 9, 1000000, &again, 1));
	source_free(m);
}

static void progress_is_that_of_all(void **state)
{
	struct source *sources[] = { letters("a c", 0), letters(" b ", 1) };
	struct source *m = merged(sources, 2);
	uint64_t done;
	uint64_t size;

	(void)state;
	source_progress(m, &done, &size);
	assert_int_equal(done, 2 * 24);
	assert_int_equal(size, 2 * 24 + 3 * 17);
	assert_letters(m, "abc");
	source_progress(m, &done, &size);
	assert_int_equal(done, size);
	source_free(m);
}

/* What a pipe will say next decides the order: the file waits for it. */
static void a_file_waits_for_a_pipe(void **state)
{
	struct scratch s = { 0 };
	struct source *sources[2];
	struct source *m;
	struct packet p;
	struct problem problem;
	char path[] = "/tmp/sipmon-test-XXXXXX";
	int fd;

	(void)state;
	assert_non_null(mkdtemp(path));
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR);
	pcap_header(&s, USEC, 1);
	assert_int_equal(write(fd, s.bytes, s.len), 24);
	sources[0] = letters(" b", 0);
	assert_int_equal(
		source_file_open(&sources[1], path, NUMBER(1), &problem),
		ERR_OK);
	m = merged(sources, 2);
	assert_int_equal(source_next(m, &p, &problem), ERR_AGAIN);
	assert_int_equal(source_fd(m), source_fd(sources[1]));
	s.len = 0;
	pcap_record(&s, 0, 0, "a");
	assert_int_equal(write(fd, s.bytes, s.len), 17);
	assert_int_equal(source_next(m, &p, &problem), ERR_OK);
	assert_int_equal(p.data[0], 'a');
	assert_int_equal(source_next(m, &p, &problem), ERR_AGAIN);
	source_free(m);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_come_by_time),
		cmocka_unit_test(many_sources_stay_in_order),
		cmocka_unit_test(packed_and_plain_files_come_by_time),
		cmocka_unit_test(equal_times_come_in_the_order_of_the_sources),
		cmocka_unit_test(
			a_source_that_fails_ends_alone_and_is_told_once),
		cmocka_unit_test(
			a_packet_is_read_again_from_the_source_that_gave_it),
		cmocka_unit_test(progress_is_that_of_all),
		cmocka_unit_test(a_file_waits_for_a_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
