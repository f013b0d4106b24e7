/* The manual, the README, --help and the settings say what the tables say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../tools/child.h"

#define TEXT_MAX (1U << 20)

/* clang-format off */
static const struct {
	char letter;
	const char *name; /* NULL: a letter only */
	const char *argument;
	const char *help;
} options[] = {
#define OPTION(id, letter, name, argument, use, help)                          \
	{ letter, name, argument, help },
#include "../../src/app/options.def"
#undef OPTION
};

static const struct {
	const char *name;
	const char *keys;
	const char *help;
} actions[] = {
#define ACTION(id, name, screens, keys, help) { name, keys, help },
#include "sipmon/ui/actions.def"
#undef ACTION
};
/* clang-format on */

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct texts {
	struct buf manual; /* as it is read, without the marks of roff */
	struct buf readme;
	struct child help;
};

static void require(const struct buf *text, const char *where, const char *what)
{
	if (strstr(text->ptr, what) == NULL)
		fail_msg("%s does not say \"%s\"", where, what);
}

static void each_option_is_in_the_help_and_in_the_manual(void **state)
{
	const struct texts *t = *state;

	for (size_t i = 0; i < COUNT(options); i++) {
		char text[128];

		(void)snprintf(
			text, sizeof(text), "%c%c%s%s%s%s%s",
			options[i].letter != 0 ? '-' : ' ',
			options[i].letter != 0 ? options[i].letter : ' ',
			options[i].letter != 0 && options[i].name != NULL ? ", "
									  : "",
			options[i].name != NULL ? "--" : "",
			options[i].name != NULL ? options[i].name : "",
			options[i].argument != NULL ? " " : "",
			options[i].argument != NULL ? options[i].argument : "");
		require(&t->manual, "man/sipmon.1",
			options[i].letter != 0 ? text : text + 2);
		require(&t->manual, "man/sipmon.1", options[i].help);
		require(&t->help.out, "--help",
			options[i].letter != 0 ? text : text + 2);
		require(&t->help.out, "--help", options[i].help);
	}
}

static bool is_option(const char *name, size_t len)
{
	for (size_t i = 0; i < COUNT(options); i++)
		if (options[i].name != NULL && strlen(options[i].name) == len &&
		    memcmp(options[i].name, name, len) == 0)
			return true;
	return false;
}

/* Words that begin with two hyphens; more of them are lines of a picture. */
static void check_promises(const char *where, struct slice line)
{
	for (size_t at = 0; at + 2 < line.len; at++) {
		const char *word = line.ptr + at + 2;
		size_t len = 0;

		if (line.ptr[at] != '-' || line.ptr[at + 1] != '-' ||
		    (at > 0 && line.ptr[at - 1] == '-'))
			continue;
		while (at + 2 + len < line.len &&
		       (islower((unsigned char)word[len]) ||
			(word[len] == '-' && len > 0)))
			len++;
		if (len > 0 && !is_option(word, len))
			fail_msg("%s promises --%.*s", where, (int)len, word);
	}
}

static void only_options_that_exist_are_promised(void **state)
{
	const struct texts *t = *state;
	const struct {
		const char *where;
		const struct buf *text;
	} texts[] = { { "man/sipmon.1", &t->manual },
		      { "README.md", &t->readme },
		      { "--help", &t->help.out } };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct slice rest = buf_slice(texts[i].text);

		while (rest.len > 0) {
			struct slice line = slice_split(rest, '\n', &rest);

			/* The arrows of the figure, the comments of the page.
			 */
			if (slice_search(line, SLICE("-->"), false) == line.len)
				check_promises(texts[i].where, line);
		}
	}
}

static void each_action_is_in_the_manual_with_its_keys(void **state)
{
	const struct texts *t = *state;

	for (size_t i = 0; i < COUNT(actions); i++) {
		char text[256];

		(void)snprintf(text, sizeof(text), "\n.B %s\n%s (%s)",
			       actions[i].keys, actions[i].help,
			       actions[i].name);
		require(&t->manual, "man/sipmon.1", text);
	}
}

static void each_exit_status_is_in_the_manual(void **state)
{
	const struct texts *t = *state;

	for (int i = 0; i <= 3; i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "\n.B %d\n", i);
		require(&t->manual, "man/sipmon.1", text);
	}
}

