/*
 * Bytes of strangers do not reach the terminal as commands, and keys that
 * nobody should press do no harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/base/utf8.h"
#include "stage.h"

#define CALLS    13 /* of tests/corpus/hostile.sip */
#define TEXT_MAX (1U << 20)

/* The kinds of commands in a stream of bytes, told apart by what they do. */
struct kinds {
	bool control[33];      /* C0 other than ESC; the last one is DEL */
	bool escape[128];      /* by the last byte */
	bool sequence[4][128]; /* CSI, by private mark and last byte */
	bool mode[2][2048];    /* CSI ? h and l, by the first number */
	bool string[128];      /* DCS, SOS, PM, APC, by their second byte */
	bool osc[2048];        /* by number */
	bool unsafe;           /* C1, bidirectional controls, no UTF-8 */
};

static size_t skip_string(struct slice s, size_t i)
{
	while (i < s.len && s.ptr[i] != '\a' &&
	       !(s.ptr[i] == '\033' && i + 1 < s.len && s.ptr[i + 1] == '\\'))
		i++;
	return i < s.len && s.ptr[i] == '\033' ? i + 2 : i + 1;
}

/* "1;2004": modes that are set or reset. */
static void add_modes(bool *modes, struct slice numbers)
{
	while (slice_is_set(numbers)) {
		uint32_t n;

		if (!slice_to_u32(slice_split(numbers, ';', &numbers), 2046,
				  &n))
			n = 2047;
		modes[n] = true;
	}
}

/* What follows an ESC at `i` - 1; returns what is behind it. */
static size_t take_escape(struct kinds *k, struct slice s, size_t i)
{
	static const char marks[] = "?>=";
	const char *mark;
	unsigned row = 0;
	uint32_t number = 0;
	size_t from;

	if (i >= s.len)
		return i;
	if (s.ptr[i] == ']') {
		from = ++i;
		while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
			i++;
		if (!slice_to_u32(slice_sub(s, from, i - from), 2046, &number))
			number = 2047;
		k->osc[number] = true;
		return skip_string(s, i);
	}
	if (strchr("PX^_", s.ptr[i]) != NULL) {
		k->string[(unsigned char)s.ptr[i]] = true;
		return skip_string(s, i);
	}
	if (s.ptr[i] == '[') {
		mark = ++i < s.len ? strchr(marks, s.ptr[i]) : NULL;
		if (mark != NULL)
			row = 1 + (unsigned)(mark - marks);
		from = i + (row != 0);
		while (i < s.len && (uint8_t)s.ptr[i] >= 0x20 &&
		       (uint8_t)s.ptr[i] < 0x40)
			i++;
		if (i < s.len && row == 1 &&
		    (s.ptr[i] == 'h' || s.ptr[i] == 'l'))
			add_modes(k->mode[s.ptr[i] == 'h'],
				  slice_sub(s, from, i - from));
		if (i < s.len)
			k->sequence[row % 4][s.ptr[i] & 127] = true;
		return i + 1;
	}
	while (i < s.len && (uint8_t)s.ptr[i] >= 0x20 &&
	       (uint8_t)s.ptr[i] < 0x30)
		i++;
	if (i < s.len)
		k->escape[s.ptr[i] & 127] = true;
	return i + 1;
}

static bool turns_text_round(int32_t cp)
{
	return cp == 0x61c || cp == 0x200e || cp == 0x200f ||
	       (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

static void add_kinds(struct kinds *k, struct slice s)
{
	while (s.len > 0) {
		struct slice rest = s;
		int32_t cp = utf8_next(&rest);

		if (cp == '\033')
			rest = slice_sub(s, take_escape(k, s, 1), s.len);
		else if (cp == 127)
			k->control[32] = true;
		else if (cp >= 0 && cp < 32)
			k->control[cp] = true;
		else if (cp < 0 || (cp >= 0x80 && cp < 0xa0) ||
			 turns_text_round(cp))
			k->unsafe = true;
		s = rest;
	}
}

/* The first kind in `k` that `known` has not; -1 if there is none. */
static int stranger(const struct kinds *k, const struct kinds *known)
{
	const unsigned char *a = (const unsigned char *)k;
	const unsigned char *b = (const unsigned char *)known;

	for (size_t i = 0; i < sizeof(*k); i++)
		if (a[i] != 0 && b[i] == 0)
			return (int)i;
	return -1;
}

/* Each call as ladder, message, bytes, explanation, identity. */
static void visit_calls(struct stage *s)
{
	static const char *const keys[] = { "",  TERM_ENTER, "d",        "e",
					    "q", TERM_END,   TERM_ENTER, "b",
					    "e", "q",        "I" };

	for (int call = 0; call < CALLS; call++) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			term_type(s->term, keys[i]);
			if (i > 0)
				term_settle(s->term);
		}
		/* Back to the list, where one q more would leave. */
		term_type(s->term, "\003" TERM_DOWN);
		stage_expect(s, "13 of 13 calls");
	}
}

/*
 * How to move, scroll, erase and colour is chosen by what changes on the
 * screen, and that differs.
 */
static void add_drawing(struct kinds *k)
{
	static const char finals[] = "ABCDGHJKLMPSTX@bdmr";

	for (size_t i = 0; i < sizeof(finals) - 1; i++)
		k->sequence[0][(unsigned char)finals[i]] = true;
	k->escape['7'] = k->escape['8'] = k->escape['M'] = true;
	k->control['\b'] = k->control['\r'] = k->control['\n'] = true;
}

