/* Captures that grow, are cut, and whose names pass to others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>

#include "../../../src/capture/follow.h"
#include "scratch.h"

#define USEC 0xa1b2c3d4

/* A folder of its own, with the name that is followed and another. */
struct place {
	char folder[64];
	char path[96];
	char aside[96];
};

static void place_open(struct place *p)
{
	snprintf(p->folder, sizeof(p->folder), "/tmp/sipmon-test-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->path, sizeof(p->path), "%s/live", p->folder);
	snprintf(p->aside, sizeof(p->aside), "%s/live.1", p->folder);
}

static void place_close(const struct place *p)
{
	unlink(p->path);
	unlink(p->aside);
	assert_int_equal(rmdir(p->folder), 0);
}

/* Adds to a file, which is made if need be, what is in `s`; empties `s`. */
static void write_to(const char *path, struct scratch *s)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, s->bytes, s->len), s->len);
	close(fd);
	s->len = 0;
}

static void header_to(const char *path)
{
	struct scratch s = { 0 };

	pcap_header(&s, USEC, 1);
	write_to(path, &s);
}

static void packet_to(const char *path, const char *text)
{
	struct scratch s = { 0 };

	pcap_record(&s, 0, 0, text);
	write_to(path, &s);
}

static struct source *followed(const char *path, const char *filter)
{
	struct source_options options = { .filter = filter,
					  .number = 3,
					  .follow = true };
	struct source *source = NULL;
	struct problem problem = { "" };

	assert_int_equal(source_file_open(&source, path, &options, &problem),
			 ERR_OK);
	assert_true(source_fd(source) >= 0);
	return source;
}

static bool has_news(const struct source *source)
{
	struct pollfd ready = { .fd = source_fd(source), .events = POLLIN };

	return ready.fd < 0 || poll(&ready, 1, 0) == 1;
}

/* As a loop does: what is to be asked again at once is. */
static enum err next(struct source *source, struct packet *p,
		     struct problem *problem)
{
	enum err e = ERR_AGAIN;

	for (unsigned i = 0; i < 100 && e == ERR_AGAIN; i++) {
		e = source_next(source, p, problem);
		if (source_fd(source) >= 0)
			break;
	}
	return e;
}

static void assert_packet(struct source *source, const char *text)
{
	struct packet p;
	struct problem problem = { "" };
	char again;

	assert_int_equal(next(source, &p, &problem), ERR_OK);
	assert_int_equal(p.len, strlen(text));
	assert_memory_equal(p.data, text, p.len);
	assert_int_equal(p.source, 3);
	assert_true(p.offset == PACKET_NO_OFFSET);
	assert_false(source_reread(source, 3, 24, &again, 1));
}

/* Nothing now, and nothing that wakes whoever waits. */
static void assert_quiet(struct source *source)
{
	struct packet p;
	struct problem problem = { "" };

	assert_int_equal(next(source, &p, &problem), ERR_AGAIN);
	assert_true(source_fd(source) >= 0);
	assert_false(has_news(source));
}

static void a_file_that_grows_within_a_packet_is_waited_for(void **state)
{
	struct place place;
	struct scratch s = { 0 };
	struct scratch byte = { 0 };
	struct source *source;
	uint64_t done;
	uint64_t size;

	(void)state;
	place_open(&place);
	header_to(place.path);
	packet_to(place.path, "first");
	source = followed(place.path, NULL);
	assert_packet(source, "first");
	pcap_record(&s, 0, 0, "second");
	for (size_t i = 0; i < s.len; i++) {
		assert_quiet(source);
		put(&byte, s.bytes + i, 1);
		write_to(place.path, &byte);
		assert_true(has_news(source));
	}
	assert_packet(source, "second");
	assert_quiet(source);
	source_progress(source, &done, &size);
	assert_int_equal(done, 0);
	assert_int_equal(size, 0);
	source_free(source);
	place_close(&place);
}

