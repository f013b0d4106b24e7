/* The delays of a call, as the report defines them. */
#include "rtp.h"
#include "sipmon/call/timing.h"

#define NONE INT64_MIN

/* In milliseconds, in the order of struct timing. */
static void takes(const struct store *s, int64_t trying, int64_t pdd,
		  int64_t ring, int64_t setup, int64_t talk, int64_t teardown)
{
	struct timing t = timing_of(store_view(s), the_call(s));
	const int64_t got[] = { t.trying_ns, t.pdd_ns,  t.ring_ns,
				t.setup_ns,  t.talk_ns, t.teardown_ns };
	const int64_t expected[] = { trying, pdd, ring, setup, talk, teardown };

	for (size_t i = 0; i < sizeof(got) / sizeof(got[0]); i++) {
		int64_t ns = expected[i] == NONE ? TIMING_NONE
						 : expected[i] * CLOCK_MS_NS;

		if (got[i] != ns)
			fail_msg("value %zu is %lld ns", i, (long long)got[i]);
	}
}

static void a_call_has_all_six(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 1000, .way = "A>B", .line = "INVITE");
	takes(s, NONE, NONE, NONE, NONE, NONE, NONE);
	SAY(s, .at_ms = 1020, .way = "B>A", .line = "100");
	takes(s, 20, NONE, NONE, NONE, NONE, NONE);
	SAY(s, .at_ms = 1030, .way = "B>A", .line = "100");
	SAY(s, .at_ms = 1300, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 1400, .way = "B>A", .line = "183", .to = "b");
	takes(s, 20, 300, NONE, NONE, NONE, NONE);
	SAY(s, .at_ms = 3300, .way = "B>A", .line = "200", .to = "b");
	takes(s, 20, 300, 2000, 2300, NONE, NONE);
	SAY(s, .at_ms = 3310, .way = "A>B", .line = "ACK", .branch = "2",
	    .to = "b");
	SAY(s, .at_ms = 63300, .way = "B>A", .line = "BYE", .branch = "3",
	    .from = "b", .to = "a");
	takes(s, 20, 300, 2000, 2300, 60000, NONE);
	SAY(s, .at_ms = 63340, .way = "A>B", .line = "200", .of = "BYE",
	    .branch = "3", .from = "b", .to = "a");
	takes(s, 20, 300, 2000, 2300, 60000, 40);
}

static void any_18x_is_ringing(void **state)
{
	static const char *const codes[] = { "180", "181", "182",
					     "183", "185", "189" };
	struct store *s = *state;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		store_clear(s);
		SAY(s, .way = "A>B", .line = "INVITE");
		SAY(s, .at_ms = 1, .way = "B>A", .line = "179", .to = "b");
		SAY(s, .at_ms = 2, .way = "B>A", .line = "190", .to = "b");
		takes(s, NONE, NONE, NONE, NONE, NONE, NONE);
		SAY(s, .at_ms = 3, .way = "B>A", .line = codes[i], .to = "b");
		takes(s, NONE, 3, NONE, NONE, NONE, NONE);
	}
}

static void without_ringing_the_final_response_stands_in(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 5, .way = "B>A", .line = "100");
	SAY(s, .at_ms = 700, .way = "B>A", .line = "404", .to = "b");
	takes(s, 5, 700, NONE, NONE, NONE, NONE);
}

static void a_refusal_ends_the_ringing(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 100, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 4100, .way = "B>A", .line = "486", .to = "b");
	/* its copy changes nothing */
	SAY(s, .at_ms = 4600, .way = "B>A", .line = "486", .to = "b");
	takes(s, NONE, 100, 4000, NONE, NONE, NONE);
}

