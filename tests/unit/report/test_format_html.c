/* The HTML page: well-formed, alone, and strangers' words in it are words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "made.h"

#define DEPTH_MAX 64

struct fixture {
	struct catalogue *words;
};

static int load(void **state)
{
	static struct fixture f;
	struct problem problem;

	*state = &f;
	return catalogue_new(&f.words, LANGUAGE_EN, &problem);
}

static int unload(void **state)
{
	struct fixture *f = *state;

	catalogue_free(f->words);
	return 0;
}

/* The report of these messages; the caller frees it. */
static char *page_of(const struct fixture *f, const struct made_step *steps,
		     size_t count)
{
	struct counters counters = { .packets = count };
	struct store *s = made_store(steps, count);
	const struct report_input in = { .view = store_view(s),
					 .counters = &counters,
					 .words = f->words,
					 .find = made_find,
					 .columns = 80 };
	size_t len;
	char *text = made_report("html", &in, &len);

	assert_non_null(text);
	assert_int_equal(strlen(text), len);
	store_free(s);
	return text;
}

static unsigned count_of(const char *text, const char *part)
{
	unsigned n = 0;

	for (const char *p = strstr(text, part); p != NULL;
	     p = strstr(p + 1, part))
		n++;
	return n;
}

/* ---- is it well-formed? */

struct open_tags {
	unsigned depth;
	struct slice names[DEPTH_MAX];
};

/* One "<...>" whose inside is `tag`. */
static void take_tag(struct open_tags *t, struct slice tag)
{
	bool closes = tag.len > 0 && tag.ptr[0] == '/';
	bool empty = tag.len > 0 && tag.ptr[tag.len - 1] == '/';
	struct slice name;

	if (tag.len > 0 && tag.ptr[0] == '!')
		return;
	if (closes)
		tag = slice_sub(tag, 1, tag.len - 1);
	name = slice_split(tag, ' ', NULL);
	if (closes) {
		assert_true(t->depth > 0);
		t->depth--;
		if (!slice_eq(t->names[t->depth], name))
			fail_msg("<%.*s> is closed by </%.*s>",
				 SLICE_ARG(t->names[t->depth]),
				 SLICE_ARG(name));
	} else if (!empty) {
		assert_true(t->depth < DEPTH_MAX);
		t->names[t->depth++] = name;
	}
}

static void check_form(const char *text)
{
	struct open_tags t = { 0 };
	const char *style = strstr(text, "</style>");
	const char *p = strstr(text, "<style>");

	assert_non_null(p);
	assert_non_null(style);
	assert_null(memchr(p + 7, '<', (size_t)(style - p - 7)));
	for (p = strchr(text, '<'); p != NULL; p = strchr(p, '<')) {
		const char *end = strchr(p, '>');

		assert_non_null(end);
		assert_null(memchr(p + 1, '<', (size_t)(end - p - 1)));
		take_tag(&t, (struct slice){ p + 1, (size_t)(end - p - 1) });
		p = end;
	}
	assert_int_equal(t.depth, 0);
}

/* ---- */

static const struct made_step answered[] = { ANSWERED_CALL };

static void every_tag_is_closed(void **state)
{
	char *text = page_of(*state, answered, MADE_COUNT(answered));

	check_form(text);
	free(text);
}

static void the_page_stands_alone(void **state)
{
	char *text = page_of(*state, answered, MADE_COUNT(answered));

	assert_non_null(strstr(text, "Content-Security-Policy"));
	assert_non_null(strstr(text, "default-src 'none'"));
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "<link"));
	assert_null(strstr(text, "<img"));
	assert_null(strstr(text, "@import"));
	assert_null(strstr(text, "url("));
	assert_int_equal(count_of(text, "href=\""), count_of(text, "href=\"#"));
	/* Names of XML, and no address of anything else. */
	assert_int_equal(count_of(text, "http"),
			 count_of(text, "xmlns=\"http://www.w3.org/") +
				 count_of(text, "http-equiv"));
	free(text);
}

static void a_call_is_drawn_with_an_arrow_for_each_message(void **state)
{
	char *text = page_of(*state, answered, MADE_COUNT(answered));

	assert_int_equal(count_of(text, "<polygon "), MADE_COUNT(answered));
	assert_non_null(strstr(text, ">180 Ringing</text>"));
	assert_non_null(strstr(text, "alice called bob."));
	assert_non_null(strstr(text, "stuck-in-trying"));
	assert_non_null(strstr(text, "<details id=\"c1\" open=\"open\">"));
	assert_non_null(strstr(text, "href=\"#c1\""));
	free(text);
}

#define EVIL "\"<script>alert(1)</script>\" <sip:a'b&\"c\"<x>y\x1b]0;z@h>;tag=1"

static void strangers_words_are_no_markup(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE("<b>X sip:b@192.0.2.2 SIP/2.0", "e1", EVIL,
		       "<sip:%3Cimg%20src=x%3E<i>@h>", "</style><i>@\xff\xfe",
		       "1 <b>X") },
		{ 5, 2, 1,
		  MADE("SIP/2.0 404 <u>No", "e1", EVIL, BOB_TAGGED,
		       "</style><i>@\xff\xfe", "1 INVITE") },
	};
	char *text = page_of(*state, steps, MADE_COUNT(steps));

	check_form(text);
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "<i>"));
	assert_null(strstr(text, "<u>"));
	assert_null(strchr(text, 0x1b));
	assert_non_null(strstr(text, "&lt;/style&gt;&lt;i&gt;@\\xff\\xfe"));
	free(text);
}

static void many_calls_are_told_and_some_left_out_by_number(void **state)
{
	enum { CALLS = 400 };
	static struct made_step steps[CALLS];
	static char texts[CALLS][400];
	char *text;

	for (unsigned i = 0; i < CALLS; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]),
			       "OPTIONS sip:b@192.0.2.2 SIP/2.0\r\n" MADE_VIA(
				       "m%u") "From: <sip:a@h>;tag=1\r\n"
					      "To: <sip:b@h>\r\n"
					      "Call-ID: many%u\r\n"
					      "CSeq: 1 OPTIONS\r\n"
					      "Content-Length: 0\r\n\r\n",
			       i, i);
		steps[i] = (struct made_step){ i, 1, 2, texts[i] };
	}
	text = page_of(*state, steps, CALLS);
	check_form(text);
	assert_int_equal(count_of(text, "<tr><td class=\"n\">"), CALLS + 1);
	assert_int_equal(count_of(text, "href=\"#c"), 300);
	assert_int_equal(count_of(text, "<details "), 300);
	assert_non_null(strstr(text, ">100 calls are left out here"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_tag_is_closed),
		cmocka_unit_test(the_page_stands_alone),
		cmocka_unit_test(
			a_call_is_drawn_with_an_arrow_for_each_message),
		cmocka_unit_test(strangers_words_are_no_markup),
		cmocka_unit_test(
			many_calls_are_told_and_some_left_out_by_number),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