/* Of either format; nothing is read from a file that has nothing. */
static void a_header_that_comes_slowly_is_waited_for(void **state)
{
	(void)state;
	for (int ng = 0; ng < 2; ng++) {
		struct place place;
		struct scratch s = { 0 };
		struct scratch part = { 0 };
		struct source *source;

		place_open(&place);
		write_to(place.path, &part);
		source = followed(place.path, NULL);
		if (ng) {
			section(&s);
			interface(&s, 1, 6, 0);
			enhanced(&s, 0, 1, "packet");
		} else {
			pcap_header(&s, USEC, 1);
			pcap_record(&s, 0, 0, "packet");
		}
		for (size_t i = 0; i < s.len; i++) {
			assert_quiet(source);
			put(&part, s.bytes + i, 1);
			write_to(place.path, &part);
		}
		assert_packet(source, "packet");
		assert_quiet(source);
		source_free(source);
		place_close(&place);
	}
}

/*
 * As logrotate does: the writer has the old file for some time yet.  The new
 * one may be of another format, and another link type.
 */
static void a_file_moved_away_is_read_to_its_end(void **state)
{
	struct place place;
	struct scratch s = { 0 };
	struct source *source;

	(void)state;
	place_open(&place);
	header_to(place.path);
	packet_to(place.path, "one");
	source = followed(place.path, NULL);
	assert_packet(source, "one");
	assert_int_equal(rename(place.path, place.aside), 0);
	assert_quiet(source);
	packet_to(place.aside, "two");
	assert_packet(source, "two");
	assert_quiet(source);
	write_to(place.path, &s); /* it is there, and empty */
	assert_true(has_news(source));
	assert_quiet(source);
	packet_to(place.aside, "three");
	packet_to(place.aside, "four");
	section(&s);
	interface(&s, 113, 9, 0);
	enhanced(&s, 0, 1, "five");
	write_to(place.path, &s);
	assert_true(has_news(source));
	assert_packet(source, "three");
	assert_packet(source, "four");
	assert_packet(source, "five");
	assert_quiet(source);
	packet_to(place.aside, "nobody hears of this one");
	assert_false(has_news(source));
	assert_quiet(source);
	enhanced(&s, 0, 1, "six");
	write_to(place.path, &s);
	assert_true(has_news(source));
	assert_packet(source, "six");
	source_free(source);
	place_close(&place);
}

/* Half a packet at the end of the old one is no more than that. */
static void a_file_that_takes_the_name_is_read_from_its_begin(void **state)
{
	struct place place;
	struct scratch s = { 0 };
	struct source *source;

	(void)state;
	place_open(&place);
	header_to(place.path);
	packet_to(place.path, "old");
	pcap_record(&s, 0, 0, "never ended");
	s.len -= 3;
	write_to(place.path, &s);
	header_to(place.aside);
	packet_to(place.aside, "new");
	source = followed(place.path, NULL);
	assert_packet(source, "old");
	assert_quiet(source);
	assert_int_equal(rename(place.aside, place.path), 0);
	assert_true(has_news(source));
	assert_packet(source, "new");
	assert_quiet(source);
	assert_int_equal(unlink(place.path), 0);
	assert_int_equal(next(source, &(struct packet){ 0 }, NULL), ERR_AGAIN);
	header_to(place.path);
	packet_to(place.path, "newest");
	assert_packet(source, "newest");
	source_free(source);
	place_close(&place);
}

/* One is made and goes before anything is in it; the next is taken. */
static void a_name_may_pass_on_more_than_once(void **state)
{
	struct place place;
	struct source *source;
	struct scratch none = { 0 };

	(void)state;
	place_open(&place);
	header_to(place.path);
	source = followed(place.path, NULL);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(unlink(place.path), 0);
		write_to(place.path, &none);
		assert_quiet(source);
	}
	header_to(place.path);
	packet_to(place.path, "at last");
	assert_packet(source, "at last");
	/* Renamed to and fro is no other file. */
	assert_int_equal(rename(place.path, place.aside), 0);
	write_to(place.path, &none);
	assert_quiet(source);
	assert_int_equal(rename(place.aside, place.path), 0);
	assert_quiet(source);
	packet_to(place.path, "the same");
	assert_true(has_news(source));
	assert_packet(source, "the same");
	assert_quiet(source);
	source_free(source);
	place_close(&place);
}