/* Each `# set ...` of the example, taken at its word. */
static void each_line_of_the_example_settings_is_understood(void **state)
{
	char home[CHILD_PATH_BYTES];
	char path[CHILD_PATH_BYTES];
	char program[CHILD_PATH_BYTES];
	const struct child_setup setup = { .home = home };
	const char *argv[] = { child_built("sipmon", program), "explain", "100",
			       NULL };
	struct buf example;
	struct buf settings;
	struct slice rest;
	struct child c;
	unsigned n = 0;

	(void)state;
	buf_init(&example, TEXT_MAX);
	buf_init(&settings, TEXT_MAX);
	assert_true(child_read_file("share/sipmon/sipmonrc", &example));
	for (rest = buf_slice(&example); rest.len > 0;) {
		struct slice line = slice_split(rest, '\n', &rest);

		if (!slice_eq(slice_sub(line, 0, 6), SLICE("# set ")))
			continue;
		buf_add(&settings, slice_sub(line, 2, line.len));
		buf_add_char(&settings, '\n');
		n++;
	}
	assert_true(n >= 5);
	assert_true(child_scratch(home));
	assert_int_equal(mkdir(child_file(path, home, ".config"), 0700), 0);
	assert_int_equal(mkdir(child_file(path, home, ".config/sipmon"), 0700),
			 0);
	assert_true(child_write_file(
		child_file(path, home, ".config/sipmon/sipmonrc"),
		buf_slice(&settings)));
	child_run(&c, argv, &setup);
	assert_int_equal(c.status, 0);
	assert_string_equal(c.err.ptr, "");
	/* `set lang vi` was taken: the word for description. */
	assert_non_null(strstr(c.out.ptr, "Mô tả"));
	child_free(&c);
	child_scratch_remove(home);
	buf_free(&example);
	buf_free(&settings);
}

static void the_commands_of_the_readme_work(void **state)
{
	const struct texts *t = *state;
	char program[CHILD_PATH_BYTES];
	const char *argv[] = { child_built("sipmon", program), "explain", "100",
			       "438", NULL };
	struct child c;

	require(&t->readme, "README.md", "sipmon explain 100 438");
	require(&t->readme, "README.md", "sipmon report --format json -r");
	require(&t->readme, "README.md", "make demo");
	require(&t->readme, "README.md", "make check");
	child_run(&c, argv, NULL);
	assert_int_equal(c.status, 0);
	assert_true(c.out.len > 500);
	child_free(&c);
}

/* ---- what is read */

/* "\-" is a hyphen, and "\fI" changes the type. */
static void drop_marks(struct buf *text)
{
	size_t to = 0;

	for (size_t from = 0; from < text->len; from++) {
		char c = text->ptr[from];

		if (c == '\\' && text->ptr[from + 1] == 'f') {
			from += 2;
			continue;
		}
		if (c == '\\')
			c = text->ptr[++from];
		text->ptr[to++] = c;
	}
	text->ptr[to] = '\0';
	text->len = to;
}

static int read_texts(void **state)
{
	struct texts *t = calloc(1, sizeof(*t));
	char program[CHILD_PATH_BYTES];
	const char *argv[] = { child_built("sipmon", program), "--help", NULL };

	if (t == NULL)
		return -1;
	buf_init(&t->manual, TEXT_MAX);
	buf_init(&t->readme, TEXT_MAX);
	if (!child_read_file("man/sipmon.1", &t->manual) ||
	    !child_read_file("README.md", &t->readme))
		return -1;
	buf_add_char(&t->manual, '\0');
	buf_add_char(&t->readme, '\0');
	t->manual.len--;
	drop_marks(&t->manual);
	child_run(&t->help, argv, NULL);
	*state = t;
	return t->help.status;
}

static int free_texts(void **state)
{
	struct texts *t = *state;

	child_free(&t->help);
	buf_free(&t->manual);
	buf_free(&t->readme);
	free(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_option_is_in_the_help_and_in_the_manual),
		cmocka_unit_test(only_options_that_exist_are_promised),
		cmocka_unit_test(each_action_is_in_the_manual_with_its_keys),
		cmocka_unit_test(each_exit_status_is_in_the_manual),
		cmocka_unit_test(
			each_line_of_the_example_settings_is_understood),
		cmocka_unit_test(the_commands_of_the_readme_work),
	};

	return cmocka_run_group_tests(tests, read_texts, free_texts);
}
