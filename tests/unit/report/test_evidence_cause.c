/* The second opinion on an answer: who made it, and what the call tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made.h"
#include "sipmon/base/utf8.h"
#include "sipmon/report/evidence.h"

static int load(void **state)
{
	static struct catalogue *both[LANGUAGES];
	struct problem problem;

	*state = both;
	return catalogue_new(&both[LANGUAGE_EN], LANGUAGE_EN, &problem) ||
	       catalogue_new(&both[LANGUAGE_VI], LANGUAGE_VI, &problem);
}

static int unload(void **state)
{
	struct catalogue **both = *state;

	catalogue_free(both[LANGUAGE_EN]);
	catalogue_free(both[LANGUAGE_VI]);
	return 0;
}

static uint32_t msg_at(const struct store *s, unsigned n)
{
	const struct view *v = store_view(s);
	uint32_t id = view_first(v)->first_msg;

	while (n-- > 0)
		id = view_msg(v, id)->next;
	return id;
}

/* The evidence of the message `n` of the only call, terminated. */
static struct buf evidence(const struct catalogue *words,
			   const struct made_step *steps, size_t count,
			   unsigned n, audit_list_fn audit)
{
	struct store *s = made_store(steps, count);
	struct evidence_input in = { .limits = PHASE_LIMITS_DEFAULT,
				     .audit = audit,
				     .words = words };
	struct buf out;

	assert_non_null(s);
	in.view = store_view(s);
	buf_init(&out, (size_t)1 << 16);
	assert_int_equal(
		evidence_of(&out, &in, view_msg(in.view, msg_at(s, n))),
		ERR_OK);
	buf_add_char(&out, '\0');
	store_free(s);
	return out;
}

#define ENGLISH (((struct catalogue **)*state)[LANGUAGE_EN])

static void tells(const struct buf *out, const char *line)
{
	if (strstr(out->ptr, line) == NULL)
		fail_msg("'%s' is not in\n%s", line, out->ptr);
}

static void is_silent(const struct buf *out, const char *words)
{
	if (strstr(out->ptr, words) != NULL)
		fail_msg("'%s' is in\n%s", words, out->ptr);
}

/* The last message of `steps` has this line. */
#define LAST_TELLS(steps, line)                                                \
	do {                                                                   \
		struct buf out_ = evidence(ENGLISH, steps, MADE_COUNT(steps),  \
					   MADE_COUNT(steps) - 1, NULL);       \
                                                                               \
		tells(&out_, line);                                            \
		buf_free(&out_);                                               \
	} while (0)

#define ID "cause@192.0.2.1"

/* A request of A to its server, and the answer; with header lines. */
#define ASK(ms, method, uri, branch, cseq, more)                               \
	{                                                                      \
		ms, 1, 2,                                                      \
			MADE_HEAD(method " " uri " SIP/2.0", branch, ALICE,    \
				  BOB, ID, cseq " " method) more "\r\n"        \
	}
#define ANSWER(ms, status, method, branch, cseq, more)                         \
	{                                                                      \
		ms, 2, 1,                                                      \
			MADE_HEAD("SIP/2.0 " status, branch, ALICE,            \
				  BOB_TAGGED, ID, cseq " " method) more "\r\n" \
	}
#define INVITED(more)         ASK(0, "INVITE", "sip:bob@192.0.2.2", "1", "1", more)
#define REFUSED(status, more) ANSWER(50, status, "INVITE", "1", "1", more)

/* ---- the way */

#define HOP(ms, from, to, start, vias)                                         \
	{                                                                      \
		ms, from, to,                                                  \
			start "\r\n" vias "From: " ALICE "\r\nTo: " BOB        \
			      "\r\nCall-ID: " ID "\r\nCSeq: 1 INVITE\r\n"      \
			      "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"  \
	}
#define VIA_A MADE_VIA("a")
#define VIA_P "Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKp\r\n"