static void a_file_that_is_cut_is_read_from_its_begin(void **state)
{
	struct place place;
	struct scratch s = { 0 };
	struct source *source;

	(void)state;
	place_open(&place);
	header_to(place.path);
	packet_to(place.path, "before");
	pcap_record(&s, 0, 0, "half");
	s.len -= 2;
	write_to(place.path, &s);
	source = followed(place.path, NULL);
	assert_packet(source, "before");
	assert_int_equal(truncate(place.path, 0), 0);
	assert_true(has_news(source));
	assert_quiet(source);
	section(&s);
	interface(&s, 1, 6, 0);
	write_to(place.path, &s);
	assert_quiet(source);
	enhanced(&s, 0, 1, "after");
	write_to(place.path, &s);
	assert_packet(source, "after");
	assert_quiet(source);
	source_free(source);
	place_close(&place);
}

static void assert_lost(struct source *source, enum err want, const char *name,
			const char *text)
{
	struct packet p;
	struct problem problem = { "" };

	assert_int_equal(next(source, &p, &problem), want);
	assert_non_null(strstr(problem.text, name));
	assert_non_null(strstr(problem.text, text));
	assert_null(strchr(problem.text, '\n'));
	assert_int_equal(source_next(source, &p, &problem), ERR_END);
	assert_int_equal(source_fd(source), -1);
	source_free(source);
}

static void a_name_that_cannot_be_read_any_more_ends_it(void **state)
{
	struct place place;
	struct source *source;

	(void)state;
	place_open(&place);
	header_to(place.path);
	source = followed(place.path, NULL);
	assert_int_equal(rename(place.path, place.aside), 0);
	assert_int_equal(mkfifo(place.path, 0600), 0);
	assert_lost(source, ERR_SYSTEM, place.path,
		    "another file has this name now and cannot be read: ");
	unlink(place.path);
	header_to(place.path);
	source = followed(place.path, NULL);
	unlink(place.path);
	assert_int_equal(symlink(place.path, place.path), 0);
	assert_lost(source, ERR_SYSTEM, place.path,
		    "another file has this name now and cannot be read: ");
	place_close(&place);
}

static void what_follows_is_still_examined(void **state)
{
	struct place place;
	struct scratch s = { 0 };
	struct source *source;

	(void)state;
	place_open(&place);
	header_to(place.path);
	source = followed(place.path, NULL);
	assert_quiet(source);
	u32(&s, 0);
	u32(&s, 0);
	u32(&s, 262145);
	u32(&s, 0);
	write_to(place.path, &s);
	assert_lost(source, ERR_MALFORMED, place.path,
		    "packet at offset 24 claims");
	header_to(place.aside);
	source = followed(place.aside, NULL);
	unlink(place.aside);
	put(&s, "no capture", 10);
	write_to(place.aside, &s);
	assert_lost(source, ERR_UNSUPPORTED, place.aside, "is no pcap");
	place_close(&place);
}

static void what_is_compressed_is_not_followed(void **state)
{
	struct source_options options = { .follow = true };
	struct place place;
	struct scratch s = { 0 };
	struct source *source = NULL;
	struct problem problem;

	(void)state;
	place_open(&place);
	put(&s, "\x1f\x8b\x08\0\0\0\0\0\0\0", 10);
	write_to(place.path, &s);
	assert_int_equal(
		source_file_open(&source, place.path, &options, &problem),
		ERR_UNSUPPORTED);
	assert_null(source);
	assert_non_null(strstr(problem.text,
			       "live: is compressed and cannot be followed"));
	header_to(place.aside);
	source = followed(place.aside, NULL);
	assert_int_equal(rename(place.path, place.aside), 0);
	assert_lost(source, ERR_UNSUPPORTED, place.aside,
		    "is compressed and cannot be followed");
	place_close(&place);
}