static void watch(struct stage *s, const char *capture, struct kinds *out)
{
	const char *options[] = { "-r", capture, NULL };
	const struct stage_setup setup = { .rows = 40,
					   .columns = 160,
					   .options = options,
					   .without_capture = true };

	stage_start(s, NULL, &setup);
	stage_expect(s, "13 of 13 calls");
	visit_calls(s);
	stage_leave(s);
	add_kinds(out, term_bytes(s->term));
}

static bool wrote(const struct term *t, struct slice text)
{
	struct slice bytes = term_bytes(t);

	return slice_search(bytes, text, false) < bytes.len;
}

/* The same scenario with an x for each byte in \xHH. */
static const char *make_harmless(struct stage *s, char *path)
{
	char scenario[CHILD_PATH_BYTES];
	struct buf text;
	struct buf out;

	buf_init(&text, TEXT_MAX);
	buf_init(&out, TEXT_MAX);
	assert_true(child_read_file("tests/corpus/hostile.sip", &text));
	for (size_t i = 0; i < text.len; i++) {
		bool escaped = text.ptr[i] == '\\' && text.ptr[i + 1] == 'x';

		if (escaped) {
			buf_add_char(&out, 'x');
			i += 3;
		} else {
			buf_add_char(&out, text.ptr[i]);
		}
	}
	(void)child_file(scenario, s->folder, "harmless.sip");
	(void)child_file(path, s->folder, "harmless.pcap");
	assert_true(child_write_file(scenario, buf_slice(&out)));
	assert_true(child_make_capture(scenario, path, NULL));
	buf_free(&text);
	buf_free(&out);
	return path;
}

static void
hostile_text_writes_nothing_that_harmless_text_does_not(void **state)
{
	struct stage *s = *state;
	struct kinds harmless = { .unsafe = false };
	struct kinds hostile = { .unsafe = false };
	char path[CHILD_PATH_BYTES];

	add_drawing(&harmless);
	watch(s, make_harmless(s, path), &harmless);
	watch(s, stage_capture(s, "hostile", NULL, path), &hostile);
	/* It was there, and could be read. */
	assert_true(wrote(s->term, SLICE("\\x1b]0;owned\\x07")));
	assert_true(wrote(s->term, SLICE("\\u202e")));
	assert_true(wrote(s->term, SLICE("\\xc0\\x80")));
	assert_false(hostile.unsafe);
	assert_int_equal(stranger(&hostile, &harmless), -1);
}

/* The test above would notice. */
static void commands_of_each_kind_are_told_apart(void **state)
{
	static const struct slice commands[] = {
		{ "\033]0;owned\a", 10 },
		{ "\033]52;c;eA==\033\\", 13 },
		{ "\033P+q544e\033\\", 9 },
		{ "\033[?1049l", 8 },
		{ "\033c", 2 },
		{ "\a", 1 },
		{ "\177", 1 },
		{ "\302\233", 2 },
		{ "\233", 1 },
		{ "\342\200\256", 3 },
		{ "\033[6n", 4 },
	};
	struct kinds plain = { .unsafe = false };

	(void)state;
	add_drawing(&plain);
	add_kinds(&plain, SLICE("\033]104\a\033[2J\033[?25l\033(B text \r\n"));
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct kinds k = { .unsafe = false };

		add_kinds(&k, commands[i]);
		if (stranger(&k, &plain) < 0)
			fail_msg("command %zu", i);
	}
}

/* ---- keys */

/* All bytes but ^C and those that leave the list, in an order of its own. */
static size_t all_keys(unsigned order, char *out)
{
	size_t n = 0;

	for (unsigned i = 0; i < 256; i++) {
		unsigned key = order == 0   ? i
			       : order == 1 ? 255 - i
					    : (i * 149 + 31) % 256;

		if (order == 3 && (key < 32 || key > 126))
			continue;
		if (key == 3 || key == 26 || key == 27 || key == 'q' ||
		    key == 'Q')
			continue;
		out[n++] = (char)key;
		if (order == 3)
			out[n++] = '\r';
	}
	return n;
}

static void no_key_on_any_screen_does_harm(void **state)
{
	static const char *const ways[] = { "",  TERM_ENTER, "\r\r", "e",
					    "=", "?",        "/",    "f" };
	struct stage *s = *state;
	char keys[600];

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		for (unsigned order = 0; order < 4; order++) {
			size_t n = all_keys(order, keys);
			int status;

			stage_start(s, "fork", NULL);
			stage_expect(s, "1 of 1 calls");
			term_type(s->term, ways[i]);
			term_settle(s->term);
			term_type_bytes(s->term, (struct slice){ keys, n });
			term_settle(s->term);
			term_resize(s->term, 12, 50);
			term_type(s->term, "\033[99~\033[<0;1;1M\033O~");
			term_settle(s->term);
			(void)kill(term_pid(s->term), SIGTERM);
			status = term_wait(s->term, 10000);
			if (status != 0 || !term_is_restored(s->term))
				fail_msg("screen %zu, order %u: ended with %d",
					 i, order, status);
		}
	}
}

#define ON_STAGE(test)                                                         \
	cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(
			hostile_text_writes_nothing_that_harmless_text_does_not),
		cmocka_unit_test(commands_of_each_kind_are_told_apart),
		ON_STAGE(no_key_on_any_screen_does_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
