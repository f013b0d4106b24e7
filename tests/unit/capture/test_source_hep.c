/* The HEP listener, over sockets of the loopback interface. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../../src/capture/source_hep.h"
#include "../net/agent.h"

#define UPPER_PDU 252
#define WAIT_MS   2000
#define SENDERS   64

static struct source *opened(const char *where)
{
	const struct source_options options = { .number = 5,
						.filter = "port 1" };
	struct problem problem = { "" };
	struct source *s = NULL;

	if (source_hep_open(&s, where, &options, &problem) != ERR_OK)
		fail_msg("%s", problem.text);
	return s;
}

/* A socket that speaks to it. */
static int agent_socket(const struct source *s, int type)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(source_hep_port(s)) };
	int fd = socket(AF_INET, type, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void say(int fd, const void *bytes, size_t len)
{
	assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
}

static void say_agent(int fd, const struct agent *a)
{
	say(fd, a->bytes, a->len);
}

/* The next packet; waits for it as the loop of the program does. */
static bool next(struct source *s, struct packet *out)
{
	struct problem problem;

	for (unsigned i = 0; i < 100; i++) {
		struct pollfd p = { .fd = source_fd(s), .events = POLLIN };
		enum err err = source_next(s, out, &problem);

		if (err == ERR_OK)
			return true;
		assert_int_equal(err, ERR_AGAIN);
		if (poll(&p, 1, WAIT_MS) == 0)
			return false;
	}
	return false;
}

/* Nothing comes any more, now that what was sent has been read. */
static bool is_quiet(struct source *s)
{
	struct packet p;
	struct problem problem;

	for (unsigned i = 0; i < 100; i++) {
		struct pollfd fd = { .fd = source_fd(s), .events = POLLIN };

		assert_int_equal(source_next(s, &p, &problem), ERR_AGAIN);
		if (poll(&fd, 1, 50) == 0)
			return true;
	}
	return false;
}

/* Tags by the description of exported PDUs in Wireshark, "sip" in front. */
static void assert_is_sip_of_the_agent(const struct packet *p)
{
	static const char tags[] = "\0\x0c\0\4sip\0"
				   "\0\x14\0\4\xc0\0\2\x0a"
				   "\0\x15\0\4\xc0\0\2\x14"
				   "\0\x18\0\4\0\0\0\3"
				   "\0\x19\0\4\0\0\x13\xc4"
				   "\0\x1a\0\4\0\0\x13\xc6"
				   "\0\0\0\0" AGENT_SIP;

	assert_int_equal(p->len, sizeof(tags) - 1);
	assert_int_equal(p->wire_len, p->len);
	assert_memory_equal(p->data, tags, sizeof(tags) - 1);
	assert_int_equal(p->link_type, UPPER_PDU);
	assert_int_equal(p->source, 5);
	assert_true(p->offset == PACKET_NO_OFFSET);
	assert_true(p->time_ns == AGENT_TIME_NS);
}

static void a_datagram_becomes_a_packet(void **state)
{
	struct source *s = opened("0");
	int fd = agent_socket(s, SOCK_DGRAM);
	struct agent a;
	struct packet p;

	(void)state;
	agent_sip(&a);
	say_agent(fd, &a);
	assert_true(next(s, &p));
	assert_is_sip_of_the_agent(&p);
	agent_packed(&a, SLICE(AGENT_SIP));
	say_agent(fd, &a);
	assert_true(next(s, &p));
	assert_is_sip_of_the_agent(&p);
	agent_old(&a, 2, AGENT_SIP);
	say_agent(fd, &a);
	assert_true(next(s, &p));
	assert_is_sip_of_the_agent(&p);
	assert_true(is_quiet(s));
	assert_int_equal(source_dropped(s), 0);
	close(fd);
	source_free(s);
}

static void without_a_time_it_is_that_of_arrival(void **state)
{
	struct source *s = opened("udp:127.0.0.1:0");
	int fd = agent_socket(s, SOCK_DGRAM);
	int64_t now_ns = (int64_t)time(NULL) * 1000000000;
	struct agent a;
	struct packet p;

	(void)state;
	agent_old(&a, 1, AGENT_SIP);
	say_agent(fd, &a);
	assert_true(next(s, &p));
	assert_true(p.time_ns >= now_ns);
	assert_true(p.time_ns < now_ns + INT64_C(60) * 1000000000);
	close(fd);
	source_free(s);
}

static void ipv6_tcp_and_sctp_have_their_tags(void **state)
{
	static const char tags[] = "\0\x0c\0\4sip\0"
				   "\0\x16\0\x10 1234567890abcde"
				   "\0\x17\0\x10 ABCDEFGHIJKLMNO"
				   "\0\x18\0\4\0\0\0";
	static const struct {
		unsigned protocol;
		char type;
	} cases[] = { { 6, 2 }, { 17, 3 }, { 132, 1 }, { 22, 2 } };
	struct source *s = opened("0");
	int fd = agent_socket(s, SOCK_DGRAM);
	struct agent a;
	struct packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		agent_begin(&a);
		agent_chunk_number(&a, 2, cases[i].protocol, 1);
		agent_chunk(&a, 0, 5, " 1234567890abcde", 16);
		agent_chunk(&a, 0, 6, " ABCDEFGHIJKLMNO", 16);
		agent_chunk_number(&a, 11, 1, 1);
		agent_chunk(&a, 0, 15, "ACK", 3);
		agent_end(&a);
		say_agent(fd, &a);
		assert_true(next(s, &p));
		assert_memory_equal(p.data, tags, sizeof(tags) - 1);
		assert_int_equal(p.data[sizeof(tags) - 1], cases[i].type);
	}
	close(fd);
	source_free(s);
}

