/* The identity screen, on a signed request that was broken on the way. */
#include "signed.h"

struct stage {
	struct signed_call *call;
	struct screen_argument argument;
	void *screen;
};

static void open_on(struct stage *t, uint32_t msg)
{
	screen_identity.close(t->screen);
	t->argument.msg = msg;
	t->screen = screen_identity.open(&t->call->scene->ctx, &t->argument);
	assert_non_null(t->screen);
}

static int set_up(void **state)
{
	struct stage *t = calloc(1, sizeof(*t));

	t->call = signed_new(LANGUAGE_EN);
	signed_judge(t->call);
	t->argument.call = t->call->call;
	open_on(t, t->call->second);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *t = *state;

	screen_identity.close(t->screen);
	signed_free(t->call);
	free(t);
	return 0;
}

static bool shows(struct stage *t, int rows, int columns, const char *text)
{
	return scene_shows(&screen_identity, t->screen, rows, columns, text);
}

static struct ui_request key(struct stage *t, int32_t k)
{
	return scene_key(&screen_identity, t->screen, ON_IDENTITY, k);
}

static void type(struct stage *t, const char *keys)
{
	scene_type(&screen_identity, t->screen, ON_IDENTITY, keys);
}

static void the_verdict_and_the_answer_stand_first(void **state)
{
	assert_true(shows(*state, 30, 100, "Identity signed@192.0.2.1"));
	assert_true(shows(*state, 30, 100, "INVITE 1  alice > bob"));
	assert_true(shows(*state, 30, 100, "X SIGNATURE_INVALID"));
	assert_true(shows(*state, 30, 100,
			  "a verifier should answer 438; seen: 438 from "
			  "192.0.2.3:5060 (agrees)"));
	key(*state, 'k');
	assert_true(shows(*state, 30, 100, "V VALID"));
	assert_true(shows(*state, 30, 100,
			  "a verifier lets it pass; no answer was seen"));
}

static void what_changed_is_told_with_who_did_it(void **state)
{
	assert_true(shows(*state, 30, 140,
			  "192.0.2.2 altered Date after signing: " SIGNED_DATE_1
			  " became " SIGNED_DATE_2));
}

/* What is the same in two long texts would hide what differs. */
static void of_long_texts_the_part_that_differs_is_shown(void **state)
{
	static const char front[] = "0123456789012345678901234567890123456789"
				    "0123456789012345678901234567890123456789"
				    "0123456789012345678901234567890123456789";
	struct stage *t = *state;
	char before[256];
	char after[256];

	(void)snprintf(before, sizeof(before), "%sOLD", front);
	(void)snprintf(after, sizeof(after), "%sNEW", front);
	t->call->before = slice_of(before);
	t->call->after = slice_of(after);
	open_on(t, t->call->second);
	assert_true(shows(t, 40, 160,
			  ": ~01234567890123456789OLD became "
			  "~01234567890123456789NEW"));
}

static void every_copy_of_the_request_has_its_row(void **state)
{
	assert_true(
		shows(*state, 24, 80, "  1  192.0.2.1:5060 > 192.0.2.2:5060"));
	assert_true(
		shows(*state, 24, 80, "> 2  192.0.2.2:5060 > 192.0.2.3:5060"));
	assert_true(shows(*state, 24, 80, "A   ! Date changed"));
	assert_true(shows(*state, 30, 100, "invalid   A"));
	assert_false(shows(*state, 24, 80, " 3  192.0.2.3"));
}

/* The caller tries again after a challenge: that is another request. */
static void another_request_of_the_call_is_no_copy(void **state)
{
	struct stage *t = *state;

	scene_msg(t->call->scene, 30, 1, 2, SIGNED_ID,
		  "INVITE sip:bob@example.com SIP/2.0", "c", "2 INVITE",
		  "Identity: \"c2ln\"\r\n", "");
	open_on(t, t->call->second);
	assert_true(shows(t, 24, 80, "> 2  192.0.2.2:5060"));
	assert_false(shows(t, 24, 80, " 3  192.0.2.1"));
	open_on(t, scene_id(t->call->scene, t->call->call, 5));
	assert_true(shows(t, 24, 80, "INVITE 2"));
	assert_true(shows(t, 24, 80, "  1  192.0.2.1:5060"));
	assert_false(shows(t, 24, 80, " 2  192.0.2.2"));
}

