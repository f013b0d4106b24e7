/* Rules about what a sender does after a refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judged.h"

/* ---- auth-wrong-nonce */

#define DIGEST(realm, nonce) " Digest realm=\"" realm "\", nonce=\"" nonce "\""
#define ASKS(realm, nonce)   "WWW-Authenticate:" DIGEST(realm, nonce) "\r\n"
#define GIVES(realm, nonce)  "Authorization:" DIGEST(realm, nonce) "\r\n"
#define REGISTERS(ms, n, with)                                                 \
	SAY(ms, 'A', 'B', "REGISTER", n " REGISTER", "r" n, .extra = with)
#define REFUSES(ms, n, with)                                                   \
	SAY(ms, 'B', 'A', "401", n " REGISTER", "r" n, "t", .extra = with)

static void a_nonce_that_no_challenge_gave_is_wrong(void **state)
{
	static const struct said call[] = {
		REGISTERS(0, "1", NULL),
		REFUSES(10, "1", ASKS("home", "n1")),
		REGISTERS(50, "2", GIVES("home", "n0")),
		REFUSES(60, "2", ASKS("home", "n2")),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(has(call, 3, 100, "auth-wrong-nonce", &f));
	assert_true(HAS(call, 100, "auth-wrong-nonce"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.code, 401);
	names(&f, 2, 3, 4, 0);
}

static void a_nonce_that_some_challenge_gave_is_not_wrong(void **state)
{
	static const struct said latest[] = {
		REGISTERS(0, "1", NULL),
		REFUSES(10, "1", ASKS("home", "n1")),
		REGISTERS(50, "2", GIVES("home", "n1")),
		REFUSES(60, "2", ASKS("home", "n2")),
	};
	static const struct said earlier[] = {
		REGISTERS(0, "1", NULL),
		REFUSES(10, "1", ASKS("home", "n1")),
		REGISTERS(50, "2", GIVES("home", "n1")),
		REFUSES(60, "2", ASKS("home", "n2")),
		REGISTERS(70, "3", GIVES("home", "n1")),
		REFUSES(80, "3", ASKS("home", "n3")),
	};
	/* A server without state challenges each copy anew. */
	static const struct said twice[] = {
		REGISTERS(0, "1", NULL),
		REFUSES(10, "1", ASKS("home", "n1")),
		REGISTERS(500, "1", NULL),
		REFUSES(510, "1", ASKS("home", "n2")),
		REGISTERS(520, "2", GIVES("home", "n2")),
		REFUSES(530, "2", ASKS("home", "n3")),
	};
	/* What another realm asks for next is not a refusal of these. */
	static const struct said other_realm[] = {
		REGISTERS(0, "1", NULL),
		REFUSES(10, "1", ASKS("home", "n1")),
		REGISTERS(50, "2", GIVES("home", "n0")),
		REFUSES(60, "2", ASKS("work", "w1")),
	};
	/* No challenge for this realm was seen at all. */
	static const struct said unseen[] = {
		REGISTERS(0, "1", NULL),
		REFUSES(10, "1", ASKS("work", "w1")),
		REGISTERS(50, "2", GIVES("home", "n0")),
		REFUSES(60, "2", ASKS("home", "n1")),
	};
	/* The challenge was lost: 64 * T1 later he tries again. */
	static const struct said late[] = {
		REGISTERS(0, "1", NULL),
		REFUSES(10, "1", ASKS("home", "n1")),
		REGISTERS(32000, "2", GIVES("home", "n0")),
		REFUSES(32010, "2", ASKS("home", "n2")),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(latest, 90, "auth-wrong-nonce"));
	assert_false(HAS(earlier, 90, "auth-wrong-nonce"));
	assert_false(HAS(twice, 900, "auth-wrong-nonce"));
	assert_false(HAS(other_realm, 90, "auth-wrong-nonce"));
	assert_false(HAS(unseen, 90, "auth-wrong-nonce"));
	assert_false(HAS(late, 40000, "auth-wrong-nonce"));
}

/* ---- retry-after-ignored */

#define LATER(seconds) .extra = "Retry-After: " seconds "\r\n"

static void a_request_before_retry_after_ignores_it(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "MESSAGE", "1 MESSAGE", "a"),
		SAY(10, 'B', 'A', "503", "1 MESSAGE", "a", "t",
		    LATER("5;duration=9")),
		SAY(4509, 'A', 'B', "MESSAGE", "2 MESSAGE", "b"),
	};
	static const struct said waited[] = {
		SAY(0, 'A', 'B', "MESSAGE", "1 MESSAGE", "a"),
		SAY(10, 'B', 'A', "503", "1 MESSAGE", "a", "t", LATER("5")),
		SAY(4510, 'A', 'B', "MESSAGE", "2 MESSAGE", "b"),
	};
	/* Another server need not be spared. */
	static const struct said elsewhere[] = {
		SAY(0, 'A', 'B', "MESSAGE", "1 MESSAGE", "a"),
		SAY(10, 'B', 'A', "503", "1 MESSAGE", "a", "t", LATER("5")),
		SAY(20, 'A', 'C', "MESSAGE", "2 MESSAGE", "b"),
	};
	static const struct said other_method[] = {
		SAY(0, 'A', 'B', "MESSAGE", "1 MESSAGE", "a"),
		SAY(10, 'B', 'A', "503", "1 MESSAGE", "a", "t", LATER("5")),
		SAY(20, 'A', 'B', "OPTIONS", "2 OPTIONS", "b"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(waited, 6000, "retry-after-ignored"));
	assert_false(HAS(elsewhere, 6000, "retry-after-ignored"));
	assert_false(HAS(other_method, 6000, "retry-after-ignored"));
	assert_true(HAS(call, 6000, "retry-after-ignored"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.code, 503);
	assert_int_equal(f.count, 5);
	assert_int_equal(f.lasted_ns, INT64_C(4499000000));
	names(&f, 1, 2, 3, 0);
}

/* ---- redirect-not-tried */

/* B is 192.0.2.2, C 192.0.2.3. */
#define ALIVE(ms, to)                                                          \
	SAY_IN("alive@test", ms, 'A', to, "OPTIONS", "1 OPTIONS", "o")

/* A talk puts alice into each Contact; a 302 names carol at `target`. */
static struct store *redirected(const struct said *list, size_t count,
				int64_t now_ms, const char *target)
{
	struct store_options options = { .memory_bytes = 0 };
	struct store *s = NULL;
	char text[1024];

	assert_int_equal(store_new(&s, &options), ERR_OK);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].what, "302") != 0) {
			talk_say(s, &list[i]);
			continue;
		}
		(void)snprintf(text, sizeof(text),
			       "SIP/2.0 302 Moved\r\n"
			       "Via: SIP/2.0/UDP host.example:5060"
			       ";branch=z9hG4bK%s\r\n"
			       "From: <sip:alice@example.com>;tag=f1\r\n"
			       "To: <sip:bob@example.com>;tag=t\r\n"
			       "Call-ID: %s\r\n"
			       "CSeq: 1 INVITE\r\n"
			       "Contact: <sip:carol@%s>\r\n"
			       "Content-Length: 0\r\n\r\n",
			       list[i].branch, list[i].call_id, target);
		talk_push(s, &list[i], text);
	}
	store_set_now(s, TALK_MS(now_ms));
	return s;
}