static void an_answer_tells_its_elements_and_who_made_it(void **state)
{
	static const struct made_step steps[] = {
		HOP(0, 1, 2, INVITE_LINE, VIA_A),
		HOP(5, 2, 3, INVITE_LINE, VIA_P VIA_A),
		HOP(500, 3, 2, "SIP/2.0 486 Busy Here", VIA_P VIA_A),
		HOP(530, 2, 1, "SIP/2.0 486 Busy Here", VIA_A),
	};
	struct buf out = evidence(ENGLISH, steps, 4, 3, NULL);

	tells(&out, "Came through\t192.0.2.2:5060, which took 30 ms itself\n");
	tells(&out, "Made by\t192.0.2.3:5060, the last element that the "
		    "request was seen to reach\n");
	buf_free(&out);
	out = evidence(ENGLISH, steps, 4, 2, NULL);
	is_silent(&out, "Came through");
	is_silent(&out, "Made by");
	buf_free(&out);
}

static unsigned audit_early(void *ctx, const struct view *v,
			    const struct call *c, struct audit *out,
			    unsigned room)
{
	(void)ctx;
	(void)v;
	(void)c;
	assert_true(room >= 3);
	/* Of the branch; one that was kept; one of another request. */
	out[0] = (struct audit){ .timer = "timer-b",
				 .result = AUDIT_EARLY,
				 .msg = 3,
				 .end_msg = 4,
				 .begin_ns = MADE_START_NS,
				 .due_ns = 32 * CLOCK_SECOND_NS,
				 .seen_ns = 30 * CLOCK_SECOND_NS,
				 .element = made_endpoint(2) };
	out[1] = out[0];
	out[1].result = AUDIT_KEPT;
	out[2] = out[0];
	out[2].timer = "timer-h";
	return 3;
}

static void a_408_tells_the_timer_and_what_came_before(void **state)
{
	static const struct made_step steps[] = {
		HOP(0, 1, 2, INVITE_LINE, VIA_A),
		HOP(2, 2, 1, "SIP/2.0 100 Trying", VIA_A),
		HOP(5, 2, 3, INVITE_LINE, VIA_P VIA_A),
		HOP(30005, 2, 1, "SIP/2.0 408 Request Timeout", VIA_A),
	};
	struct buf out = evidence(ENGLISH, steps, 4, 3, audit_early);

	tells(&out, "Made by\t192.0.2.2:5060 itself, after it had sent the "
		    "request on to 192.0.2.3:5060\n");
	tells(&out, "Before it\tonly a 100 came, after 2 ms");
	tells(&out, "Timer\tTimer B: 192.0.2.2:5060 gave up after 30.00 s, "
		    "sooner than 32.00 s: no response came\n");
	is_silent(&out, "stopped by");
	is_silent(&out, "Timer H");
	buf_free(&out);
}

/* ---- 401, 407, 403 */

#define CHALLENGE(more)                                                        \
	"Proxy-Authenticate: Digest realm=\"r\", nonce=\"n1\"" more "\r\n"
#define CREDENTIALS(params) "Proxy-Authorization: Digest " params "\r\n"
#define GOOD                                                                   \
	"username=\"alice\", realm=\"r\", nonce=\"n1\", "                      \
	"uri=\"sip:bob@192.0.2.2\", response=\"00\""

#define CHALLENGED                                                             \
	INVITED("")                                                            \
	, REFUSED("407 Proxy Authentication Required", CHALLENGE(""))