static void an_answer_leads_to_its_request(void **state)
{
	struct stage *t = *state;

	open_on(t, scene_id(t->call->scene, t->call->call, 4));
	assert_true(shows(t, 24, 80, "> 1  192.0.2.1:5060"));
	open_on(t, scene_id(t->call->scene, t->call->call, 3));
	assert_true(shows(t, 24, 80, "> 2  192.0.2.2:5060"));
}

static void without_a_message_the_worst_copy_is_shown(void **state)
{
	open_on(*state, 0);
	assert_true(shows(*state, 24, 80, "> 2  192.0.2.2:5060"));
}

static void up_and_down_choose_a_hop(void **state)
{
	key(*state, KEY_CODE_UP);
	assert_true(shows(*state, 24, 80, "> 1  192.0.2.1:5060"));
	assert_true(shows(*state, 24, 80, "Checks on hop 1, in order"));
	key(*state, KEY_CODE_UP);
	assert_true(shows(*state, 24, 80, "> 1  192.0.2.1:5060"));
	key(*state, KEY_CODE_DOWN);
	assert_true(shows(*state, 24, 80, "> 2  192.0.2.2:5060"));
}

static void checks_stand_in_order_and_the_failed_one_is_marked(void **state)
{
	struct stage *t = *state;
	struct canvas *c = scene_draw(&screen_identity, t->screen, 40, 100);
	int pass = scene_row(c, "pass  header grammar");
	int failed = scene_row(c, "FAIL  signature over the signed parts: "
				  "here");

	assert_true(pass > 0);
	assert_int_equal(scene_row(c, "skip  revocation: no CRL configured"),
			 pass + 1);
	assert_int_equal(failed, pass + 2);
	assert_int_equal(canvas_cell(c, failed, 3)->role, STYLE_PROBLEM);
	assert_int_equal(canvas_cell(c, failed, 3)->extra, EXTRA_CURSOR);
	assert_int_equal(canvas_cell(c, pass, 3)->role, STYLE_SUCCESS);
	canvas_free(c);
}

static void the_first_failed_check_is_seen_on_any_screen(void **state)
{
	assert_true(shows(*state, 24, 80, "FAIL  signature over"));
	assert_true(shows(*state, 17, 80, "FAIL  signature over"));
	assert_true(shows(*state, 10, 40, "X SIGNATURE_INVALID"));
}

static void what_it_means_and_what_to_do_comes_from_the_catalogue(void **state)
{
	assert_true(shows(*state, 60, 100, "What it means"));
	assert_true(shows(*state, 60, 100, "The signature does not fit"));
	assert_true(shows(*state, 60, 100, "How to fix"));
	assert_true(shows(*state, 60, 100, "i BODY_TRAILING  Bytes behind"));
}

static void the_certificate_stands_beside(void **state)
{
	assert_true(shows(*state, 30, 120, "subject       CN=SHAKEN \\x1b["));
	assert_true(
		shows(*state, 30, 120, "valid         1970-01-01 .. 2100-"));
	assert_true(shows(*state, 30, 120, "from          certificate folder"));
	assert_true(
		shows(*state, 60, 80, "issuer        CN=Test Intermediate"));
}

static void tab_goes_from_value_to_value(void **state)
{
	assert_true(shows(*state, 40, 100, "Identity 1 of 2"));
	key(*state, KEY_CODE_TAB);
	assert_true(shows(*state, 40, 100, "Identity 2 of 2"));
	assert_true(shows(*state, 40, 100, "? CERT_UNAVAILABLE"));
	assert_true(shows(*state, 40, 100, "Token (shaken, ES256)"));
	assert_true(shows(*state, 40, 100, "orig          tn 12155551212"));
	assert_true(shows(*state, 40, 100, "dest          tn 12155551213"));
	/* Message 2 came 1.005 s after 1970 began. */
	assert_true(shows(*state, 40, 160,
			  "1970-01-01 00:00:03 UTC, 2 s after it was seen"));
	assert_true(shows(*state, 40, 100, "Not at hand."));
	key(*state, KEY_CODE_LEFT);
	assert_true(shows(*state, 40, 100, "Identity 1 of 2"));
	key(*state, KEY_CODE_LEFT);
	assert_true(shows(*state, 40, 100, "Identity 2 of 2"));
}

