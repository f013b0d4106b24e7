/*
 * picture - the screens of the README, from the program's real output.
 *
 * usage: picture SIPMON CAPTURE README
 * Writes README anew with what stands between the two marks replaced.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../ui/term.h"
#include "sipmon/base/buf.h"

#define ROWS         26
#define COLUMNS      118
#define README_BYTES (1U << 20)

#define BEGIN SLICE("<!-- picture: made by `make picture` -->\n")
#define END   SLICE("<!-- end of picture -->")

static bool read_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");
	size_t n = 1;

	while (file != NULL && n > 0) {
		char *here = buf_reserve(out, 4096);

		n = here == NULL ? 0 : fread(here, 1, 4096, file);
		out->len += n;
	}
	return file != NULL && fclose(file) == 0 && !out->failed;
}

static void add_screen(struct buf *out, struct term *t)
{
	term_settle(t);
	buf_add(out, SLICE("```\n"));
	for (int row = 0; row < ROWS; row++) {
		buf_add_text(out, term_row(t, row));
		buf_add_char(out, '\n');
	}
	buf_add(out, SLICE("```\n"));
}

/* The list, the call that ended in 438 with its explanation, who broke its
 * signature, and two legs in one ladder. */
static bool take(const char *program, const char *capture, struct buf *out)
{
	const char *const argv[] = { program,
				     "-r",
				     capture,
				     "--certs",
				     "share/sipmon/demo",
				     "--trust",
				     "share/sipmon/demo/trust.pem",
				     NULL };
	struct term *t = term_start(ROWS, COLUMNS, argv, NULL);
	bool good = t != NULL && term_see(t, "438");

	if (good) {
		term_type(t, TERM_DOWN TERM_DOWN TERM_DOWN);
		add_screen(out, t);
		term_type(t, TERM_ENTER);
		good = term_see(t, "Call flow");
		term_type(t, TERM_DOWN TERM_DOWN TERM_DOWN TERM_DOWN);
		add_screen(out, t);
		term_type(t, "I");
		good = good && term_see(t, "Hop by hop");
		add_screen(out, t);
		term_type(t, TERM_ESC);
		term_type(t, TERM_ESC);
		good = good && term_see(t, "nora");
		term_type(t, "Gxm" TERM_DOWN TERM_DOWN);
		good = good && term_see(t, "Legs");
		add_screen(out, t);
	}
	term_free(t);
	return good && !out->failed;
}

static bool write_file(const char *path, struct slice before,
		       struct slice middle, struct slice after)
{
	FILE *file = fopen(path, "wb");

	return file != NULL &&
	       fwrite(before.ptr, 1, before.len, file) == before.len &&
	       fwrite(middle.ptr, 1, middle.len, file) == middle.len &&
	       fwrite(after.ptr, 1, after.len, file) == after.len &&
	       fclose(file) == 0;
}

int main(int argc, char **argv)
{
	struct buf readme;
	struct buf screens;
	struct slice all;
	size_t from;
	size_t to;

	buf_init(&readme, README_BYTES);
	buf_init(&screens, README_BYTES);
	if (argc != 4 || !read_file(argv[3], &readme) ||
	    !take(argv[1], argv[2], &screens)) {
		(void)fputs("picture: could not be taken\n", stderr);
		return EXIT_FAILURE;
	}
	all = buf_slice(&readme);
	from = slice_search(all, BEGIN, false) + BEGIN.len;
	to = slice_search(all, END, false);
	if (to == all.len || from > to ||
	    !write_file(argv[3], slice_sub(all, 0, from), buf_slice(&screens),
			slice_sub(all, to, all.len))) {
		(void)fputs("picture: the marks are not there\n", stderr);
		return EXIT_FAILURE;
	}
	buf_free(&readme);
	buf_free(&screens);
	return EXIT_SUCCESS;
}
