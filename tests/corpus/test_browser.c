/* The HTML report in a real browser without a screen, where one is at hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../tools/child.h"

struct browser {
	char folder[CHILD_PATH_BYTES];
	const char *program; /* NULL: there is none */
};

static const char *const programs[] = { "/usr/bin/chromium",
					"/usr/bin/chromium-browser",
					"/usr/bin/google-chrome" };

static int open_browser(void **state)
{
	static struct browser b;

	*state = &b;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (b.program == NULL && access(programs[i], X_OK) == 0)
			b.program = programs[i];
	return child_scratch(b.folder) ? 0 : -1;
}

static int close_browser(void **state)
{
	const struct browser *b = *state;

	child_scratch_remove(b->folder);
	return 0;
}

static void make_page(const struct browser *b, const char *scenario,
		      const char *path)
{
	char capture[CHILD_PATH_BYTES];
	char program[CHILD_PATH_BYTES];
	const char *argv[] = { child_built("sipmon", program),
			       "report",
			       "--format",
			       "html",
			       "-r",
			       capture,
			       NULL };
	struct child c;

	(void)child_file(capture, b->folder, "case.pcap");
	assert_true(child_make_capture(scenario, capture, NULL));
	child_run(&c, argv, NULL);
	assert_int_equal(c.status, 0);
	assert_true(child_write_file(path, buf_slice(&c.out)));
	child_free(&c);
}

static unsigned count_of(struct slice text, struct slice part)
{
	unsigned n = 0;

	for (;;) {
		size_t at = slice_search(text, part, false);

		if (at == text.len)
			return n;
		n++;
		text = slice_sub(text, at + part.len, text.len);
	}
}

/* What the browser made of the page, written as it understood it. */
static void render(const struct browser *b, const char *path, struct child *c)
{
	char url[CHILD_PATH_BYTES + 8];
	char profile[CHILD_PATH_BYTES + 20];
	const char *argv[] = { b->program,
			       "--headless",
			       "--no-sandbox",
			       "--disable-gpu",
			       "--disable-dev-shm-usage",
			       profile,
			       "--dump-dom",
			       url,
			       NULL };
	struct child_setup setup = { .home = b->folder, .timeout_ms = 60000 };

	(void)snprintf(url, sizeof(url), "file://%s", path);
	(void)snprintf(profile, sizeof(profile), "--user-data-dir=%s/p",
		       b->folder);
	child_run(c, argv, &setup);
}

static void the_page_opens_with_its_ladder(void **state)
{
	const struct browser *b = *state;
	char path[CHILD_PATH_BYTES];
	struct child c;
	struct slice dom;

	if (b->program == NULL)
		skip();
	(void)child_file(path, b->folder, "page.html");
	make_page(b, "tests/corpus/plain-call.sip", path);
	render(b, path, &c);
	assert_int_equal(c.status, 0);
	dom = buf_slice(&c.out);
	/* Seven messages, one call, nothing run and nothing fetched. */
	assert_int_equal(count_of(dom, SLICE("<polygon ")), 7);
	assert_int_equal(count_of(dom, SLICE("<details id=\"c1\"")), 1);
	assert_true(count_of(dom, SLICE("180 Ringing</text>")) == 1);
	assert_int_equal(count_of(dom, SLICE("<script")), 0);
	assert_int_equal(count_of(dom, SLICE("<parsererror")), 0);
	child_free(&c);
}

static void hostile_words_stay_words_in_a_browser(void **state)
{
	const struct browser *b = *state;
	char path[CHILD_PATH_BYTES];
	struct child c;
	struct slice dom;

	if (b->program == NULL)
		skip();
	(void)child_file(path, b->folder, "page.html");
	make_page(b, "tests/corpus/hostile.sip", path);
	render(b, path, &c);
	assert_int_equal(c.status, 0);
	dom = buf_slice(&c.out);
	assert_int_equal(count_of(dom, SLICE("<script")), 0);
	assert_int_equal(count_of(dom, SLICE("<img")), 0);
	assert_true(count_of(dom, SLICE("<details ")) > 0);
	child_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_opens_with_its_ladder),
		cmocka_unit_test(hostile_words_stay_words_in_a_browser),
	};

	return cmocka_run_group_tests(tests, open_browser, close_browser);
}