static void the_token_is_shown_a_member_a_line(void **state)
{
	static const char *const lines[] = {
		"   \"alg\": \"ES256\",", "   \"attest\": \"A\",",
		"   \"dest\": {",         "     \"tn\": [",
		"       \"12155551213\"", "   \"iat\": 3,",
		"   \"empty\": []",
	};
	struct stage *t = *state;

	key(t, 't');
	assert_true(shows(t, 40, 80, "RFC 4474 has no token"));
	key(t, KEY_CODE_TAB);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_true(shows(t, 40, 80, lines[i]));
	assert_true(shows(t, 40, 80, "eyJ.eyJ.sig;info="));
	key(t, KEY_CODE_ESCAPE);
	assert_true(shows(t, 40, 80, "Hop by hop"));
}

/* Of a token that was cut anything may be left. */
static void a_broken_token_is_shown_as_far_as_it_goes(void **state)
{
	static const char *const texts[] = { "{\"a\":[1,{\"b\":\"c\\\"", "]]}}",
					     "\"\\", "{{{{[[[[" };
	struct stage *t = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		t->call->broken[1].payload = slice_of(texts[i]);
		open_on(t, t->call->second);
		type(t, "\t");
		assert_true(shows(t, 40, 80, "Hop by hop"));
		key(t, KEY_CODE_TAB);
		key(t, 't');
		assert_true(shows(t, 40, 80, "Claims"));
	}
	t->call->broken[1].payload = SLICE("]]}}");
	open_on(t, t->call->second);
	assert_true(shows(t, 40, 80, "Hop by hop"));
	type(t, "t");
	key(t, KEY_CODE_TAB);
	assert_true(shows(t, 40, 80, " ]]}}"));
	t->call->broken[1].payload = SLICE("{\"a\":\"}\\\"{\"}");
	open_on(t, t->call->second);
	assert_true(shows(t, 40, 80, "Hop by hop"));
	key(t, KEY_CODE_TAB);
	key(t, 't');
	assert_true(shows(t, 40, 80, "   \"a\": \"}\\\"{\""));
}

static void the_chain_is_shown_with_all_that_is_in_it(void **state)
{
	struct stage *t = *state;

	key(t, 'c');
	assert_true(shows(t, 40, 80, "asked for     https://cert.example.com"));
	assert_true(shows(t, 40, 80, "1 of 2: the signer"));
	assert_true(shows(t, 40, 80, "2 of 2: your trust anchor"));
	assert_true(shows(t, 40, 80, "SPC           1234"));
	assert_true(shows(t, 40, 80, "sha256        9f86 d081 884c 7d65"));
	assert_true(shows(t, 60, 100, "expired when captured"));
	assert_false(shows(t, 40, 80, "Hop by hop"));
	key(t, 'c');
	assert_true(shows(t, 40, 80, "Hop by hop"));
}

static void signed_bytes_of_two_copies_stand_side_by_side(void **state)
{
	struct stage *t = *state;
	struct canvas *c;
	char row[512];
	char *second;
	int at;

	key(t, 'b');
	c = scene_draw(&screen_identity, t->screen, 40, 120);
	at = scene_row(c, " !Date");
	assert_true(at > 0);
	canvas_row_text(c, at, row, sizeof(row));
	assert_non_null(strstr(row, SIGNED_DATE_1));
	second = strstr(row, SIGNED_DATE_2);
	assert_non_null(second);
	assert_int_equal(canvas_cell(c, at, (int)(second - row))->role,
			 STYLE_CHANGED);
	/* The second of the clock is what differs: ten letters before the end
	 * stands "1 GMT". */
	canvas_row_text(c, at + 1, row, sizeof(row));
	assert_int_equal(strcspn(row, "^"), 2 + 9 + 1 + 24);
	assert_true(scene_row(c, "From     sip:alice@example.com") > 0);
	assert_true(scene_row(c, "body     v=0") > 0);
	assert_true(scene_row(c, "It held on hop 1") > 0);
	canvas_free(c);
	assert_true(shows(t, 40, 60, "- " SIGNED_DATE_1));
	assert_true(shows(t, 40, 60, "+ " SIGNED_DATE_2));
}

static void a_copy_that_held_stands_alone(void **state)
{
	key(*state, 'k');
	key(*state, 'b');
	assert_true(shows(*state, 40, 120, "Date       " SIGNED_DATE_1));
	assert_false(shows(*state, 40, 120, "^"));
}

