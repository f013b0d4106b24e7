/* The timer audit: calls whose timers were kept, ran out, or are not sure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/analyse/timers.h"
#include "talk.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define MS(ms)      ((int64_t)(ms)*INT64_C(1000000))

/* The audit of the call "call@test" at `now_ms`; the store is freed. */
static unsigned audit(const struct said *list, size_t count, int64_t now_ms,
		      struct audit *out, unsigned room)
{
	struct store *s = talk_store(list, count, now_ms);
	const struct view *v;
	unsigned n;

	assert_non_null(s);
	v = store_view(s);
	assert_non_null(view_find(v, SLICE("call@test")));
	n = timers_audit(NULL, v, view_find(v, SLICE("call@test")), out, room);
	store_free(s);
	return n;
}

/* The first line of a timer; NULL if there is none. */
static const struct audit *find(const struct audit *list, unsigned n,
				const char *timer)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(list[i].timer, timer) == 0)
			return &list[i];
	return NULL;
}

#define AUDIT(list, now_ms)                                                    \
	const unsigned n = audit(list, COUNT(list), now_ms, a, AUDIT_ROOM)

/* That timer has this result, after so long (-1: nothing came). */
static void expect(const struct audit *list, unsigned n, const char *timer,
		   enum audit_result result, int64_t seen_ms)
{
	const struct audit *a = find(list, n, timer);

	if (a == NULL)
		fail_msg("no line of %s", timer);
	if (a->result != result)
		fail_msg("%s is %s", timer, audit_result_name(a->result));
	assert_int_equal(a->seen_ns, seen_ms < 0 ? -1 : MS(seen_ms));
}

/* ---- nothing wrong */