static void copies_do_not_begin_anew(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 500, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 600, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 1000, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .at_ms = 1500, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .at_ms = 2000, .way = "A>B", .line = "BYE", .branch = "2",
	    .to = "b", .cseq = 2);
	SAY(s, .at_ms = 2500, .way = "A>B", .line = "BYE", .branch = "2",
	    .to = "b", .cseq = 2);
	SAY(s, .at_ms = 2600, .way = "B>A", .line = "200", .of = "BYE",
	    .branch = "2", .to = "b", .cseq = 2);
	takes(s, NONE, 600, 400, 1000, 1000, 600);
}

static void a_challenge_that_was_answered_does_not_count(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .at_ms = 10, .way = "P>A", .line = "407", .to = "p");
	/* not answered yet */
	takes(s, NONE, 10, NONE, NONE, NONE, NONE);
	SAY(s, .at_ms = 50, .way = "A>P", .line = "INVITE", .branch = "2",
	    .cseq = 2);
	takes(s, NONE, NONE, NONE, NONE, NONE, NONE);
	SAY(s, .at_ms = 60, .way = "P>A", .line = "100", .branch = "2",
	    .cseq = 2);
	SAY(s, .at_ms = 400, .way = "P>A", .line = "180", .branch = "2",
	    .cseq = 2, .to = "b");
	SAY(s, .at_ms = 900, .way = "P>A", .line = "200", .branch = "2",
	    .cseq = 2, .to = "b");
	takes(s, 60, 400, 500, 900, NONE, NONE);
}

static void only_the_first_hop_counts(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .at_ms = 10, .way = "P>B", .line = "INVITE", .branch = "2");
	SAY(s, .at_ms = 20, .way = "B>P", .line = "100", .branch = "2");
	SAY(s, .at_ms = 30, .way = "B>P", .line = "180", .branch = "2",
	    .to = "b");
	SAY(s, .at_ms = 35, .way = "P>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 90, .way = "B>P", .line = "200", .branch = "2",
	    .to = "b");
	SAY(s, .at_ms = 95, .way = "P>A", .line = "200", .to = "b");
	SAY(s, .at_ms = 200, .way = "B>P", .line = "BYE", .branch = "3",
	    .from = "b", .to = "a");
	SAY(s, .at_ms = 205, .way = "P>A", .line = "BYE", .branch = "4",
	    .from = "b", .to = "a");
	SAY(s, .at_ms = 215, .way = "A>P", .line = "200", .of = "BYE",
	    .branch = "4", .from = "b", .to = "a");
	SAY(s, .at_ms = 225, .way = "P>B", .line = "200", .of = "BYE",
	    .branch = "3", .from = "b", .to = "a");
	takes(s, NONE, 35, 60, 95, 110, 10);
}

static void a_bye_past_the_proxy_ends_the_talk_too(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .at_ms = 100, .way = "P>A", .line = "200", .to = "b");
	SAY(s, .at_ms = 500, .way = "B>A", .line = "BYE", .branch = "3",
	    .from = "b", .to = "a");
	takes(s, NONE, 100, NONE, 100, 400, NONE);
}

static void the_bye_of_another_fork_does_not_end_the_talk(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .at_ms = 100, .way = "P>A", .line = "200", .to = "b");
	SAY(s, .at_ms = 110, .way = "P>A", .line = "200", .to = "c");
	SAY(s, .at_ms = 120, .way = "A>P", .line = "BYE", .branch = "2",
	    .to = "c", .cseq = 2);
	SAY(s, .at_ms = 130, .way = "P>A", .line = "200", .of = "BYE",
	    .branch = "2", .to = "c", .cseq = 2);
	takes(s, NONE, 100, NONE, 100, NONE, NONE);
	SAY(s, .at_ms = 900, .way = "A>P", .line = "BYE", .branch = "3",
	    .to = "b", .cseq = 2);
	SAY(s, .at_ms = 920, .way = "P>A", .line = "200", .of = "BYE",
	    .branch = "3", .to = "b", .cseq = 2);
	takes(s, NONE, 100, NONE, 100, 800, 20);
}

static void without_the_request_there_is_nothing_to_count_from(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 10, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 30, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .at_ms = 50, .way = "A>B", .line = "BYE", .branch = "2",
	    .to = "b", .cseq = 2);
	takes(s, NONE, NONE, 20, NONE, 20, NONE);
}