/* More than one call passes over: then it is asked again, not waited for. */
static void packets_that_nobody_wants_do_not_stop_it(void **state)
{
	enum { UNWANTED = 2000, TIMES = 160 };
	struct place place;
	struct scratch s = { 0 };
	struct source *source;
	struct problem problem = { "" };
	struct packet p;
	unsigned again = 0;

	(void)state;
	place_open(&place);
	header_to(place.path);
	source = followed(place.path, "greater 3");
	assert_quiet(source);
	for (unsigned i = 0; i < TIMES; i++) {
		for (unsigned n = 0; n < UNWANTED; n++)
			pcap_record(&s, 0, 0, "no");
		write_to(place.path, &s);
	}
	packet_to(place.path, "wanted");
	while (source_next(source, &p, &problem) == ERR_AGAIN) {
		assert_int_equal(source_fd(source), -1);
		again++;
	}
	assert_memory_equal(p.data, "wanted", 6);
	assert_true(again > 0);
	assert_quiet(source);
	source_free(source);
	place_close(&place);
}

/* It is known only with the header for what a filter must be right. */
static void a_filter_is_examined_when_there_is_a_header(void **state)
{
	struct place place;
	struct scratch s = { 0 };
	struct source *source;

	(void)state;
	place_open(&place);
	write_to(place.path, &s);
	source = followed(place.path, "udp prt 5060");
	assert_quiet(source);
	header_to(place.path);
	assert_lost(source, ERR_MALFORMED, "udp prt 5060", "filter");
	/* A section is one without any interface, until there is one. */
	section(&s);
	write_to(place.aside, &s);
	source = followed(place.aside, "udp prt 5060");
	assert_quiet(source);
	interface(&s, 1, 6, 0);
	enhanced(&s, 0, 1, "packet");
	write_to(place.aside, &s);
	assert_lost(source, ERR_MALFORMED, "udp prt 5060", "filter");
	place_close(&place);
}

static void a_pipe_is_not_followed(void **state)
{
	struct source_options options = { .follow = true };
	struct place place;
	struct source *source = NULL;
	struct packet p;
	struct problem problem;
	int fd;

	(void)state;
	place_open(&place);
	assert_int_equal(mkfifo(place.path, 0600), 0);
	fd = open(place.path, O_RDWR);
	header_to(place.path);
	packet_to(place.path, "packet");
	assert_int_equal(
		source_file_open(&source, place.path, &options, &problem),
		ERR_OK);
	close(fd);
	assert_int_equal(source_next(source, &p, &problem), ERR_OK);
	assert_memory_equal(p.data, "packet", 6);
	assert_int_equal(source_next(source, &p, &problem), ERR_END);
	source_free(source);
	place_close(&place);
}

/* None waits for another, and one descriptor speaks for both. */
static void followed_files_are_merged_by_arrival(void **state)
{
	struct place place;
	struct source *sources[2];
	struct source *m = NULL;

	(void)state;
	place_open(&place);
	header_to(place.path);
	header_to(place.aside);
	sources[0] = followed(place.path, NULL);
	sources[1] = followed(place.aside, NULL);
	assert_int_equal(source_merge_open(&m, sources, 2), ERR_OK);
	assert_quiet(m);
	for (unsigned i = 0; i < 4; i++) {
		packet_to(i % 2 == 0 ? place.aside : place.path, "packet");
		assert_true(has_news(m));
		assert_packet(m, "packet");
		assert_quiet(m);
	}
	source_free(m);
	place_close(&place);
}

/* Its own descriptor is quiet while there is more in the file. */
static void a_merge_asks_again_who_has_more(void **state)
{
	enum { UNWANTED = 2000, TIMES = 300 };
	struct place place;
	struct scratch s = { 0 };
	struct source *sources[2];
	struct source *m = NULL;
	struct packet p;
	struct problem problem;
	enum err e;
	unsigned asked = 0;

	(void)state;
	place_open(&place);
	header_to(place.path);
	header_to(place.aside);
	sources[0] = followed(place.path, "greater 3");
	sources[1] = followed(place.aside, NULL);
	assert_int_equal(source_merge_open(&m, sources, 2), ERR_OK);
	assert_quiet(m);
	for (unsigned i = 0; i < TIMES; i++) {
		for (unsigned n = 0; n < UNWANTED; n++)
			pcap_record(&s, 0, 0, "no");
		write_to(place.path, &s);
	}
	packet_to(place.path, "wanted");
	while ((e = source_next(m, &p, &problem)) == ERR_AGAIN) {
		assert_true(has_news(m));
		assert_true(asked++ < 100);
	}
	assert_int_equal(e, ERR_OK);
	assert_memory_equal(p.data, "wanted", 6);
	assert_true(asked > 0);
	assert_quiet(m);
	source_free(m);
	place_close(&place);
}