static void a_first_challenge_is_no_fault_and_its_retry_is_told(void **state)
{
	static const struct made_step steps[] = {
		CHALLENGED,
		ASK(150, "INVITE", "sip:bob@192.0.2.2", "2", "2",
		    CREDENTIALS(GOOD)),
		ANSWER(900, "200 OK", "INVITE", "2", "2", ""),
	};
	struct buf out = evidence(ENGLISH, steps, 4, 1, NULL);

	tells(&out, "Credentials\tthe request carried none");
	tells(&out, "Tried again\twith credentials after 100 ms; the answer "
		    "was 200\n");
	buf_free(&out);
	out = evidence(ENGLISH, steps, 2, 1, NULL);
	tells(&out, "Tried again\tnot that it was seen\n");
	buf_free(&out);
	out = evidence(ENGLISH, steps, 4, 3, NULL);
	is_silent(&out, "Credentials");
	buf_free(&out);
}

static void refused_credentials_tell_which_field_is_wrong(void **state)
{
	static const struct {
		const char *sent;
		const char *asked; /* of the second challenge */
		const char *says;
	} cases[] = {
		{ CREDENTIALS(GOOD), CHALLENGE(""),
		  "no field looks wrong: the user alice or the password" },
		/* MD5 is what no algorithm stands for. */
		{ CREDENTIALS(GOOD ", algorithm=MD5"), CHALLENGE(""),
		  "no field looks wrong: the user alice or the password" },
		{ CREDENTIALS(GOOD), CHALLENGE(", stale=true"),
		  "the nonce is too old" },
		{ CREDENTIALS("username=\"alice\", realm=\"other\", "
			      "nonce=\"n1\", uri=\"sip:bob@192.0.2.2\", "
			      "response=\"00\""),
		  CHALLENGE(""), "none for the realm r" },
		{ CREDENTIALS("username=\"alice\", realm=\"r\", "
			      "nonce=\"n7\", uri=\"sip:bob@192.0.2.2\", "
			      "response=\"00\""),
		  CHALLENGE(""), "the nonce was never given in this call" },
		{ CREDENTIALS("realm=\"r\", nonce=\"n1\", "
			      "uri=\"sip:bob@192.0.2.2\", response=\"00\""),
		  CHALLENGE(""), "username is missing" },
		{ CREDENTIALS(GOOD ", algorithm=SHA-256"), CHALLENGE(""),
		  "algorithm SHA-256 was not offered" },
		{ CREDENTIALS("username=\"alice\", realm=\"r\", "
			      "nonce=\"n1\", uri=\"sip:eve@192.0.2.2\", "
			      "response=\"00\""),
		  CHALLENGE(""), "uri sip:eve@192.0.2.2 is not the" },
		{ CREDENTIALS(GOOD), CHALLENGE(", qop=\"auth\""),
		  "qop was offered and is missing" },
		{ CREDENTIALS(GOOD ", qop=auth, nc=00000001"),
		  CHALLENGE(", qop=\"auth\""), "nc or cnonce is missing" },
		{ CREDENTIALS("username=\"alice\", realm=\"r\", "
			      "nonce=\"n1\", uri=\"sip:bob@192.0.2.2\""),
		  CHALLENGE(""), "response is missing" },
	};

	for (size_t i = 0; i < MADE_COUNT(cases); i++) {
		char request[1024];
		char answer[1024];
		struct made_step steps[] = {
			CHALLENGED,
			{ 150, 1, 2, request },
			{ 200, 2, 1, answer },
		};
		struct buf out;

		(void)snprintf(
			request, sizeof(request), "%s%s\r\n",
			MADE_HEAD(INVITE_LINE, "2", ALICE, BOB, ID, "2 INVITE"),
			cases[i].sent);
		(void)snprintf(answer, sizeof(answer), "%s%s\r\n",
			       MADE_HEAD("SIP/2.0 407 Again", "2", ALICE,
					 BOB_TAGGED, ID, "2 INVITE"),
			       cases[i].asked);
		out = evidence(ENGLISH, steps, 4, 3, NULL);
		tells(&out, cases[i].says);
		/* Each line of a wrong field, and no field in vain. */
		if (i > 1)
			is_silent(&out, "no field looks wrong");
		buf_free(&out);
	}
}