static void a_bye_alone_has_only_its_own_delay(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 10, .way = "A>B", .line = "BYE", .to = "b");
	SAY(s, .at_ms = 35, .way = "B>A", .line = "481", .of = "BYE",
	    .to = "b");
	takes(s, NONE, NONE, NONE, NONE, NONE, 25);
}

static void other_methods_have_none(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "OPTIONS");
	SAY(s, .at_ms = 10, .way = "B>A", .line = "100", .of = "OPTIONS");
	SAY(s, .at_ms = 20, .way = "B>A", .line = "200", .of = "OPTIONS",
	    .to = "b");
	takes(s, NONE, NONE, NONE, NONE, NONE, NONE);
}

static void no_delay_is_negative(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 1000, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 900, .way = "B>A", .line = "100");
	SAY(s, .at_ms = 1200, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 1100, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .at_ms = 1050, .way = "A>B", .line = "BYE", .branch = "2",
	    .to = "b", .cseq = 2);
	SAY(s, .at_ms = 1040, .way = "B>A", .line = "200", .of = "BYE",
	    .branch = "2", .to = "b", .cseq = 2);
	takes(s, NONE, 200, NONE, 100, NONE, NONE);
}

/* ---- those behind the six */

struct rest {
	int64_t to_180;
	int64_t to_181;
	int64_t to_182;
	int64_t to_183;
	int64_t to_199;
	int64_t failure;
	int64_t early_media;
	int64_t first_rtp;
	int64_t prack;
	int64_t update;
};

/* In milliseconds; what is left out is NONE, and 0 is written -1. */
static void rest_is(const struct store *s, struct rest expected)
{
	struct timing t = timing_of(store_view(s), the_call(s));
	const int64_t got[] = { t.to_180_ns,      t.to_181_ns,    t.to_182_ns,
				t.to_183_ns,      t.to_199_ns,    t.failure_ns,
				t.early_media_ns, t.first_rtp_ns, t.prack_ns,
				t.update_ns };
	int64_t ms[sizeof(got) / sizeof(got[0])];

	memcpy(ms, &expected, sizeof(ms));
	for (size_t i = 0; i < sizeof(got) / sizeof(got[0]); i++) {
		int64_t ns = ms[i] == 0 ? TIMING_NONE : ms[i] * CLOCK_MS_NS;

		if (got[i] != (ms[i] == -1 ? 0 : ns))
			fail_msg("value %zu is %lld ns", i, (long long)got[i]);
	}
}

#define REST_IS(s, ...) rest_is(s, (struct rest){ __VA_ARGS__ })

static void each_code_has_its_first_response(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 1000, .way = "A>P", .line = "INVITE");
	REST_IS(s, .failure = 0);
	SAY(s, .at_ms = 1002, .way = "P>B", .line = "INVITE", .branch = "2");
	SAY(s, .at_ms = 1003, .way = "B>P", .line = "183", .branch = "2",
	    .to = "b");
	SAY(s, .at_ms = 1005, .way = "P>A", .line = "183", .to = "b");
	SAY(s, .at_ms = 1006, .way = "P>A", .line = "181", .to = "b");
	SAY(s, .at_ms = 1007, .way = "P>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 1008, .way = "P>A", .line = "182", .to = "b");
	SAY(s, .at_ms = 1009, .way = "P>A", .line = "183", .to = "c");
	SAY(s, .at_ms = 1010, .way = "P>A", .line = "199", .to = "b");
	SAY(s, .at_ms = 1011, .way = "P>A", .line = "180", .to = "c");
	SAY(s, .at_ms = 1500, .way = "P>A", .line = "200", .to = "c");
	REST_IS(s, .to_180 = 7, .to_181 = 6, .to_182 = 8, .to_183 = 5,
		.to_199 = 10);
}