static bool is_not_tried(const struct said *list, size_t count, int64_t now_ms,
			 const char *target)
{
	struct finding f = { .kind = "" };
	struct store *s = redirected(list, count, now_ms, target);
	bool found = store_has(s, "redirect-not-tried", &f);

	store_free(s);
	if (found) {
		assert_int_equal(f.severity, FINDING_WARNING);
		assert_int_equal(f.code, 302);
		assert_int_equal(f.lasted_ns, INT64_C(32000000000));
		names(&f, 1, 2, 0, 0);
	}
	return found;
}

#define NOT_TRIED(list, now_ms, target)                                        \
	is_not_tried(list, COUNT(list), now_ms, target)

#define CALL_302                                                               \
	SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),                           \
		SAY(10, 'B', 'A', "302", "1 INVITE", "a", "t"),                \
		SAY(20, 'A', 'B', "ACK", "1 ACK", "a", "t")

static void a_caller_that_does_other_things_has_not_tried(void **state)
{
	static const struct said call[] = { CALL_302, ALIVE(9000, 'B') };
	static const struct said there[] = { CALL_302, ALIVE(9000, 'C') };

	(void)state;
	assert_false(NOT_TRIED(call, 32009, "192.0.2.2"));
	assert_true(NOT_TRIED(call, 32010, "192.0.2.2"));
	assert_true(NOT_TRIED(there, 40000, "192.0.2.3:5080"));
}

static void what_the_capture_might_not_see_is_not_missed(void **state)
{
	static const struct said silent[] = { CALL_302 };
	static const struct said call[] = { CALL_302, ALIVE(9000, 'B') };

	(void)state;
	assert_false(NOT_TRIED(silent, 40000, "192.0.2.2"));
	/* Nothing shows that what A sends to C would be seen. */
	assert_false(NOT_TRIED(call, 40000, "192.0.2.3"));
	/* Who knows what address that is. */
	assert_false(NOT_TRIED(call, 40000, "example.com"));
}

static void an_invite_of_his_may_be_the_try(void **state)
{
	static const struct said same_call[] = {
		CALL_302,
		SAY(100, 'A', 'B', "INVITE", "2 INVITE", "b"),
		ALIVE(9000, 'B'),
	};
	static const struct said other_call[] = {
		CALL_302,
		SAY_IN("second@test", 100, 'A', 'B', "INVITE", "1 INVITE", "b"),
		ALIVE(9000, 'B'),
	};
	static const struct said gave_up[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(5, 'A', 'B', "CANCEL", "1 CANCEL", "a"),
		SAY(10, 'B', 'A', "302", "1 INVITE", "a", "t"),
		SAY(20, 'A', 'B', "ACK", "1 ACK", "a", "t"),
		ALIVE(9000, 'B'),
	};
	/* A proxy hands the 302 on. */
	static const struct said proxy[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a",
		    .extra = "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKz\r\n"),
		SAY(10, 'B', 'A', "302", "1 INVITE", "a", "t"),
		SAY(20, 'A', 'B', "ACK", "1 ACK", "a", "t"),
		ALIVE(9000, 'B'),
	};

	(void)state;
	assert_false(NOT_TRIED(same_call, 40000, "192.0.2.2"));
	assert_false(NOT_TRIED(other_call, 40000, "192.0.2.2"));
	assert_false(NOT_TRIED(gave_up, 40000, "192.0.2.2"));
	assert_false(NOT_TRIED(proxy, 40000, "192.0.2.2"));
}

int main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_nonce_that_no_challenge_gave_is_wrong),
		cmocka_unit_test(a_nonce_that_some_challenge_gave_is_not_wrong),
		cmocka_unit_test(a_request_before_retry_after_ignores_it),
		cmocka_unit_test(a_caller_that_does_other_things_has_not_tried),
		cmocka_unit_test(what_the_capture_might_not_see_is_not_missed),
		cmocka_unit_test(an_invite_of_his_may_be_the_try),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