static void empty_credentials_of_ims_are_no_fault(void **state)
{
	static const struct made_step steps[] = {
		INVITED(CREDENTIALS("username=\"a\", realm=\"r\", nonce=\"\", "
				    "uri=\"sip:r\", response=\"\"")),
		REFUSED("407 No", CHALLENGE(", qop=\"auth\"")),
	};
	struct buf out = evidence(ENGLISH, steps, 2, 1, NULL);

	tells(&out, "Credentials\tempty, as in a first registration");
	is_silent(&out, "missing");
	buf_free(&out);
}

/* The CANCEL of the hop before is counted from the INVITE of that hop. */
static void a_cancel_is_told_from_where_it_began(void **state)
{
	static const struct made_step steps[] = {
		HOP(0, 1, 2, INVITE_LINE, VIA_A),
		HOP(50, 2, 3, INVITE_LINE, VIA_P VIA_A),
		{ 1000, 1, 2,
		  MADE("CANCEL sip:bob@192.0.2.2 SIP/2.0", "a", ALICE, BOB, ID,
		       "1 CANCEL") },
		{ 1001, 2, 3,
		  "CANCEL sip:bob@192.0.2.2 SIP/2.0\r\n" VIA_P "From: " ALICE
		  "\r\nTo: " BOB "\r\nCall-ID: " ID "\r\nCSeq: 1 CANCEL\r\n"
		  "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n" },
		HOP(1005, 3, 2, "SIP/2.0 487 Request Terminated", VIA_P VIA_A),
	};

	LAST_TELLS(steps,
		   "Cancelled\tby 192.0.2.1:5060, 1.00 s after the request\n");
}

static void a_403_tells_whether_credentials_were_there(void **state)
{
	static const struct made_step with[] = {
		INVITED(CREDENTIALS(GOOD)),
		REFUSED("403 Forbidden", ""),
	};
	static const struct made_step without[] = {
		INVITED(""),
		REFUSED("403 Forbidden", ""),
	};

	LAST_TELLS(with, "Credentials\trefused with credentials");
	LAST_TELLS(without, "Credentials\tthe request carried none and");
}

/* ---- cancel, busy */

static void a_487_tells_who_cancelled_when_and_why(void **state)
{
	static const struct made_step steps[] = {
		INVITED(""),
		ASK(4000, "CANCEL", "sip:bob@192.0.2.2", "1", "1",
		    "Reason: SIP;cause=200;text=\"Call completed elsewhere\""
		    "\r\n"),
		ANSWER(4020, "487 Request Terminated", "INVITE", "1", "1", ""),
	};
	static const struct made_step alone[] = {
		INVITED(""),
		REFUSED("487 Request Terminated", ""),
	};

	LAST_TELLS(steps,
		   "Cancelled\tby 192.0.2.1:5060, 4.00 s after the request\n");
	LAST_TELLS(steps,
		   "CANCEL says\tSIP 200, \"Call completed elsewhere\"\n");
	LAST_TELLS(alone, "Cancelled\tno CANCEL was seen before it\n");
}

static void a_503_tells_its_share_of_the_answers(void **state)
{
	struct made_step steps[12];
	char texts[12][512];
	struct buf out;

	/* Six calls, of which two are answered 503. */
	for (unsigned i = 0; i < 6; i++) {
		(void)snprintf(
			texts[2 * i], sizeof(texts[0]),
			MADE(INVITE_LINE, "b%u", ALICE, BOB, ID, "%u INVITE"),
			i, i + 1);
		(void)snprintf(texts[2 * i + 1], sizeof(texts[0]),
			       MADE("SIP/2.0 %s", "b%u", ALICE, BOB_TAGGED, ID,
				    "%u INVITE"),
			       i % 3 == 2 ? "503 Busy" : "486 Busy", i, i + 1);
		steps[2 * i] =
			(struct made_step){ 100 * (int)i, 1, 2, texts[2 * i] };
		steps[2 * i + 1] = (struct made_step){ 100 * (int)i + 50, 2, 1,
						       texts[2 * i + 1] };
	}
	out = evidence(ENGLISH, steps, 12, 11, NULL);
	tells(&out, "This server\t503 is 2 of its 6 final answers, 33 %\n");
	buf_free(&out);
	out = evidence(ENGLISH, steps, 12, 9, NULL);
	is_silent(&out, "This server");
	buf_free(&out);
}

