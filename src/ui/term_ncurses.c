#include "sipmon/ui/term.h"

/* The screen library is asked for its wide functions by the same macros that
 * its own flags name. */
#include <langinfo.h>
#include <ncurses.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/utf8.h"
#include "sipmon/ui/keymap.h"
#include "sipmon/ui/theme.h"

#define ESCAPE_MS       80
#define PASTE_ON        "\033[?2004h"
#define CURSOR_ON       "\033[?25h"
#define PASTE_OFF       "\033[?2004l"
#define PASTE_BEGIN     "\033[200~"
#define PASTE_END       "\033[201~"
#define KEY_PASTE_BEGIN (KEY_MAX + 1)
#define KEY_PASTE_END   (KEY_MAX + 2)

/* Keys that mean nothing to us are skipped, but not without end. */
#define SKIP_AT_MOST 64

#define COPY_BYTES   74994
#define SCREEN_CHUNK 700 /* GNU screen passes strings of up to 768 bytes */

#define RUN_CELLS 256

/* A control sequence that is longer than this is none. */
#define SEQUENCE_AT_MOST 32
#define ESCAPE_KEY       27

struct term {
	SCREEN *screen;
	struct canvas *last; /* what the terminal shows; NULL: not known */
	struct look {
		attr_t attributes;
		int pair;
	} looks[STYLES];
	bool ascii;
	bool suspended;
	bool gone;
};

struct key_pair {
	int ncurses;
	int32_t ours;
};

/* clang-format off */
static const struct key_pair special_keys[] = {
	{ KEY_UP,          KEY_CODE_UP },
	{ KEY_DOWN,        KEY_CODE_DOWN },
	{ KEY_LEFT,        KEY_CODE_LEFT },
	{ KEY_RIGHT,       KEY_CODE_RIGHT },
	{ KEY_PPAGE,       KEY_CODE_PAGE_UP },
	{ KEY_NPAGE,       KEY_CODE_PAGE_DOWN },
	{ KEY_HOME,        KEY_CODE_HOME },
	{ KEY_FIND,        KEY_CODE_HOME },
	{ KEY_END,         KEY_CODE_END },
	{ KEY_SELECT,      KEY_CODE_END },
	{ KEY_ENTER,       KEY_CODE_ENTER },
	{ KEY_BACKSPACE,   KEY_CODE_BACKSPACE },
	{ KEY_DC,          KEY_CODE_DELETE },
	{ KEY_BTAB,        KEY_CODE_BACK_TAB },
	{ KEY_RESIZE,      KEY_CODE_RESIZE },
	{ KEY_PASTE_BEGIN, KEY_CODE_PASTE_BEGIN },
	{ KEY_PASTE_END,   KEY_CODE_PASTE_END },
};

static const struct key_pair control_keys[] = {
	{ '\t', KEY_CODE_TAB },
	{ '\r', KEY_CODE_ENTER },
	{ '\n', KEY_CODE_ENTER },
	{ '\b', KEY_CODE_BACKSPACE },
	{ 127,  KEY_CODE_BACKSPACE },
};
/* clang-format on */

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && value[0] != '\0';
}

static bool is_text(const char *variable, const char *text)
{
	const char *value = getenv(variable);

	return value != NULL && strcmp(value, text) == 0;
}

/* ---- colours -------------------------------------------------------- */

/* COLORFGBG is "foreground;background", sometimes with a word between. */
static bool background_is_light(void)
{
	const char *value = getenv("COLORFGBG");
	const char *last = value != NULL ? strrchr(value, ';') : NULL;
	uint32_t index = 0;

	if (last == NULL || !slice_to_u32(slice_of(last + 1), 15, &index))
		return false;
	return index == 7 || index >= 9;
}