/* Of a compact token header and claims are rebuilt: base64url of {"a":1} and
 * {"b":2}, by base64(1). */
static void a_rebuilt_token_is_decoded(void **state)
{
	struct stage *t = *state;
	struct identity_header *h = &t->call->broken[1];

	h->compact = true;
	h->jose = SLICE_NONE;
	h->payload = SLICE_NONE;
	h->signed_bytes = SLICE("eyJhIjoxfQ.eyJiIjoyfQ");
	open_on(t, t->call->second);
	assert_true(shows(t, 40, 80, "Hop by hop"));
	key(t, KEY_CODE_TAB);
	key(t, 'b');
	assert_true(shows(t, 40, 80, "header     {"));
	assert_true(shows(t, 40, 80, "  \"a\": 1"));
	assert_true(shows(t, 40, 80, "claims     {"));
	assert_true(shows(t, 40, 80, "  \"b\": 2"));
}

static void brackets_go_from_failed_check_to_warning(void **state)
{
	struct stage *t = *state;

	assert_true(shows(t, 24, 80, "FAIL"));
	assert_string_equal(key(t, 'e').argument.word, "SIGNATURE_INVALID");
	key(t, ']');
	assert_string_equal(key(t, 'e').argument.word, "BODY_TRAILING");
	assert_true(shows(t, 24, 80, "i BODY_TRAILING"));
	key(t, ']');
	assert_string_equal(key(t, 'e').argument.word, "SIGNATURE_INVALID");
	key(t, '[');
	assert_string_equal(key(t, 'e').argument.word, "BODY_TRAILING");
	t->call->held.caveats = 0;
	key(t, 'k');
	assert_true(shows(t, 24, 80, "V VALID"));
	key(t, ']');
	assert_true(shows(t, 24, 80, "No check failed."));
	assert_string_equal(key(t, 'e').argument.word, "VALID");
}

static void keys_lead_to_the_message_and_to_the_codes(void **state)
{
	struct stage *t = *state;
	struct ui_request r;

	assert_true(shows(t, 24, 80, "Hop by hop"));
	r = key(t, KEY_CODE_ENTER);
	assert_int_equal(r.screen, SCREEN_MESSAGE);
	assert_int_equal(r.argument.msg, t->call->second);
	r = key(t, '=');
	assert_int_equal(r.screen, SCREEN_COMPARE);
	assert_int_equal(r.argument.code, 438);
	assert_int_equal(key(t, KEY_CODE_ESCAPE).kind, UI_BACK);
}

static void what_is_copied_holds_no_control_character(void **state)
{
	struct stage *t = *state;
	struct ui_request r;

	assert_true(shows(t, 24, 120, "Hop by hop"));
	r = key(t, 'y');
	assert_int_equal(r.kind, UI_COPY);
	assert_true(slice_search(r.text, SLICE("X SIGNATURE_INVALID"), false) <
		    r.text.len);
	assert_true(slice_search(r.text, SLICE("SHAKEN \\x1b[31m"), false) <
		    r.text.len);
	for (size_t i = 0; i < r.text.len; i++)
		assert_true(r.text.ptr[i] == '\n' ||
			    (unsigned char)r.text.ptr[i] >= ' ');
}

static void where_nobody_signs_one_line_says_so(void **state)
{
	struct stage *t = *state;

	t->argument.call = scene_busy_call(t->call->scene);
	t->argument.call = view_last(t->call->scene->ctx.view)->id;
	scene_msg(t->call->scene, 99, 1, 2, "options@192.0.2.1",
		  "OPTIONS sip:bob@example.com SIP/2.0", "o", "1 OPTIONS", "",
		  "");
	t->argument.call = view_last(t->call->scene->ctx.view)->id;
	open_on(t, 0);
	assert_true(shows(t, 24, 80, "No message of this call carries an"));
	assert_true(shows(t, 10, 40, "No message of this call"));
	type(t, "ctb][eyY\r=");
}

static void where_nobody_judges_one_line_says_so(void **state)
{
	struct stage *t = *state;

	t->call->scene->ctx.identity = NULL;
	open_on(t, t->call->second);
	assert_true(shows(t, 24, 80, "Nothing is judged here."));
	t->call->scene->ctx.identity = &t->call->reader;
	t->call->deaf = true;
	open_on(t, t->call->second);
	assert_true(shows(t, 24, 80, "cannot be read any more."));
	type(t, "ctb][eyY\r=");
	assert_true(shows(t, 24, 80, "cannot be read any more."));
}