/* ---- fields */

static void a_404_tells_the_number_and_its_form(void **state)
{
	static const struct {
		const char *user;
		const char *says;
	} cases[] = {
		{ "+4930123456", "Asked for\t+4930123456, international with "
				 "+ (E.164), 10 digits\n" },
		{ "004930123456", "international with 00, 12 digits\n" },
		{ "030123456", "national with a leading 0, 9 digits\n" },
		{ "123", "Asked for\t123, without a prefix, 3 digits\n" },
		{ "bob.7", "Asked for\tbob.7\n" },
	};

	for (size_t i = 0; i < MADE_COUNT(cases); i++) {
		char request[1024];
		struct made_step steps[] = {
			{ 0, 1, 2, request },
			REFUSED("404 Not Found", ""),
		};

		(void)snprintf(request, sizeof(request),
			       MADE("INVITE sip:%s@192.0.2.2 SIP/2.0", "1",
				    ALICE, "<sip:+4930123456@b>", ID,
				    "1 INVITE"),
			       cases[i].user);
		LAST_TELLS(steps, cases[i].says);
		if (i == 1)
			LAST_TELLS(steps, "To says\t+4930123456, the same "
					  "number in another form\n");
		if (i == 3)
			LAST_TELLS(steps, "To says\t+4930123456\n");
	}
}

static void a_refused_extension_is_named_on_both_sides(void **state)
{
	static const struct made_step bad[] = {
		INVITED("Require: foo, 100rel\r\n"),
		REFUSED("420 Bad Extension", "Unsupported: foo\r\n"),
	};
	static const struct made_step wanted[] = {
		INVITED(""),
		REFUSED("421 Extension Required", "Require: 100rel\r\n"),
	};

	LAST_TELLS(bad, "Unsupported\tfoo\n");
	LAST_TELLS(bad, "Require\tfoo, 100rel, the request wanted\n");
	LAST_TELLS(wanted, "Require\t100rel, the server wants\n");
	LAST_TELLS(wanted, "Supported\tthe request offered nothing\n");
}

static void an_interval_too_small_is_told_with_the_least(void **state)
{
	static const struct made_step session[] = {
		INVITED("Session-Expires: 50\r\n"),
		REFUSED("422 Session Interval Too Small", "Min-SE: 1800\r\n"),
	};
	static const struct made_step registration[] = {
		ASK(0, "REGISTER", "sip:192.0.2.2", "1", "1",
		    "Expires: 60\r\n"),
		ANSWER(50, "423 Interval Too Brief", "REGISTER", "1", "1",
		       "Min-Expires: 300\r\n"),
	};

	LAST_TELLS(session, "Min-SE\t1800 s, the least");
	LAST_TELLS(session, "Session-Expires\t50, the request asked for\n");
	LAST_TELLS(registration, "Min-Expires\t300 s, the least");
	LAST_TELLS(registration, "Expires\t60 s, the request asked for\n");
}