static enum theme_shade shade_of(enum term_theme theme)
{
	switch (theme) {
	case TERM_THEME_LIGHT:
		return THEME_SHADE_LIGHT;
	case TERM_THEME_CONTRAST:
		return THEME_SHADE_CONTRAST;
	case TERM_THEME_AUTO:
		return background_is_light() ? THEME_SHADE_LIGHT
					     : THEME_SHADE_DARK;
	case TERM_THEME_DARK:
	case TERM_THEME_MONO:
		break;
	}
	return THEME_SHADE_DARK;
}

static bool wants_colour(enum term_colour colour, enum term_theme theme)
{
	return theme != TERM_THEME_MONO && colour != TERM_COLOUR_NEVER &&
	       !is_set("NO_COLOR");
}

/*
 * What terminfo says.  True colour only where colour numbers are colours
 * (capability RGB): elsewhere it would mean to overwrite the palette, which
 * does not belong to us.  CLICOLOR_FORCE has nothing to add: without colours
 * in terminfo there is no sequence to send.
 */
static enum theme_depth depth_of(enum term_colour colour, enum term_theme theme)
{
	if (!wants_colour(colour, theme) || !has_colors())
		return THEME_DEPTH_MONO;
	/* Without start_color() no colour is ever sent, not even a reset. */
	if (start_color() != OK || use_default_colors() != OK)
		return THEME_DEPTH_MONO;
	if (COLORS > 256 && tigetflag("RGB") > 0)
		return THEME_DEPTH_TRUE;
	if (COLORS >= 256)
		return THEME_DEPTH_256;
	return COLORS >= 8 ? THEME_DEPTH_8 : THEME_DEPTH_MONO;
}

static attr_t attributes_of(unsigned attributes)
{
	attr_t a = A_NORMAL;

	if ((attributes & THEME_BOLD) != 0)
		a |= A_BOLD;
	if ((attributes & THEME_DIM) != 0)
		a |= A_DIM;
	if ((attributes & THEME_UNDERLINE) != 0)
		a |= A_UNDERLINE;
	if ((attributes & THEME_REVERSE) != 0)
		a |= A_REVERSE;
	return a;
}

static void open_looks(struct term *t, enum term_colour colour,
		       enum term_theme theme)
{
	enum theme_depth depth = depth_of(colour, theme);
	enum theme_shade shade = shade_of(theme);

	for (int i = 0; i < STYLES; i++) {
		struct theme_look l = theme_look(depth, shade, (enum style)i);
		int pair = i + 1;

		t->looks[i].attributes = attributes_of(l.attributes);
		if (l.colour != THEME_COLOUR_DEFAULT && pair < COLOR_PAIRS &&
		    init_extended_pair(pair, l.colour, -1) == OK)
			t->looks[i].pair = pair;
	}
}

/* ---- open and close ------------------------------------------------- */

static void send_text(const char *text)
{
	(void)fputs(text, stdout);
	(void)fflush(stdout);
}

static bool check_terminal(struct problem *problem)
{
	const char *name = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		problem_set(problem, "no terminal here: `sipmon report` prints "
				     "without one");
		return false;
	}
	if (name == NULL || name[0] == '\0' || strcmp(name, "dumb") == 0) {
		problem_set(problem, "this terminal cannot show a screen (TERM "
				     "is dumb or not set): `sipmon report` "
				     "prints without one");
		return false;
	}
	return true;
}