static void a_failure_counts_from_the_first_invite(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .at_ms = 10, .way = "P>A", .line = "407", .to = "p");
	SAY(s, .at_ms = 50, .way = "A>P", .line = "INVITE", .branch = "2",
	    .cseq = 2);
	REST_IS(s, .failure = 0);
	SAY(s, .at_ms = 900, .way = "P>A", .line = "503", .branch = "2",
	    .cseq = 2, .to = "b");
	REST_IS(s, .failure = 900);
	/* which the next attempt makes good */
	SAY(s, .at_ms = 950, .way = "A>P", .line = "INVITE", .branch = "3",
	    .cseq = 3);
	SAY(s, .at_ms = 990, .way = "P>A", .line = "200", .branch = "3",
	    .cseq = 3, .to = "b");
	REST_IS(s, .failure = 0);
}

static void early_media_lasts_until_the_final_response(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE", .more = SDP_TYPE, .body = SDP_A);
	SAY(s, .at_ms = 100, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 200, .way = "B>A", .line = "183", .to = "b",
	    .more = SDP_TYPE, .body = SDP_B);
	REST_IS(s, .to_180 = 100, .to_183 = 200);
	SAY(s, .at_ms = 250, .way = "B>A", .line = "180", .to = "b",
	    .more = SDP_TYPE, .body = SDP_B);
	SAY(s, .at_ms = 1700, .way = "B>A", .line = "486", .to = "b");
	REST_IS(s, .to_180 = 100, .to_183 = 200, .early_media = 1500,
		.failure = 1700);
}

static void the_slowest_prack_and_update_count(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 10, .way = "A>B", .line = "PRACK", .branch = "2",
	    .to = "b", .cseq = 2);
	SAY(s, .at_ms = 15, .way = "A>B", .line = "PRACK", .branch = "2",
	    .to = "b", .cseq = 2);
	SAY(s, .at_ms = 40, .way = "B>A", .line = "200", .of = "PRACK",
	    .branch = "2", .to = "b", .cseq = 2);
	SAY(s, .at_ms = 50, .way = "A>B", .line = "PRACK", .branch = "3",
	    .to = "b", .cseq = 3);
	SAY(s, .at_ms = 60, .way = "B>A", .line = "200", .of = "PRACK",
	    .branch = "3", .to = "b", .cseq = 3);
	/* of the callee, and one without an answer */
	SAY(s, .at_ms = 70, .way = "B>A", .line = "UPDATE", .branch = "4",
	    .from = "b", .to = "a", .cseq = 4);
	SAY(s, .at_ms = 75, .way = "A>B", .line = "200", .of = "UPDATE",
	    .branch = "4", .from = "b", .to = "a", .cseq = 4);
	SAY(s, .at_ms = 80, .way = "A>B", .line = "UPDATE", .branch = "5",
	    .to = "b", .cseq = 5);
	REST_IS(s, .prack = 30, .update = 5);
}

/* ---- RTP */

static void rtp_counts_from_the_answer(void **state)
{
	struct store *s = *state;

	say_talk(s, "one", 0, false);
	REST_IS(s, .first_rtp = 0);
	RTP(s, .at_ms = 1300, .way = "A>B", .ssrc = 1, .count = 9);
	RTP(s, .at_ms = 1040, .way = "B>A", .ssrc = 2, .count = 9);
	REST_IS(s, .first_rtp = 40);
	/* RTP was there before the answer was */
	RTP(s, .at_ms = 900, .way = "C>A", .ssrc = 3, .count = 9);
	REST_IS(s, .first_rtp = -1);
}

static void the_offer_made_again_is_no_answer(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE", .more = SDP_TYPE, .body = SDP_A);
	SAY(s, .at_ms = 10, .way = "B>A", .line = "407", .to = "p");
	SAY(s, .at_ms = 50, .way = "A>B", .line = "INVITE", .branch = "2",
	    .cseq = 2, .more = SDP_TYPE, .body = SDP_A);
	SAY(s, .at_ms = 500, .way = "B>A", .line = "200", .branch = "2",
	    .cseq = 2, .to = "b", .more = SDP_TYPE, .body = SDP_B);
	RTP(s, .at_ms = 520, .way = "B>A", .ssrc = 1, .count = 9);
	REST_IS(s, .first_rtp = 20);
}