static void a_481_tells_whether_its_dialog_was_there(void **state)
{
	static const struct made_step unknown[] = {
		{ 0, 1, 2,
		  MADE("BYE sip:bob@192.0.2.2 SIP/2.0", "1", ALICE, BOB_TAGGED,
		       ID, "2 BYE") },
		ANSWER(50, "481 No", "BYE", "1", "2", ""),
	};
	static const struct made_step ended[] = {
		INVITED(""),
		REFUSED("200 OK", ""),
		{ 60, 1, 2,
		  MADE("ACK sip:bob@192.0.2.2 SIP/2.0", "2", ALICE, BOB_TAGGED,
		       ID, "1 ACK") },
		{ 1000, 1, 2,
		  MADE("BYE sip:bob@192.0.2.2 SIP/2.0", "3", ALICE, BOB_TAGGED,
		       ID, "2 BYE") },
		ANSWER(1010, "200 OK", "BYE", "3", "2", ""),
		{ 4000, 1, 2,
		  MADE("BYE sip:bob@192.0.2.2 SIP/2.0", "4", ALICE, BOB_TAGGED,
		       ID, "3 BYE") },
		ANSWER(4010, "481 No", "BYE", "4", "3", ""),
	};

	LAST_TELLS(unknown, "Dialog\tnever seen before this request");
	LAST_TELLS(ended, "Dialog\tit had ended 3.00 s before this request\n");
}

static void a_loop_names_the_element_that_it_passed_twice(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  INVITE_LINE "\r\n" VIA_P VIA_A VIA_P "From: " ALICE
			      "\r\nTo: " BOB "\r\nCall-ID: " ID
			      "\r\nCSeq: 1 INVITE\r\nMax-Forwards: 0\r\n"
			      "Content-Length: 0\r\n\r\n" },
		{ 10, 2, 1,
		  "SIP/2.0 483 Too Many Hops\r\n" VIA_P VIA_A VIA_P
		  "From: " ALICE "\r\nTo: " BOB_TAGGED "\r\nCall-ID: " ID
		  "\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n" },
	};

	LAST_TELLS(steps, "Max-Forwards\t0 as the request came here\n");
	LAST_TELLS(steps, "Via\t3 elements stand in the request\n");
	LAST_TELLS(steps, "Loop\tit passed 192.0.2.2 more than once\n");
}

#define SDP                                                                    \
	"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n"     \
	"t=0 0\r\nm=audio 4000 RTP/AVP 8 18\r\n"

static void a_488_tells_what_was_offered(void **state)
{
	static const struct made_step offered[] = {
		{ 0, 1, 2,
		  MADE_HEAD(INVITE_LINE, "1", ALICE, BOB, ID,
			    "1 INVITE") "Content-Type: "
					"application/sdp\r\n\r\n" SDP },
		REFUSED("488 Not Acceptable Here", ""),
	};
	static const struct made_step none[] = {
		INVITED(""),
		REFUSED("488 Not Acceptable Here", ""),
	};

	LAST_TELLS(offered, "Offer\taudio: PCMA G729\n");
	LAST_TELLS(none, "Offer\tthe request carried none\n");
}

/* ---- strangers, and the other language */

#define ODD "\x1b[2J\xff\xe2\x80\xae"

static const struct {
	const char *status;
	const char *request;
	const char *answer;
} odd_cases[] = {
	{ "401 X", "Authorization: Digest realm=\"" ODD "\"\r\n",
	  "WWW-Authenticate: Digest realm=\"" ODD "\", nonce=\"x\"\r\n" },
	{ "407 X", CREDENTIALS(GOOD ", algorithm=" ODD),
	  CHALLENGE(", algorithm=" ODD) },
	{ "403 X", "", "" },
	{ "404 X", "", "" },
	{ "408 X", "", "" },
	{ "420 X", "Require: " ODD "\r\n", "Unsupported: " ODD "\r\n" },
	{ "421 X", "Supported: " ODD "\r\n", "Require: " ODD "\r\n" },
	{ "422 X", "Session-Expires: " ODD "\r\n", "Min-SE: " ODD "\r\n" },
	{ "423 X", "Expires: " ODD "\r\n", "Min-Expires: " ODD "\r\n" },
	{ "481 X", "", "" },
	{ "483 X", "Via: SIP/2.0/UDP " ODD "\r\nVia: SIP/2.0/UDP " ODD "\r\n",
	  "" },
	{ "487 X", "Reason: " ODD "\r\n", "" },
	{ "488 X", "Content-Type: application/sdp\r\n", "" },
	{ "503 X", "", "Retry-After: " ODD "\r\n" },
};