/* Arrows as terminals send them that did not hear of keypad mode. */
static void define_keys(void)
{
	static const struct {
		const char *sequence;
		int key;
	} rows[] = {
		{ PASTE_BEGIN, KEY_PASTE_BEGIN },
		{ PASTE_END, KEY_PASTE_END },
		{ "\033[A", KEY_UP },
		{ "\033OA", KEY_UP },
		{ "\033[B", KEY_DOWN },
		{ "\033OB", KEY_DOWN },
		{ "\033[C", KEY_RIGHT },
		{ "\033OC", KEY_RIGHT },
		{ "\033[D", KEY_LEFT },
		{ "\033OD", KEY_LEFT },
		{ "\033[H", KEY_HOME },
		{ "\033OH", KEY_HOME },
		{ "\033[F", KEY_END },
		{ "\033OF", KEY_END },
		{ "\033[1~", KEY_HOME },
		{ "\033[4~", KEY_END },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		define_key(rows[i].sequence, rows[i].key);
}

static void set_modes(void)
{
	raw(); /* ^C, ^Z, ^S and ^Q are keys: `app` decides */
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	leaveok(stdscr, FALSE);
	scrollok(stdscr, FALSE);
	set_escdelay(ESCAPE_MS);
	define_keys();
	curs_set(0);
}

enum err term_open(struct term **out, enum term_colour colour,
		   enum term_theme theme, struct problem *problem)
{
	struct term *t;

	if (!check_terminal(problem))
		return ERR_UNSUPPORTED;
	t = calloc(1, sizeof(*t));
	if (t == NULL) {
		problem_set(problem, "out of memory");
		return ERR_NOMEM;
	}
	t->screen = newterm(NULL, stdout, stdin);
	if (t->screen == NULL) {
		free(t);
		problem_set(problem,
			    "nothing is known of this terminal (TERM): "
			    "`sipmon report` prints without one");
		return ERR_UNSUPPORTED;
	}
	set_term(t->screen);
	set_modes();
	open_looks(t, colour, theme);
	t->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	refresh();
	send_text(PASTE_ON);
	*out = t;
	return ERR_OK;
}

/* Where rows of the alternate screen are moved to the other one (tmux does so
 * after a resize), none shall be left behind. */
static void wipe(const struct term *t)
{
	if (t->gone)
		return;
	erase();
	refresh();
}

/*
 * Some terminals keep a cursor for each of their two screens: the one that
 * endwin() shows is that of the screen it leaves afterwards.
 */
static void leave(struct term *t)
{
	bool can_show;

	wipe(t);
	can_show = curs_set(1) != ERR;
	endwin();
	if (can_show)
		send_text(CURSOR_ON);
	send_text(PASTE_OFF);
}

void term_close(struct term *t)
{
	if (t == NULL)
		return;
	if (!t->suspended)
		leave(t);
	delscreen(t->screen);
	canvas_free(t->last);
	free(t);
}

void term_suspend(struct term *t)
{
	if (t->suspended)
		return;
	t->suspended = true;
	leave(t);
}

void term_resume(struct term *t)
{
	if (!t->suspended)
		return;
	t->suspended = false;
	reset_prog_mode();
	curs_set(0);
	refresh();
	send_text(PASTE_ON);
	term_redraw(t);
}

int term_fd(const struct term *t)
{
	(void)t;
	return STDIN_FILENO;
}

void term_size(struct term *t, int *rows, int *columns)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
	    size.ws_col > 0 && !t->suspended &&
	    (size.ws_row != LINES || size.ws_col != COLS)) {
		resizeterm(size.ws_row, size.ws_col);
		term_redraw(t);
	}
	*rows = LINES;
	*columns = COLS;
}

bool term_is_ascii(const struct term *t)
{
	return t->ascii;
}

/* ---- keys ----------------------------------------------------------- */

static int32_t find_key(const struct key_pair *keys, size_t count, int key,
			int32_t otherwise)
{
	for (size_t i = 0; i < count; i++)
		if (keys[i].ncurses == key)
			return keys[i].ours;
	return otherwise;
}

/* KEY_CODE_NONE for a key that means nothing to us. */
static int32_t translate(int answer, wint_t key)
{
	if (answer == KEY_CODE_YES && (int)key >= KEY_F(1) &&
	    (int)key <= KEY_F(12))
		return KEY_CODE_F1 + (int32_t)key - KEY_F(1);
	if (answer == KEY_CODE_YES)
		return find_key(special_keys,
				sizeof(special_keys) / sizeof(special_keys[0]),
				(int)key, KEY_CODE_OTHER);
	return find_key(control_keys,
			sizeof(control_keys) / sizeof(control_keys[0]),
			(int)key, (int32_t)key);
}