static void where_the_answer_is_in_the_ack_it_counts_from_there(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 500, .way = "B>A", .line = "200", .to = "b",
	    .more = SDP_TYPE, .body = SDP_B);
	SAY(s, .at_ms = 600, .way = "A>B", .line = "ACK", .branch = "2",
	    .to = "b", .more = SDP_TYPE, .body = SDP_A);
	RTP(s, .at_ms = 620, .way = "B>A", .ssrc = 1, .count = 9);
	REST_IS(s, .first_rtp = 20);
}

static void what_was_there_before_the_offer_is_of_another_call(void **state)
{
	struct store *s = *state;

	say_talk(s, "one", 1000, true);
	RTP(s, .at_ms = 0, .way = "B>A", .ssrc = 1, .count = 200);
	REST_IS(s, .first_rtp = 0);
	RTP(s, .at_ms = 2100, .way = "C>A", .ssrc = 2, .count = 9);
	REST_IS(s, .first_rtp = 100);
}

static void without_an_answer_there_is_no_first_rtp(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE", .more = SDP_TYPE, .body = SDP_A);
	RTP(s, .at_ms = 100, .way = "B>A", .ssrc = 1, .count = 9);
	REST_IS(s, .first_rtp = 0);
	/* nor if the clock was set back in between */
	SAY(s, .at_ms = -50, .way = "B>A", .line = "200", .to = "b",
	    .more = SDP_TYPE, .body = SDP_B);
	REST_IS(s, .first_rtp = 0);
}

static void none_of_the_rest_is_negative(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 1000, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 900, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 2000, .way = "B>A", .line = "183", .to = "b",
	    .more = SDP_TYPE, .body = SDP_B);
	SAY(s, .at_ms = 950, .way = "A>B", .line = "PRACK", .branch = "2",
	    .to = "b", .cseq = 2);
	SAY(s, .at_ms = 940, .way = "B>A", .line = "200", .of = "PRACK",
	    .branch = "2", .to = "b", .cseq = 2);
	SAY(s, .at_ms = 930, .way = "B>A", .line = "486", .to = "b");
	REST_IS(s, .to_183 = 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STORE(a_call_has_all_six),
		IN_STORE(any_18x_is_ringing),
		IN_STORE(without_ringing_the_final_response_stands_in),
		IN_STORE(a_refusal_ends_the_ringing),
		IN_STORE(copies_do_not_begin_anew),
		IN_STORE(a_challenge_that_was_answered_does_not_count),
		IN_STORE(only_the_first_hop_counts),
		IN_STORE(a_bye_past_the_proxy_ends_the_talk_too),
		IN_STORE(the_bye_of_another_fork_does_not_end_the_talk),
		IN_STORE(without_the_request_there_is_nothing_to_count_from),
		IN_STORE(a_bye_alone_has_only_its_own_delay),
		IN_STORE(other_methods_have_none),
		IN_STORE(no_delay_is_negative),
		IN_STORE(each_code_has_its_first_response),
		IN_STORE(a_failure_counts_from_the_first_invite),
		IN_STORE(early_media_lasts_until_the_final_response),
		IN_STORE(the_slowest_prack_and_update_count),
		IN_MEDIA_STORE(rtp_counts_from_the_answer),
		IN_MEDIA_STORE(the_offer_made_again_is_no_answer),
		IN_MEDIA_STORE(
			where_the_answer_is_in_the_ack_it_counts_from_there),
		IN_MEDIA_STORE(
			what_was_there_before_the_offer_is_of_another_call),
		IN_MEDIA_STORE(without_an_answer_there_is_no_first_rtp),
		IN_STORE(none_of_the_rest_is_negative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