static struct buf odd_answer(const struct catalogue *words, size_t i)
{
	char request[1024];
	char answer[1024];
	struct made_step steps[] = {
		{ 0, 1, 2, request },
		{ 50, 2, 1, answer },
	};

	(void)snprintf(request, sizeof(request), "%s%s\r\n%s",
		       MADE_HEAD("INVITE sip:" ODD "1@192.0.2.2 SIP/2.0", "1",
				 ALICE, BOB, ID, "1 INVITE"),
		       odd_cases[i].request, "v=" ODD "\r\n");
	(void)snprintf(answer, sizeof(answer), "SIP/2.0 %s\r\n%s%s\r\n",
		       odd_cases[i].status,
		       MADE_VIA("1") "From: " ALICE "\r\nTo: " BOB_TAGGED
				     "\r\nCall-ID: " ID
				     "\r\nCSeq: 1 INVITE\r\n",
		       odd_cases[i].answer);
	return evidence(words, steps, 2, 1, NULL);
}

static void words_of_both_sides_cannot_break_a_line(void **state)
{
	for (size_t i = 0; i < MADE_COUNT(odd_cases); i++) {
		struct buf out = odd_answer(ENGLISH, i);
		struct slice rest = { out.ptr, out.len - 1 };

		while (rest.len > 0) {
			struct slice line = slice_split(rest, '\n', &rest);
			struct slice text;

			(void)slice_split(line, '\t', &text);
			assert_true(slice_is_set(text));
			while (text.len > 0) {
				int32_t cp = utf8_next(&text);

				assert_true(cp >= 0 &&
					    !utf8_is_unsafe((uint32_t)cp));
			}
		}
		buf_free(&out);
	}
}

static void no_sentence_is_left_in_english(void **state)
{
	static const char *const english[] = {
		"the request", "Made by",     "Came through", "Credentials\t",
		"Tried again", "Asked for",   "seen",         "Before it",
		"Cancelled",   "This server",
	};
	struct catalogue **both = *state;

	for (size_t i = 0; i < MADE_COUNT(odd_cases); i++) {
		struct buf out = odd_answer(both[LANGUAGE_VI], i);

		for (size_t k = 0; k < MADE_COUNT(english); k++)
			is_silent(&out, english[k]);
		buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_tells_its_elements_and_who_made_it),
		cmocka_unit_test(a_408_tells_the_timer_and_what_came_before),
		cmocka_unit_test(
			a_first_challenge_is_no_fault_and_its_retry_is_told),
		cmocka_unit_test(refused_credentials_tell_which_field_is_wrong),
		cmocka_unit_test(empty_credentials_of_ims_are_no_fault),
		cmocka_unit_test(a_cancel_is_told_from_where_it_began),
		cmocka_unit_test(a_403_tells_whether_credentials_were_there),
		cmocka_unit_test(a_487_tells_who_cancelled_when_and_why),
		cmocka_unit_test(a_503_tells_its_share_of_the_answers),
		cmocka_unit_test(a_404_tells_the_number_and_its_form),
		cmocka_unit_test(a_refused_extension_is_named_on_both_sides),
		cmocka_unit_test(an_interval_too_small_is_told_with_the_least),
		cmocka_unit_test(a_481_tells_whether_its_dialog_was_there),
		cmocka_unit_test(a_loop_names_the_element_that_it_passed_twice),
		cmocka_unit_test(a_488_tells_what_was_offered),
		cmocka_unit_test(words_of_both_sides_cannot_break_a_line),
		cmocka_unit_test(no_sentence_is_left_in_english),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