/*
 * No key came: is it because none was typed, or because nobody is there any
 * more?  At the end of input the descriptor is readable and holds nothing.
 */
static bool input_has_ended(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	int waiting = 0;

	if (poll(&p, 1, 0) <= 0)
		return false;
	if ((p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
		return true;
	return ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0 || waiting == 0;
}

/* Bytes that were typed and not yet read. */
static int waiting_bytes(void)
{
	int waiting = 0;

	if (ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0)
		return 0;
	return waiting;
}

/*
 * What an Escape begins.  Taken apart it would be Escape, which goes back, and
 * then letters, which are keys.  A sequence which terminfo does not know is
 * swallowed as a whole: KEY_CODE_NONE.  A character that came `together` with
 * the Escape was typed with Alt held down: KEY_CODE_OTHER.
 */
static int32_t rest_of_escape(bool together)
{
	wint_t key = 0;

	if (get_wch(&key) != OK)
		return KEY_CODE_ESCAPE;
	if (key != '[' && key != 'O') {
		if (together && key >= ' ')
			return KEY_CODE_OTHER;
		unget_wch((wchar_t)key);
		return KEY_CODE_ESCAPE;
	}
	for (unsigned i = 0; i < SEQUENCE_AT_MOST; i++) {
		if (get_wch(&key) != OK)
			break;
		/* ECMA-48 5.4: the final byte. */
		if (key >= 0x40 && key <= 0x7e)
			break;
	}
	return KEY_CODE_NONE;
}

int32_t term_key(struct term *t)
{
	for (unsigned i = 0; i < SKIP_AT_MOST && !t->gone; i++) {
		wint_t key = 0;
		int waiting = waiting_bytes();
		int answer = get_wch(&key);
		int32_t ours;

		if (answer == ERR) {
			t->gone = input_has_ended();
			break;
		}
		if (answer == OK && key == ESCAPE_KEY)
			ours = rest_of_escape(waiting > 1);
		else
			ours = translate(answer, key);
		if (ours != KEY_CODE_NONE)
			return ours;
	}
	return t->gone ? KEY_CODE_END_OF_INPUT : KEY_CODE_NONE;
}

/* ---- cells ---------------------------------------------------------- */

static void cell_of(const struct term *t, const struct cell *from, cchar_t *to)
{
	const struct look *look =
		&t->looks[from->role < STYLES ? from->role : STYLE_TEXT];
	attr_t attributes = look->attributes;
	wchar_t text[CCHARW_MAX + 1] = { 0 };
	struct slice rest = slice_of(from->text);
	int pair = look->pair;

	for (size_t n = 0; rest.len > 0 && n < CCHARW_MAX; n++) {
		int32_t cp = utf8_next(&rest);

		text[n] = cp > 0 ? (wchar_t)cp : L'?';
	}
	if (text[0] == L'\0')
		text[0] = L' ';
	if ((from->extra & EXTRA_CURSOR) != 0)
		attributes |= A_REVERSE;
	if ((from->extra & EXTRA_SELECTED) != 0)
		attributes |= A_BOLD;
	if ((from->extra & EXTRA_UNDERLINE) != 0)
		attributes |= A_UNDERLINE;
	if (setcchar(to, text, attributes, (short)pair, NULL) != OK)
		(void)setcchar(to, L"?", attributes, (short)pair, NULL);
}

static void send_row(const struct term *t, const struct canvas *c, int row,
		     int columns)
{
	cchar_t run[RUN_CELLS];
	int column = 0;

	while (column < columns) {
		int start = column;
		int n = 0;

		while (column < columns && n < RUN_CELLS) {
			const struct cell *cell = canvas_cell(c, row, column);

			column++;
			if (cell->width == 0)
				continue;
			cell_of(t, cell, &run[n]);
			n++;
		}
		mvadd_wchnstr(row, start, run, n);
	}
}

static bool row_is_same(const struct canvas *a, const struct canvas *b, int row,
			int columns)
{
	return memcmp(canvas_cell(a, row, 0), canvas_cell(b, row, 0),
		      (size_t)columns * sizeof(struct cell)) == 0;
}

/* Remembers what the terminal shows now; out of memory: nothing, so that all
 * rows are looked at again the next time. */
static void remember(struct term *t, const struct canvas *c)
{
	int rows = canvas_rows(c);
	int columns = canvas_columns(c);

	if (t->last != NULL && (canvas_rows(t->last) != rows ||
				canvas_columns(t->last) != columns))
		term_redraw(t);
	if (t->last == NULL)
		t->last = canvas_new(rows, columns);
	if (t->last != NULL)
		canvas_copy(t->last, c);
}

void term_flush(struct term *t, const struct canvas *c)
{
	int rows = canvas_rows(c) < LINES ? canvas_rows(c) : LINES;
	int columns = canvas_columns(c) < COLS ? canvas_columns(c) : COLS;
	bool known = t->last != NULL &&
		     canvas_rows(t->last) == canvas_rows(c) &&
		     canvas_columns(t->last) == canvas_columns(c);
	bool visible = false;
	int row;
	int column;

	if (t->suspended || t->gone)
		return;
	if (!known) {
		clearok(stdscr, TRUE);
		erase();
	}
	for (row = 0; row < rows; row++)
		if (!known || !row_is_same(t->last, c, row, columns))
			send_row(t, c, row, columns);
	canvas_cursor(c, &row, &column, &visible);
	move(row < rows ? row : 0, column < columns ? column : 0);
	curs_set(visible ? 1 : 0);
	refresh();
	remember(t, c);
}

void term_redraw(struct term *t)
{
	canvas_free(t->last);
	t->last = NULL;
}

/* ---- clipboard ------------------------------------------------------ */

static void add_base64(struct buf *out, struct slice text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/=";
	const unsigned char *p = (const unsigned char *)text.ptr;

	for (size_t i = 0; i < text.len; i += 3) {
		size_t left = text.len - i;
		uint32_t three = (uint32_t)p[i] << 16;

		if (left > 1)
			three |= (uint32_t)p[i + 1] << 8;
		if (left > 2)
			three |= p[i + 2];
		buf_add_char(out, digits[three >> 18 & 63]);
		buf_add_char(out, digits[three >> 12 & 63]);
		buf_add_char(out, digits[left > 1 ? three >> 6 & 63 : 64]);
		buf_add_char(out, digits[left > 2 ? three & 63 : 64]);
	}
}

/* GNU screen passes short strings only, so the sequence goes in pieces. */
static void send_in_pieces(struct slice sequence)
{
	for (size_t at = 0; at < sequence.len; at += SCREEN_CHUNK) {
		struct slice piece = slice_sub(sequence, at, SCREEN_CHUNK);

		(void)fputs("\033P", stdout);
		(void)fwrite(piece.ptr, 1, piece.len, stdout);
		(void)fputs("\033\\", stdout);
	}
}

void term_copy(struct term *t, struct slice text)
{
	struct buf out;

	if (t->suspended || t->gone)
		return;
	buf_init(&out, (size_t)COPY_BYTES * 2);
	buf_add_text(&out, "\033]52;c;");
	add_base64(&out, slice_sub(text, 0, COPY_BYTES));
	buf_add_text(&out, "\a");
	if (!out.failed && is_set("TMUX")) {
		/* tmux wants each escape inside doubled: there is one. */
		(void)fputs("\033Ptmux;\033", stdout);
		(void)fwrite(out.ptr, 1, out.len, stdout);
		(void)fputs("\033\\", stdout);
	} else if (!out.failed && is_set("STY")) {
		send_in_pieces(buf_slice(&out));
	} else if (!out.failed && !is_text("TERM", "linux")) {
		(void)fwrite(out.ptr, 1, out.len, stdout);
	}
	(void)fflush(stdout);
	buf_free(&out);
}