static void a_verdict_that_comes_late_is_shown(void **state)
{
	struct signed_call *late = signed_new(LANGUAGE_EN);
	struct screen_argument argument = { .call = late->call };
	void *screen = screen_identity.open(&late->scene->ctx, &argument);

	(void)state;
	assert_true(scene_shows(&screen_identity, screen, 24, 80, "? waiting"));
	assert_true(late->wanted > 0);
	late->wanted = 0;
	signed_judge(late);
	assert_true(scene_shows(&screen_identity, screen, 24, 80,
				"! Date changed"));
	assert_int_equal(late->wanted, 0);
	screen_identity.close(screen);
	signed_free(late);
}

/* Details are worked out anew each time: a draw must not ask for them. */
static void drawing_again_asks_nothing(void **state)
{
	struct stage *t = *state;
	unsigned asked;

	assert_true(shows(t, 24, 80, "Hop by hop"));
	asked = t->call->asked;
	for (unsigned i = 0; i < 10; i++)
		assert_true(shows(t, 24, 80, "Hop by hop"));
	assert_int_equal(t->call->asked, asked);
}

static void a_call_that_was_forgotten_is_told(void **state)
{
	struct stage *t = *state;

	assert_true(shows(t, 24, 80, "Hop by hop"));
	store_clear(t->call->scene->store);
	assert_true(shows(t, 24, 80, "This call was forgotten"));
	type(t, "jkctb][eyY\r=");
}

static void searching_finds_a_line(void **state)
{
	assert_true(shows(*state, 24, 80, "Hop by hop"));
	type(*state, "/test intermediate\r");
	assert_true(shows(*state, 24, 80, "issuer        CN=Test"));
	type(*state, "/neverland\r");
	assert_true(shows(*state, 24, 80, "Not found."));
}

static void every_size_and_every_action_is_safe(void **state)
{
	struct stage *t = *state;
	const struct ui_context *ctx = &t->call->scene->ctx;
	struct screen_argument none = { 0 };

	scene_every_size(&screen_identity, ctx, &t->argument);
	scene_every_size(&screen_identity, ctx, &none);
	t->call->broken_count = 0;
	scene_every_size(&screen_identity, ctx, &t->argument);
	store_clear(t->call->scene->store);
	scene_every_size(&screen_identity, ctx, &t->argument);
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(the_verdict_and_the_answer_stand_first),
		ON_STAGE(what_changed_is_told_with_who_did_it),
		ON_STAGE(of_long_texts_the_part_that_differs_is_shown),
		ON_STAGE(every_copy_of_the_request_has_its_row),
		ON_STAGE(another_request_of_the_call_is_no_copy),
		ON_STAGE(an_answer_leads_to_its_request),
		ON_STAGE(without_a_message_the_worst_copy_is_shown),
		ON_STAGE(up_and_down_choose_a_hop),
		ON_STAGE(checks_stand_in_order_and_the_failed_one_is_marked),
		ON_STAGE(the_first_failed_check_is_seen_on_any_screen),
		ON_STAGE(what_it_means_and_what_to_do_comes_from_the_catalogue),
		ON_STAGE(the_certificate_stands_beside),
		ON_STAGE(tab_goes_from_value_to_value),
		ON_STAGE(the_token_is_shown_a_member_a_line),
		ON_STAGE(a_broken_token_is_shown_as_far_as_it_goes),
		ON_STAGE(the_chain_is_shown_with_all_that_is_in_it),
		ON_STAGE(signed_bytes_of_two_copies_stand_side_by_side),
		ON_STAGE(a_copy_that_held_stands_alone),
		ON_STAGE(a_rebuilt_token_is_decoded),
		ON_STAGE(brackets_go_from_failed_check_to_warning),
		ON_STAGE(keys_lead_to_the_message_and_to_the_codes),
		ON_STAGE(what_is_copied_holds_no_control_character),
		ON_STAGE(where_nobody_signs_one_line_says_so),
		ON_STAGE(where_nobody_judges_one_line_says_so),
		ON_STAGE(a_verdict_that_comes_late_is_shown),
		ON_STAGE(drawing_again_asks_nothing),
		ON_STAGE(a_call_that_was_forgotten_is_told),
		ON_STAGE(searching_finds_a_line),
		ON_STAGE(every_size_and_every_action_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