static void what_is_broken_is_told_as_dropped(void **state)
{
	struct source *s = opened("0");
	int fd = agent_socket(s, SOCK_DGRAM);
	struct agent a;

	(void)state;
	say(fd, "INVITE sip:b", 12);
	say(fd, "HEP3", 4);
	say(fd, "", 0);
	agent_v3(&a, 5, SLICE("rtcp")); /* not broken, and not wanted */
	say_agent(fd, &a);
	agent_packed(&a, SLICE(AGENT_SIP));
	a.bytes[a.len - 1] ^= 1;
	say_agent(fd, &a);
	assert_true(is_quiet(s));
	assert_int_equal(source_dropped(s), 4);
	close(fd);
	source_free(s);
}

static void tcp_is_read_however_it_is_cut(void **state)
{
	struct source *s = opened("tcp:0");
	int fd = agent_socket(s, SOCK_STREAM);
	struct agent all = { .len = 0 };
	struct agent one;
	struct packet p;

	(void)state;
	agent_sip(&one);
	for (unsigned i = 0; i < 3; i++)
		agent_raw(&all, one.bytes, one.len);
	say(fd, all.bytes, all.len);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(next(s, &p));
		assert_is_sip_of_the_agent(&p);
	}
	for (size_t i = 0; i < one.len; i++) {
		struct problem problem;

		assert_int_equal(source_next(s, &p, &problem), ERR_AGAIN);
		say(fd, one.bytes + i, 1);
	}
	assert_true(next(s, &p));
	assert_is_sip_of_the_agent(&p);
	assert_true(is_quiet(s));
	close(fd);
	assert_true(is_quiet(s));
	assert_int_equal(source_dropped(s), 0);
	source_free(s);
}

static void two_senders_do_not_mix(void **state)
{
	struct source *s = opened("tcp:127.0.0.1:0");
	int first = agent_socket(s, SOCK_STREAM);
	int second = agent_socket(s, SOCK_STREAM);
	struct agent a;
	struct packet p;

	(void)state;
	agent_sip(&a);
	say(first, a.bytes, 20);
	assert_true(is_quiet(s));
	say(second, a.bytes, 50);
	assert_true(is_quiet(s));
	say(first, a.bytes + 20, a.len - 20);
	assert_true(next(s, &p));
	assert_is_sip_of_the_agent(&p);
	close(first);
	say(second, a.bytes + 50, a.len - 50);
	assert_true(next(s, &p));
	assert_is_sip_of_the_agent(&p);
	close(second);
	assert_true(is_quiet(s));
	assert_int_equal(source_dropped(s), 0);
	source_free(s);
}

/* Has the other end closed it? */
static bool is_closed(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char byte;

	return poll(&p, 1, WAIT_MS) == 1 && recv(fd, &byte, 1, 0) <= 0;
}