static void a_plain_call_has_few_lines_and_all_are_kept(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(900, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(4000, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(4050, 'A', 'B', "ACK", "1 ACK", "b", "t"),
		SAY(60000, 'B', 'A', "BYE", "1 BYE", "c", "t"),
		SAY(60020, 'A', 'B', "200", "1 BYE", "c", "t"),
	};
	struct audit a[AUDIT_ROOM];
	AUDIT(call, 600000);

	(void)state;
	assert_int_equal(n, 2);
	expect(a, n, "trying-100", AUDIT_KEPT, 10);
	expect(a, n, "timer-b", AUDIT_KEPT, 10);
	assert_int_equal(find(a, n, "timer-b")->due_ns, MS(32000));
	assert_int_equal(find(a, n, "timer-b")->msg, 1);
	assert_int_equal(find(a, n, "timer-b")->end_msg, 2);
}

static void what_begins_in_the_middle_or_runs_backwards_has_none(void **state)
{
	static const struct said middle[] = {
		SAY(0, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(10, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(500, 'B', 'A', "200", "1 INVITE", "a", "t"),
	};
	static const struct said backwards[] = {
		SAY(5000, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(60000, 'B', 'A', "486", "1 INVITE", "a", "t"),
	};
	struct audit a[AUDIT_ROOM];

	(void)state;
	assert_int_equal(audit(middle, COUNT(middle), 100000, a, AUDIT_ROOM),
			 0);
	assert_int_equal(
		audit(backwards, COUNT(backwards), 100000, a, AUDIT_ROOM), 0);
}

/* Only the requests were captured. */
static void one_direction_says_nothing_of_answers(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(3000, 'A', 'B', "ACK", "1 ACK", "b", "t"),
		SAY(9000, 'A', 'B', "BYE", "2 BYE", "c", "t"),
	};
	struct audit a[AUDIT_ROOM];

	(void)state;
	assert_int_equal(audit(call, COUNT(call), 100000, a, AUDIT_ROOM), 0);
}

/* ---- Timers A and B */

/* RFC 3261 section 17.1.1.2: seven sends, and the last wait is half of it. */
#define SILENT_INVITE                                                          \
	SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),                           \
		SAY(500, 'A', 'B', "INVITE", "1 INVITE", "a"),                 \
		SAY(1500, 'A', 'B', "INVITE", "1 INVITE", "a"),                \
		SAY(3500, 'A', 'B', "INVITE", "1 INVITE", "a"),                \
		SAY(7500, 'A', 'B', "INVITE", "1 INVITE", "a"),                \
		SAY(15500, 'A', 'B', "INVITE", "1 INVITE", "a"),               \
		SAY(31500, 'A', 'B', "INVITE", "1 INVITE", "a")

static void an_invite_that_nobody_answers_backs_off_and_runs_out(void **state)
{
	static const struct said call[] = { SILENT_INVITE };
	struct audit a[AUDIT_ROOM];
	AUDIT(call, 32000);

	(void)state;
	assert_int_equal(n, 2);
	expect(a, n, "timer-a", AUDIT_KEPT, -1);
	assert_int_equal(find(a, n, "timer-a")->count, 6);
	expect(a, n, "timer-b", AUDIT_RAN_OUT, -1);
	assert_int_equal(find(a, n, "timer-b")->element.address[3], 1);
}

static void before_32_seconds_it_still_runs(void **state)
{
	static const struct said call[] = { SILENT_INVITE };
	struct audit a[AUDIT_ROOM];
	AUDIT(call, 31999);

	(void)state;
	expect(a, n, "timer-b", AUDIT_RUNS, -1);
}

/* Gaps of 1, 2, 4 s: T1 is 1 s, and 64 * T1 are 64 s. */
static void a_larger_t1_is_no_fault(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(1000, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(3000, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(7000, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(15000, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(31000, 'A', 'B', "INVITE", "1 INVITE", "a"),
	};
	struct audit a[AUDIT_ROOM];
	AUDIT(call, 40000);

	(void)state;
	expect(a, n, "timer-a", AUDIT_KEPT, -1);
	expect(a, n, "timer-b", AUDIT_RUNS, -1);
}

static void copies_that_come_too_soon_are_early(void **state)
{
	static const struct said soon[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(380, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(390, 'B', 'A', "100", "1 INVITE", "a"),
	};
	static const struct said even[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(2000, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(4000, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(4010, 'B', 'A', "100", "1 INVITE", "a"),
	};
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(soon, COUNT(soon), 5000, a, AUDIT_ROOM);
	expect(a, n, "timer-a", AUDIT_EARLY, 390);
	n = audit(even, COUNT(even), 5000, a, AUDIT_ROOM);
	expect(a, n, "timer-a", AUDIT_EARLY, 4010);
}

/* The capture missed one copy, or several: nobody was too fast. */
static void lost_copies_and_packets_seen_twice_are_no_fault(void **state)
{
	static const struct said first_lost[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(1500, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(3500, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(3600, 'B', 'A', "100", "1 INVITE", "a"),
	};
	static const struct said two_lost[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(3500, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(7500, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(7600, 'B', 'A', "100", "1 INVITE", "a"),
	};
	static const struct said twice[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(1, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(500, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(501, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(600, 'B', 'A', "100", "1 INVITE", "a"),
	};
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(first_lost, COUNT(first_lost), 9000, a, AUDIT_ROOM);
	expect(a, n, "timer-a", AUDIT_KEPT, 3600);
	n = audit(two_lost, COUNT(two_lost), 9000, a, AUDIT_ROOM);
	expect(a, n, "timer-a", AUDIT_KEPT, 7600);
	n = audit(twice, COUNT(twice), 9000, a, AUDIT_ROOM);
	expect(a, n, "timer-a", AUDIT_KEPT, 600);
	assert_int_equal(find(a, n, "timer-a")->count, 1);
}

/* B is a proxy that gives up after 30 s, as Kamailio does, and says 408. */
static void a_proxy_that_gives_up_early_is_told(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(5, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(6, 'B', 'C', "INVITE", "1 INVITE", "p"),
		SAY(506, 'B', 'C', "INVITE", "1 INVITE", "p"),
		SAY(1506, 'B', 'C', "INVITE", "1 INVITE", "p"),
		SAY(3506, 'B', 'C', "INVITE", "1 INVITE", "p"),
		SAY(7506, 'B', 'C', "INVITE", "1 INVITE", "p"),
		SAY(15506, 'B', 'C', "INVITE", "1 INVITE", "p"),
		SAY(30006, 'B', 'A', "408", "1 INVITE", "a", "t"),
		SAY(30020, 'A', 'B', "ACK", "1 ACK", "a", "t"),
	};
	struct audit a[AUDIT_ROOM];
	AUDIT(call, 30020);
	const struct audit *b = NULL;

	(void)state;
	for (unsigned i = 0; i < n; i++)
		if (strcmp(a[i].timer, "timer-b") == 0 && a[i].msg == 3)
			b = &a[i];
	assert_non_null(b);
	assert_int_equal(b->result, AUDIT_EARLY);
	assert_int_equal(b->seen_ns, MS(30000));
	assert_int_equal(b->end_msg, 9);
	assert_int_equal(b->element.address[3], 2);
}

static void a_response_after_32_seconds_is_late(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(32970, 'B', 'A', "408", "1 OPTIONS", "a", "t"),
	};
	struct audit a[AUDIT_ROOM];
	AUDIT(call, 40000);

	(void)state;
	assert_int_equal(n, 1);
	expect(a, n, "timer-f", AUDIT_LATE, 32970);
}

/* ---- 100 within 200 ms */

static void a_100_is_late_after_200_ms(void **state)
{
	static const struct said late[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(201, 'B', 'A', "100", "1 INVITE", "a"),
	};
	static const struct said kept[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(200, 'B', 'A', "180", "1 INVITE", "a", "t"),
	};
	/* The first may have been lost behind the capture. */
	static const struct said copy[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(500, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(510, 'B', 'A', "100", "1 INVITE", "a"),
	};
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(late, COUNT(late), 300, a, AUDIT_ROOM);
	expect(a, n, "trying-100", AUDIT_LATE, 201);
	n = audit(kept, COUNT(kept), 300, a, AUDIT_ROOM);
	expect(a, n, "trying-100", AUDIT_KEPT, 200);
	n = audit(copy, COUNT(copy), 600, a, AUDIT_ROOM);
	assert_null(find(a, n, "trying-100"));
}

/* ---- other methods: E, F, J, K, 100 */

static void gaps_of_a_non_invite_grow_to_four_seconds(void **state)
{
	static const struct said kept[] = {
		SAY(0, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(500, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(1500, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(3500, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(7500, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(11500, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(15500, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(19500, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
	};
	static const struct said early[] = {
		SAY(0, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(500, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(1000, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(1500, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
	};
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(kept, COUNT(kept), 20000, a, AUDIT_ROOM);
	expect(a, n, "timer-e", AUDIT_KEPT, -1);
	assert_int_equal(find(a, n, "timer-e")->count, 7);
	expect(a, n, "timer-f", AUDIT_RUNS, -1);
	n = audit(early, COUNT(early), 2000, a, AUDIT_ROOM);
	expect(a, n, "timer-e", AUDIT_EARLY, -1);
}

static void copies_behind_a_final_response_are_absorbed(void **state)
{
	static const struct said answered[] = {
		SAY(0, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(20, 'B', 'A', "200", "1 OPTIONS", "a", "t"),
		SAY(500, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(510, 'B', 'A', "200", "1 OPTIONS", "a", "t"),
	};
	static const struct said doubled[] = {
		SAY(0, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(20, 'B', 'A', "200", "1 OPTIONS", "a", "t"),
		SAY(320, 'B', 'A', "200", "1 OPTIONS", "a", "t"),
	};
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(answered, COUNT(answered), 600, a, AUDIT_ROOM);
	expect(a, n, "timer-j", AUDIT_KEPT, 480);
	assert_null(find(a, n, "timer-k"));
	n = audit(doubled, COUNT(doubled), 600, a, AUDIT_ROOM);
	expect(a, n, "timer-k", AUDIT_KEPT, 300);
}

static void a_100_to_a_non_invite_may_not_come_early(void **state)
{
	static const struct said early[] = {
		SAY(0, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
		SAY(146, 'B', 'A', "100", "1 REGISTER", "a"),
		SAY(200, 'B', 'A', "200", "1 REGISTER", "a", "t"),
	};
	static const struct said kept[] = {
		SAY(0, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
		SAY(500, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
		SAY(1500, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
		SAY(3500, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
		SAY(3510, 'B', 'A', "100", "1 REGISTER", "a"),
		SAY(5000, 'B', 'A', "200", "1 REGISTER", "a", "t"),
	};
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(early, COUNT(early), 300, a, AUDIT_ROOM);
	expect(a, n, "non-invite-100", AUDIT_EARLY, 146);
	n = audit(kept, COUNT(kept), 6000, a, AUDIT_ROOM);
	expect(a, n, "non-invite-100", AUDIT_KEPT, 3510);
}

/* ---- refusals: G, H, D, I */

#define REFUSED                                                                \
	SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),                           \
		SAY(20, 'B', 'A', "486", "1 INVITE", "a", "t"),                \
		SAY(520, 'B', 'A', "486", "1 INVITE", "a", "t"),               \
		SAY(1520, 'B', 'A', "486", "1 INVITE", "a", "t"),              \
		SAY(3520, 'B', 'A', "486", "1 INVITE", "a", "t")

static void a_refusal_waits_for_its_ack(void **state)
{
	static const struct said never[] = { REFUSED };
	static const struct said late[] = {
		REFUSED,
		SAY(3540, 'A', 'B', "ACK", "1 ACK", "a", "t"),
	};
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(never, COUNT(never), 32020, a, AUDIT_ROOM);
	expect(a, n, "timer-g", AUDIT_KEPT, -1);
	assert_int_equal(find(a, n, "timer-g")->count, 3);
	expect(a, n, "timer-h", AUDIT_RAN_OUT, -1);
	n = audit(never, COUNT(never), 32019, a, AUDIT_ROOM);
	expect(a, n, "timer-h", AUDIT_RUNS, -1);
	n = audit(late, COUNT(late), 60000, a, AUDIT_ROOM);
	expect(a, n, "timer-g", AUDIT_KEPT, 3520);
	expect(a, n, "timer-h", AUDIT_KEPT, 3520);
	assert_int_equal(find(a, n, "timer-h")->element.address[3], 2);
}

/* The ACK was lost behind the capture, and sent again for the copy. */
static void a_refusal_repeated_after_its_ack_is_acknowledged_again(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(20, 'B', 'A', "486", "1 INVITE", "a", "t"),
		SAY(30, 'A', 'B', "ACK", "1 ACK", "a", "t"),
		SAY(520, 'B', 'A', "486", "1 INVITE", "a", "t"),
		SAY(530, 'A', 'B', "ACK", "1 ACK", "a", "t"),
	};
	struct audit a[AUDIT_ROOM];
	AUDIT(call, 1000);

	(void)state;
	expect(a, n, "timer-h", AUDIT_KEPT, 10);
	expect(a, n, "timer-d", AUDIT_KEPT, 500);
	assert_null(find(a, n, "timer-g"));
	assert_null(find(a, n, "timer-i"));
}

static void copies_of_an_ack_alone_are_absorbed(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(20, 'B', 'A', "486", "1 INVITE", "a", "t"),
		SAY(30, 'A', 'B', "ACK", "1 ACK", "a", "t"),
		SAY(430, 'A', 'B', "ACK", "1 ACK", "a", "t"),
	};
	struct audit a[AUDIT_ROOM];
	AUDIT(call, 1000);

	(void)state;
	expect(a, n, "timer-i", AUDIT_KEPT, 400);
	assert_int_equal(find(a, n, "timer-i")->due_ns, MS(5000));
}

/* ---- 2xx: sent again, L, M */

#define ACCEPTED                                                               \
	SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),                           \
		SAY(20, 'B', 'A', "100", "1 INVITE", "a"),                     \
		SAY(1000, 'B', 'A', "200", "1 INVITE", "a", "t"),              \
		SAY(1500, 'B', 'A', "200", "1 INVITE", "a", "t"),              \
		SAY(2500, 'B', 'A', "200", "1 INVITE", "a", "t"),              \
		SAY(4500, 'B', 'A', "200", "1 INVITE", "a", "t")

static void a_2xx_is_sent_again_until_its_ack(void **state)
{
	static const struct said never[] = { ACCEPTED };
	static const struct said acked[] = {
		ACCEPTED,
		SAY(4600, 'A', 'B', "ACK", "1 ACK", "b", "t"),
	};
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(never, COUNT(never), 33000, a, AUDIT_ROOM);
	expect(a, n, "resend-2xx", AUDIT_RAN_OUT, -1);
	n = audit(never, COUNT(never), 32999, a, AUDIT_ROOM);
	expect(a, n, "resend-2xx", AUDIT_RUNS, -1);
	n = audit(acked, COUNT(acked), 60000, a, AUDIT_ROOM);
	expect(a, n, "resend-2xx", AUDIT_KEPT, 3600);
	assert_int_equal(find(a, n, "resend-2xx")->count, 3);
}

static void more_of_an_accepted_invite_is_absorbed(void **state)
{
	static const struct said copy[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(400, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(500, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(600, 'A', 'B', "ACK", "1 ACK", "b", "t"),
	};
	static const struct said fork[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(400, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(450, 'A', 'B', "ACK", "1 ACK", "b", "t"),
		SAY(700, 'B', 'A', "200", "1 INVITE", "a", "u"),
	};
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(copy, COUNT(copy), 1000, a, AUDIT_ROOM);
	expect(a, n, "timer-l", AUDIT_KEPT, 100);
	assert_null(find(a, n, "timer-m"));
	n = audit(fork, COUNT(fork), 1000, a, AUDIT_ROOM);
	expect(a, n, "timer-m", AUDIT_KEPT, 300);
	assert_int_equal(find(a, n, "timer-m")->count, 1);
}

/* ---- reliable provisional responses */

#define RELIABLE "Require: 100rel\r\nRSeq: 1\r\n"

static void a_reliable_1xx_is_sent_again_until_its_prack(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(20, 'B', 'A', "183", "1 INVITE", "a", "t", RELIABLE),
		SAY(520, 'B', 'A', "183", "1 INVITE", "a", "t", RELIABLE),
		SAY(1520, 'B', 'A', "183", "1 INVITE", "a", "t", RELIABLE),
		SAY(1600, 'A', 'B', "PRACK", "2 PRACK", "p", "t"),
		SAY(1610, 'B', 'A', "200", "2 PRACK", "p", "t"),
	};
	struct audit a[AUDIT_ROOM];
	AUDIT(call, 2000);
	const struct audit *r = find(a, n, "resend-1xx");

	(void)state;
	expect(a, n, "resend-1xx", AUDIT_KEPT, 1580);
	assert_int_equal(r->count, 2);
	assert_int_equal(audit(call, 4, 32019, a, AUDIT_ROOM), 3);
	expect(a, 3, "resend-1xx", AUDIT_RUNS, -1);
	assert_int_equal(audit(call, 4, 32020, a, AUDIT_ROOM), 3);
	expect(a, 3, "resend-1xx", AUDIT_RAN_OUT, -1);
}

/* ---- Timer C and the minute */

#define PROXIED_RINGING                                                        \
	SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),                           \
		SAY(5, 'B', 'A', "100", "1 INVITE", "a"),                      \
		SAY(6, 'B', 'C', "INVITE", "1 INVITE", "p"),                   \
		SAY(10, 'C', 'B', "100", "1 INVITE", "p"),                     \
		SAY(1000, 'C', 'B', "180", "1 INVITE", "p", "t"),              \
		SAY(1001, 'B', 'A', "180", "1 INVITE", "a", "t")

static void a_proxy_that_cancels_by_itself_shows_its_timer_c(void **state)
{
	static const struct said early[] = {
		PROXIED_RINGING,
		SAY(121000, 'B', 'A', "408", "1 INVITE", "a", "t"),
		SAY(121001, 'B', 'C', "CANCEL", "1 CANCEL", "p"),
	};
	static const struct said kept[] = {
		PROXIED_RINGING,
		SAY(182000, 'B', 'C', "CANCEL", "1 CANCEL", "p"),
	};
	/* The caller gave up: no timer ran out. */
	static const struct said cancelled[] = {
		PROXIED_RINGING,
		SAY(121000, 'A', 'B', "CANCEL", "1 CANCEL", "a"),
		SAY(121001, 'B', 'C', "CANCEL", "1 CANCEL", "p"),
	};
	/* It tries the next target (RFC 3261 section 16.10). */
	static const struct said searching[] = {
		PROXIED_RINGING,
		SAY(21000, 'B', 'C', "CANCEL", "1 CANCEL", "p"),
		SAY(21010, 'B', 'D', "INVITE", "1 INVITE", "d"),
		SAY(21020, 'D', 'B', "100", "1 INVITE", "d"),
	};
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(searching, COUNT(searching), 22000, a, AUDIT_ROOM);
	assert_null(find(a, n, "timer-c"));
	n = audit(early, COUNT(early), 122000, a, AUDIT_ROOM);
	expect(a, n, "timer-c", AUDIT_EARLY, 120001);
	assert_int_equal(find(a, n, "timer-c")->element.address[3], 2);
	n = audit(kept, COUNT(kept), 190000, a, AUDIT_ROOM);
	expect(a, n, "timer-c", AUDIT_RAN_OUT, 181000);
	n = audit(cancelled, COUNT(cancelled), 122000, a, AUDIT_ROOM);
	assert_null(find(a, n, "timer-c"));
}

static void who_rings_for_long_says_so_each_minute(void **state)
{
	static const struct said silent[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(70000, 'B', 'A', "200", "1 INVITE", "a", "t"),
	};
	static const struct said kept[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(60010, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(70000, 'B', 'A', "200", "1 INVITE", "a", "t"),
	};
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(silent, COUNT(silent), 70000, a, AUDIT_ROOM);
	expect(a, n, "refresh-1xx", AUDIT_LATE, 69990);
	n = audit(kept, COUNT(kept), 70000, a, AUDIT_ROOM);
	expect(a, n, "refresh-1xx", AUDIT_KEPT, 60000);
	/* The proxy only passes on what the callee sends. */
	n = audit(silent, 2, 60000, a, AUDIT_ROOM);
	assert_null(find(a, n, "refresh-1xx"));
}

/* Of a stranger's call; what stands behind so many is not audited, rather than
 * wrongly. */
#define PASSED_ON 300

static void where_requests_came_from_is_asked_so_often_only(void **state)
{
	static char branches[PASSED_ON][2][16];
	static struct said call[3 * PASSED_ON + 2];
	static struct audit a[4 * PASSED_ON];
	struct said *end = &call[3 * PASSED_ON];
	unsigned n;

	(void)state;
	for (int i = 0; i < PASSED_ON; i++) {
		struct said *one = &call[3 * i];

		(void)snprintf(branches[i][0], 16, "a%d", i);
		(void)snprintf(branches[i][1], 16, "b%d", i);
		one[0] = (struct said)SAY(i, 'A', 'B', "INVITE", "1 INVITE",
					  branches[i][0]);
		one[1] = (struct said)SAY(i, 'B', 'C', "INVITE", "1 INVITE",
					  branches[i][1]);
		one[2] = (struct said)SAY(i, 'C', 'B', "100", "1 INVITE",
					  branches[i][1]);
	}
	end[0] = (struct said)SAY(1000, 'A', 'B', "OPTIONS", "2 OPTIONS", "o");
	end[1] =
		(struct said)SAY(33970, 'B', 'A', "408", "2 OPTIONS", "o", "t");
	n = audit(call, COUNT(call), 600000, a, COUNT(a));
	assert_null(find(a, n, "timer-f"));
	n = audit(call + 300, COUNT(call) - 300, 600000, a, COUNT(a));
	expect(a, n, "timer-f", AUDIT_LATE, 32970);
}

/* ---- Timer N */

#define SUBSCRIBED                                                             \
	SAY(0, 'A', 'B', "SUBSCRIBE", "1 SUBSCRIBE", "a"),                     \
		SAY(20, 'B', 'A', "202", "1 SUBSCRIBE", "a", "t")

static void a_subscriber_waits_for_notify(void **state)
{
	static const struct said never[] = { SUBSCRIBED };
	static const struct said kept[] = {
		SUBSCRIBED,
		SAY(40, 'B', 'A', "NOTIFY", "1 NOTIFY", "n", "f1", NULL, "t"),
		SAY(50, 'A', 'B', "200", "1 NOTIFY", "n", "f1", NULL, "t"),
	};
	static const struct said no_notify[] = {
		SAY(0, 'A', 'B', "SUBSCRIBE", "1 SUBSCRIBE", "a"),
		SAY(20, 'B', 'A', "204", "1 SUBSCRIBE", "a", "t"),
	};
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(never, COUNT(never), 32000, a, AUDIT_ROOM);
	expect(a, n, "timer-n", AUDIT_RAN_OUT, -1);
	n = audit(never, COUNT(never), 31999, a, AUDIT_ROOM);
	expect(a, n, "timer-n", AUDIT_RUNS, -1);
	n = audit(kept, COUNT(kept), 60000, a, AUDIT_ROOM);
	expect(a, n, "timer-n", AUDIT_KEPT, 40);
	n = audit(no_notify, COUNT(no_notify), 60000, a, AUDIT_ROOM);
	assert_null(find(a, n, "timer-n"));
}

/* ---- tried again */

#define ESTABLISHED                                                            \
	SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),                           \
		SAY(10, 'B', 'A', "200", "1 INVITE", "a", "t"),                \
		SAY(20, 'A', 'B', "ACK", "1 ACK", "b", "t")

/* RFC 3261 section 14.1: A made the Call-ID. */
static void both_ends_wait_their_time_after_a_491(void **state)
{
	static const struct said owner[] = {
		ESTABLISHED,
		SAY(1000, 'A', 'B', "UPDATE", "2 UPDATE", "c", "t"),
		SAY(1010, 'B', 'A', "491", "2 UPDATE", "c", "t"),
		SAY(2500, 'A', 'B', "UPDATE", "3 UPDATE", "d", "t"),
	};
	static const struct said kept[] = {
		ESTABLISHED,
		SAY(1000, 'A', 'B', "UPDATE", "2 UPDATE", "c", "t"),
		SAY(1010, 'B', 'A', "491", "2 UPDATE", "c", "t"),
		SAY(3500, 'A', 'B', "UPDATE", "3 UPDATE", "d", "t"),
	};
	static const struct said other[] = {
		ESTABLISHED,
		SAY(1000, 'B', 'A', "UPDATE", "2 UPDATE", "c", "f1", NULL, "t"),
		SAY(1010, 'A', 'B', "491", "2 UPDATE", "c", "f1", NULL, "t"),
		SAY(2500, 'B', 'A', "UPDATE", "3 UPDATE", "d", "f1", NULL, "t"),
	};
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(owner, COUNT(owner), 9000, a, AUDIT_ROOM);
	expect(a, n, "retry-491-owner", AUDIT_EARLY, 1490);
	n = audit(kept, COUNT(kept), 9000, a, AUDIT_ROOM);
	expect(a, n, "retry-491-owner", AUDIT_KEPT, 2490);
	n = audit(other, COUNT(other), 9000, a, AUDIT_ROOM);
	expect(a, n, "retry-491-other", AUDIT_KEPT, 1490);
}

static void retry_after_is_a_wish_that_can_be_kept(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(20, 'B', 'A', "503", "1 INVITE", "a", "t",
		    "Retry-After: 30 (busy);duration=60\r\n"),
		SAY(30, 'A', 'B', "ACK", "1 ACK", "a", "t"),
		SAY(5020, 'A', 'B', "INVITE", "2 INVITE", "b"),
	};
	struct audit a[AUDIT_ROOM];
	AUDIT(call, 9000);

	(void)state;
	expect(a, n, "retry-after", AUDIT_EARLY, 5000);
	assert_int_equal(find(a, n, "retry-after")->due_ns, MS(30000));
}

/* ---- sessions and registrations */

#define TIMED                                                                  \
	SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),                           \
		SAY(10, 'B', 'A', "200", "1 INVITE", "a", "t",                 \
		    "Session-Expires: 90;refresher=uac\r\n"),                  \
		SAY(20, 'A', 'B', "ACK", "1 ACK", "b", "t")

/* RFC 4028 section 10: 90 s less a third, 60 s, and both give up. */
static void a_session_has_to_be_refreshed(void **state)
{
	static const struct said kept[] = {
		TIMED,
		SAY(45010, 'A', 'B', "UPDATE", "2 UPDATE", "c", "t"),
		SAY(45020, 'B', 'A', "200", "2 UPDATE", "c", "t",
		    "Session-Expires: 90;refresher=uac\r\n"),
		SAY(50000, 'A', 'B', "BYE", "3 BYE", "d", "t"),
	};
	static const struct said ended[] = {
		TIMED,
		SAY(62000, 'B', 'A', "BYE", "3 BYE", "d", "f1", NULL, "t"),
	};
	static const struct said left[] = { TIMED };
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(kept, COUNT(kept), 60000, a, AUDIT_ROOM);
	expect(a, n, "session-timer", AUDIT_KEPT, 45000);
	assert_int_equal(find(a, n, "session-timer")->count, 1);
	assert_int_equal(find(a, n, "session-timer")->element.address[3], 1);
	n = audit(ended, COUNT(ended), 63000, a, AUDIT_ROOM);
	expect(a, n, "session-timer", AUDIT_RAN_OUT, 61990);
	n = audit(left, COUNT(left), 50000, a, AUDIT_ROOM);
	expect(a, n, "session-timer", AUDIT_RUNS, -1);
	n = audit(left, COUNT(left), 90011, a, AUDIT_ROOM);
	expect(a, n, "session-timer", AUDIT_RAN_OUT, -1);
}

#define REGISTERED                                                             \
	SAY(0, 'A', 'B', "REGISTER", "1 REGISTER", "a"),                       \
		SAY(10, 'B', 'A', "200", "1 REGISTER", "a", "t",               \
		    "Expires: 60\r\n")

static void a_registration_has_to_be_refreshed(void **state)
{
	static const struct said late[] = {
		REGISTERED,
		SAY(65000, 'A', 'B', "REGISTER", "2 REGISTER", "b"),
		SAY(65010, 'B', 'A', "200", "2 REGISTER", "b", "t",
		    "Expires: 60\r\n"),
		SAY(95000, 'A', 'B', "REGISTER", "3 REGISTER", "c"),
		SAY(95010, 'B', 'A', "200", "3 REGISTER", "c", "t",
		    "Expires: 60\r\n"),
	};
	static const struct said left[] = { REGISTERED };
	static const struct said taken_back[] = {
		REGISTERED,
		SAY(30000, 'A', 'B', "REGISTER", "2 REGISTER", "b", NULL,
		    "Expires: 0\r\n"),
		SAY(30010, 'B', 'A', "200", "2 REGISTER", "b", "t",
		    "Expires: 0\r\n"),
	};
	/* The phone takes a new Call-ID each time. */
	static const struct said anew[] = {
		REGISTERED,
		SAY_IN("anew@test", 50000, 'A', 'B', "REGISTER", "1 REGISTER",
		       "b"),
		SAY_IN("anew@test", 50010, 'B', 'A', "200", "1 REGISTER", "b",
		       "t", "Expires: 60\r\n"),
	};
	struct audit a[AUDIT_ROOM];
	unsigned n;

	(void)state;
	n = audit(anew, COUNT(anew), 80000, a, AUDIT_ROOM);
	assert_null(find(a, n, "registration"));
	n = audit(late, COUNT(late), 96000, a, AUDIT_ROOM);
	expect(a, n, "registration", AUDIT_LATE, 64990);
	assert_int_equal(find(a, n, "registration")->count, 2);
	n = audit(late + 2, 4, 96000, a, AUDIT_ROOM);
	expect(a, n, "registration", AUDIT_RUNS, -1);
	n = audit(left, COUNT(left), 61011, a, AUDIT_ROOM);
	expect(a, n, "registration", AUDIT_RAN_OUT, -1);
	n = audit(taken_back, COUNT(taken_back), 200000, a, AUDIT_ROOM);
	assert_null(find(a, n, "registration"));
}

/* ---- reliable transports */

static void push_tcp(struct store *s, int64_t ms, bool back, const char *text)
{
	struct flow flow = { talk_endpoint(back ? 'B' : 'A'),
			     talk_endpoint(back ? 'A' : 'B'), TRANSPORT_TCP };
	struct sip_msg msg;
	struct tracked in = { .msg = &msg,
			      .flow = &flow,
			      .time_ns = TALK_MS(ms),
			      .offset = PACKET_NO_OFFSET };

	assert_true(sip_msg_parse(&msg, slice_of(text)));
	tracker_push(s, &in);
}

#define TCP_HEAD(method)                                                       \
	"Via: SIP/2.0/TCP a;branch=z9hG4bKa\r\nFrom: <sip:a@a>;tag=f\r\n"      \
	"To: <sip:b@b>\r\nCall-ID: tcp\r\nCSeq: 1 " method "\r\n"              \
	"Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"

/* Timers A, E and the rule of RFC 4320 are of UDP; B and F are not. */
static void over_tcp_nothing_is_sent_again(void **state)
{
	struct store_options options = { .memory_bytes = 0 };
	struct audit a[AUDIT_ROOM];
	struct store *s = NULL;
	const struct view *v;
	unsigned n;

	(void)state;
	assert_int_equal(store_new(&s, &options), ERR_OK);
	v = store_view(s);
	push_tcp(s, 0, false,
		 "REGISTER sip:b SIP/2.0\r\n" TCP_HEAD("REGISTER"));
	push_tcp(s, 300, false,
		 "REGISTER sip:b SIP/2.0\r\n" TCP_HEAD("REGISTER"));
	push_tcp(s, 310, true, "SIP/2.0 100 Trying\r\n" TCP_HEAD("REGISTER"));
	store_set_now(s, TALK_MS(32000));
	n = timers_audit(NULL, v, view_first(v), a, AUDIT_ROOM);
	assert_int_equal(n, 1);
	expect(a, n, "timer-f", AUDIT_RAN_OUT, -1);
	store_free(s);
}

/* ---- order and room */

static void lines_stand_in_order_of_time_and_faults_have_room(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(5, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(6, 'B', 'C', "INVITE", "1 INVITE", "p"),
		SAY(900, 'C', 'B', "486", "1 INVITE", "p", "t"),
		SAY(901, 'B', 'A', "486", "1 INVITE", "a", "t"),
		SAY(902, 'B', 'C', "ACK", "1 ACK", "p", "t"),
		SAY(910, 'A', 'B', "ACK", "1 ACK", "a", "t"),
	};
	struct audit a[AUDIT_ROOM];
	AUDIT(call, 2000);

	(void)state;
	assert_int_equal(n, 6);
	for (unsigned i = 1; i < n; i++)
		assert_true(a[i - 1].begin_ns <= a[i].begin_ns);
	assert_int_equal(audit(call, COUNT(call), 2000, a, 2), 2);
	expect(a, 2, "trying-100", AUDIT_LATE, 894);
	assert_int_equal(audit(call, COUNT(call), 2000, a, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_call_has_few_lines_and_all_are_kept),
		cmocka_unit_test(
			what_begins_in_the_middle_or_runs_backwards_has_none),
		cmocka_unit_test(one_direction_says_nothing_of_answers),
		cmocka_unit_test(
			an_invite_that_nobody_answers_backs_off_and_runs_out),
		cmocka_unit_test(before_32_seconds_it_still_runs),
		cmocka_unit_test(a_larger_t1_is_no_fault),
		cmocka_unit_test(copies_that_come_too_soon_are_early),
		cmocka_unit_test(
			lost_copies_and_packets_seen_twice_are_no_fault),
		cmocka_unit_test(a_proxy_that_gives_up_early_is_told),
		cmocka_unit_test(a_response_after_32_seconds_is_late),
		cmocka_unit_test(a_100_is_late_after_200_ms),
		cmocka_unit_test(gaps_of_a_non_invite_grow_to_four_seconds),
		cmocka_unit_test(copies_behind_a_final_response_are_absorbed),
		cmocka_unit_test(a_100_to_a_non_invite_may_not_come_early),
		cmocka_unit_test(a_refusal_waits_for_its_ack),
		cmocka_unit_test(
			a_refusal_repeated_after_its_ack_is_acknowledged_again),
		cmocka_unit_test(copies_of_an_ack_alone_are_absorbed),
		cmocka_unit_test(a_2xx_is_sent_again_until_its_ack),
		cmocka_unit_test(more_of_an_accepted_invite_is_absorbed),
		cmocka_unit_test(a_reliable_1xx_is_sent_again_until_its_prack),
		cmocka_unit_test(
			a_proxy_that_cancels_by_itself_shows_its_timer_c),
		cmocka_unit_test(who_rings_for_long_says_so_each_minute),
		cmocka_unit_test(
			where_requests_came_from_is_asked_so_often_only),
		cmocka_unit_test(a_subscriber_waits_for_notify),
		cmocka_unit_test(both_ends_wait_their_time_after_a_491),
		cmocka_unit_test(retry_after_is_a_wish_that_can_be_kept),
		cmocka_unit_test(a_session_has_to_be_refreshed),
		cmocka_unit_test(a_registration_has_to_be_refreshed),
		cmocka_unit_test(over_tcp_nothing_is_sent_again),
		cmocka_unit_test(
			lines_stand_in_order_of_time_and_faults_have_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