/* What its member found out about the name is told by no descriptor. */
static void a_merge_asks_again_whose_file_was_moved(void **state)
{
	struct place place;
	struct source *sources[2];
	struct source *m = NULL;
	struct packet p;
	struct problem problem;
	enum err e;
	unsigned asked = 0;

	(void)state;
	place_open(&place);
	header_to(place.path);
	header_to(place.aside);
	sources[0] = followed(place.path, NULL);
	sources[1] = followed(place.aside, NULL);
	assert_int_equal(source_merge_open(&m, sources, 2), ERR_OK);
	assert_quiet(m);
	unlink(place.path);
	header_to(place.path);
	packet_to(place.path, "moved");
	while ((e = source_next(m, &p, &problem)) == ERR_AGAIN) {
		assert_true(has_news(m));
		assert_true(asked++ < 100);
	}
	assert_int_equal(e, ERR_OK);
	assert_memory_equal(p.data, "moved", 5);
	assert_true(asked > 0);
	assert_quiet(m);
	source_free(m);
	place_close(&place);
}

/*
 * Between our reading and our look the writer may have ended the old file and
 * begun the new one.
 */
static void the_end_of_a_file_is_what_is_read_after_the_next_began(void **state)
{
	struct place place;
	struct follow *f = NULL;
	int fd;
	int next_fd;

	(void)state;
	place_open(&place);
	header_to(place.path);
	fd = open(place.path, O_RDONLY);
	assert_int_equal(follow_new(&f, place.path), ERR_OK);
	assert_int_equal(follow_look(f, fd, 24), FOLLOW_NONE);
	assert_int_equal(follow_look(f, fd, 25), FOLLOW_CUT);
	assert_int_equal(rename(place.path, place.aside), 0);
	assert_int_equal(follow_look(f, fd, 24), FOLLOW_NONE);
	header_to(place.path);
	assert_int_equal(follow_look(f, fd, 24), FOLLOW_AGAIN);
	assert_int_equal(follow_look(f, fd, 24), FOLLOW_MOVED);
	next_fd = follow_take(f);
	assert_true(next_fd >= 0 && next_fd != fd);
	assert_int_equal(follow_look(f, next_fd, 24), FOLLOW_NONE);
	close(next_fd);
	close(fd);
	follow_free(f);
	place_close(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_file_that_grows_within_a_packet_is_waited_for),
		cmocka_unit_test(a_header_that_comes_slowly_is_waited_for),
		cmocka_unit_test(a_file_moved_away_is_read_to_its_end),
		cmocka_unit_test(
			a_file_that_takes_the_name_is_read_from_its_begin),
		cmocka_unit_test(a_name_may_pass_on_more_than_once),
		cmocka_unit_test(a_file_that_is_cut_is_read_from_its_begin),
		cmocka_unit_test(a_name_that_cannot_be_read_any_more_ends_it),
		cmocka_unit_test(what_follows_is_still_examined),
		cmocka_unit_test(what_is_compressed_is_not_followed),
		cmocka_unit_test(packets_that_nobody_wants_do_not_stop_it),
		cmocka_unit_test(a_filter_is_examined_when_there_is_a_header),
		cmocka_unit_test(a_pipe_is_not_followed),
		cmocka_unit_test(followed_files_are_merged_by_arrival),
		cmocka_unit_test(a_merge_asks_again_who_has_more),
		cmocka_unit_test(a_merge_asks_again_whose_file_was_moved),
		cmocka_unit_test(
			the_end_of_a_file_is_what_is_read_after_the_next_began),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