static void a_sender_of_rubbish_is_closed(void **state)
{
	struct source *s = opened("tcp:0");
	int rubbish = agent_socket(s, SOCK_STREAM);
	int cut = agent_socket(s, SOCK_STREAM);
	struct agent a;
	struct packet p;

	(void)state;
	agent_sip(&a);
	say(rubbish, "GET / HTTP/1.1\r\n\r\n", 18);
	say(cut, a.bytes, 40);
	close(cut);
	assert_true(is_quiet(s));
	assert_true(is_closed(rubbish));
	assert_int_equal(source_dropped(s), 2);
	close(rubbish);
	/* One that is broken inside does not end the connection. */
	rubbish = agent_socket(s, SOCK_STREAM);
	a.bytes[6 + 5] = 1;
	say_agent(rubbish, &a);
	agent_sip(&a);
	say_agent(rubbish, &a);
	assert_true(next(s, &p));
	assert_is_sip_of_the_agent(&p);
	assert_int_equal(source_dropped(s), 3);
	close(rubbish);
	source_free(s);
}

static void the_one_quiet_longest_makes_room(void **state)
{
	struct source *s = opened("tcp:0");
	int fds[SENDERS + 1];
	struct agent a;
	struct packet p;

	(void)state;
	agent_sip(&a);
	for (unsigned i = 0; i < SENDERS; i++) {
		fds[i] = agent_socket(s, SOCK_STREAM);
		say_agent(fds[i], &a);
		assert_true(next(s, &p));
	}
	say_agent(fds[0], &a);
	assert_true(next(s, &p));
	fds[SENDERS] = agent_socket(s, SOCK_STREAM);
	say_agent(fds[SENDERS], &a);
	assert_true(next(s, &p));
	assert_true(is_closed(fds[1]));
	say_agent(fds[0], &a);
	assert_true(next(s, &p));
	assert_is_sip_of_the_agent(&p);
	for (unsigned i = 0; i <= SENDERS; i++)
		close(fds[i]);
	source_free(s);
}

static void a_wrong_address_is_told_in_one_line(void **state)
{
	static const char *const wrong[] = {
		"",         "udp:",         "tcp:x",        "70000",
		"-1",       "localhost:1",  "1.2.3:9060",   "[::1]",
		"::1:9060", "[1.2.3.4]:90", "udp:tcp:9060", "127.0.0.1:",
		":9060",    "127.0.0.1",    "[::1:9060",    "9060 ",
	};
	const struct source_options options = { .number = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct problem problem = { "" };
		struct source *s = NULL;

		assert_int_equal(
			source_hep_open(&s, wrong[i], &options, &problem),
			ERR_MALFORMED);
		assert_null(s);
		assert_non_null(strstr(problem.text, wrong[i]));
		assert_null(strchr(problem.text, '\n'));
	}
}

static void a_port_that_is_taken_is_told(void **state)
{
	static const char *const kinds[] = { "udp", "tcp" };
	const struct source_options options = { .number = 0 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		char where[64];
		char expected[128];
		struct problem problem = { "" };
		struct source *other = NULL;
		struct source *s;

		snprintf(where, sizeof(where), "%s:127.0.0.1:0", kinds[i]);
		s = opened(where);
		snprintf(where, sizeof(where), "%s:127.0.0.1:%u", kinds[i],
			 source_hep_port(s));
		assert_int_equal(
			source_hep_open(&other, where, &options, &problem),
			ERR_SYSTEM);
		snprintf(expected, sizeof(expected),
			 "hep %s: Address already in use", where);
		assert_string_equal(problem.text, expected);
		assert_null(other);
		source_free(s);
	}
}

static void any_address_hears_the_loopback_too(void **state)
{
	static const char *const any[] = { "*:0", "udp:*:0", "0.0.0.0:0" };
	struct agent a;
	struct packet p;

	(void)state;
	agent_sip(&a);
	for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++) {
		struct source *s = opened(any[i]);
		int fd = agent_socket(s, SOCK_DGRAM);

		say_agent(fd, &a);
		assert_true(next(s, &p));
		assert_is_sip_of_the_agent(&p);
		close(fd);
		source_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_datagram_becomes_a_packet),
		cmocka_unit_test(without_a_time_it_is_that_of_arrival),
		cmocka_unit_test(ipv6_tcp_and_sctp_have_their_tags),
		cmocka_unit_test(what_is_broken_is_told_as_dropped),
		cmocka_unit_test(tcp_is_read_however_it_is_cut),
		cmocka_unit_test(two_senders_do_not_mix),
		cmocka_unit_test(a_sender_of_rubbish_is_closed),
		cmocka_unit_test(the_one_quiet_longest_makes_room),
		cmocka_unit_test(a_wrong_address_is_told_in_one_line),
		cmocka_unit_test(a_port_that_is_taken_is_told),
		cmocka_unit_test(any_address_hears_the_loopback_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
