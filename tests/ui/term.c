#include "term.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <vterm.h>

#include "sipmon/base/utf8.h"

#define SEE_MS      10000
#define ANSWER_MS   200 /* a key that changes nothing is not answered */
#define STILL_MS    60
#define PIECE       64 /* keys at once: always room for them in the line */
#define BYTES_MAX   (256U << 20)
#define ROW_BYTES   8192
#define ARGUMENTS   24
#define STATUS_NONE (-1)

struct term {
	VTerm *vterm;
	VTermScreen *screen;
	int rows;
	int columns;
	int master;
	pid_t leader; /* of the session: a shell, or the program itself */
	pid_t job;    /* of the shell; 0: there is none */
	int say;      /* news of the shell */
	int go;       /* it goes on with a byte */
	int status;
	bool alternate;
	struct termios before;
	struct buf bytes;
	struct buf text;
	char row[ROW_BYTES];
};

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- start and end */

static void become(const char *const *argv, const struct term_setup *setup)
{
	struct child_environment environment;
	char *arguments[ARGUMENTS + 1];
	size_t n = 0;

	for (; n < ARGUMENTS && argv[n] != NULL; n++)
		arguments[n] = strdup(argv[n]);
	arguments[n] = NULL;
	child_environment(&environment, setup != NULL ? &setup->child : NULL);
	if (setup != NULL && setup->input_fd != 0)
		(void)dup2(setup->input_fd, STDIN_FILENO);
	for (int fd = 3; fd < 64; fd++)
		(void)close(fd);
	(void)execve(arguments[0], arguments, environment.list);
	_exit(127);
}

/* What the shell tells about its job. */
struct news {
	pid_t job;
	int status; /* of waitpid() */
};

/*
 * What a shell does with a job in the foreground.  It stays when the job has
 * ended, because with it the kernel would reset the line.
 */
static void mind_job(const char *const *argv, const struct term_setup *setup,
		     int say, int go)
{
	struct news news = { .job = 0 };
	sigset_t ttou;
	char c;

	if (read(go, &c, 1) != 1)
		_exit(126);
	(void)sigemptyset(&ttou);
	(void)sigaddset(&ttou, SIGTTOU);
	(void)sigprocmask(SIG_BLOCK, &ttou, NULL);
	news.job = fork();
	if (news.job < 0)
		_exit(126);
	if (news.job == 0) {
		(void)setpgid(0, 0);
		(void)tcsetpgrp(STDIN_FILENO, getpid());
		(void)sigprocmask(SIG_UNBLOCK, &ttou, NULL);
		become(argv, setup);
	}
	(void)setpgid(news.job, news.job);
	do {
		if (write(say, &news, sizeof(news)) != (ssize_t)sizeof(news) ||
		    (news.status != 0 && read(go, &c, 1) != 1))
			_exit(126);
		(void)tcsetpgrp(STDIN_FILENO, news.job);
		(void)kill(-news.job, SIGCONT);
		if (waitpid(news.job, &news.status, WUNTRACED) != news.job)
			_exit(126);
		(void)tcsetpgrp(STDIN_FILENO, getpgrp());
	} while (WIFSTOPPED(news.status));
	if (write(say, &news, sizeof(news)) == (ssize_t)sizeof(news))
		_exit(read(go, &c, 1) == 1);
	_exit(126);
}

static int property(VTermProp prop, VTermValue *value, void *user)
{
	struct term *t = user;

	if (prop == VTERM_PROP_ALTSCREEN)
		t->alternate = value->boolean != 0;
	return 1;
}

static bool open_screen(struct term *t, int rows, int columns)
{
	static const VTermScreenCallbacks callbacks = { .settermprop =
								property };

	t->vterm = vterm_new(rows, columns);
	if (t->vterm == NULL)
		return false;
	t->rows = rows;
	t->columns = columns;
	vterm_set_utf8(t->vterm, 1);
	t->screen = vterm_obtain_screen(t->vterm);
	vterm_screen_set_callbacks(t->screen, &callbacks, t);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
	return true;
}

struct term *term_start(int rows, int columns, const char *const *argv,
			const struct term_setup *setup)
{
	struct winsize size = { .ws_row = (unsigned short)rows,
				.ws_col = (unsigned short)columns };
	struct term *t = calloc(1, sizeof(*t));
	int say[2];
	int go[2];

	if (t == NULL || !open_screen(t, rows, columns) || pipe(say) != 0 ||
	    pipe(go) != 0) {
		free(t);
		return NULL;
	}
	t->status = STATUS_NONE;
	buf_init(&t->bytes, BYTES_MAX);
	buf_init(&t->text, BYTES_MAX);
	(void)fflush(NULL);
	t->leader = forkpty(&t->master, NULL, NULL, &size);
	if (t->leader < 0) {
		(void)close(say[0]);
		(void)close(say[1]);
		(void)close(go[0]);
		(void)close(go[1]);
		vterm_free(t->vterm);
		free(t);
		return NULL;
	}
	if (t->leader == 0 && setup != NULL && setup->leads)
		become(argv, setup);
	if (t->leader == 0)
		mind_job(argv, setup, say[1], go[0]);
	(void)fcntl(t->master, F_SETFL, O_NONBLOCK);
	(void)tcgetattr(t->master, &t->before);
	t->say = say[0];
	t->go = go[1];
	(void)close(say[1]);
	(void)close(go[0]);
	if (setup == NULL || !setup->leads) {
		struct news news = { .job = 0 };

		term_continue(t);
		if (read(t->say, &news, sizeof(news)) == (ssize_t)sizeof(news))
			t->job = news.job;
	}
	return t;
}

void term_free(struct term *t)
{
	if (t == NULL)
		return;
	if (t->job > 0 && t->status == STATUS_NONE)
		(void)kill(t->job, SIGKILL);
	if (t->leader > 0 && (t->job > 0 || t->status == STATUS_NONE)) {
		(void)kill(t->leader, SIGKILL);
		(void)waitpid(t->leader, NULL, 0);
	}
	term_hang_up(t);
	(void)close(t->say);
	(void)close(t->go);
	vterm_free(t->vterm);
	buf_free(&t->bytes);
	buf_free(&t->text);
	free(t);
}

/* ---- bytes */

/* What the terminal answers to questions of the program. */
static void answer(struct term *t)
{
	char out[512];
	size_t n;

	while ((n = vterm_output_read(t->vterm, out, sizeof(out))) > 0)
		if (write(t->master, out, n) < 0)
			return;
}

/* One portion of output, waited for at most `ms`; false if none came. */
static bool pump(struct term *t, int64_t ms)
{
	struct pollfd fd = { .fd = t->master, .events = POLLIN };
	char *here = buf_reserve(&t->bytes, 65536);
	ssize_t n;

	if (t->master < 0 || here == NULL ||
	    poll(&fd, 1, (int)(ms < 0 ? 0 : ms)) <= 0)
		return false;
	n = read(t->master, here, 65536);
	if (n <= 0)
		return false;
	t->bytes.len += (size_t)n;
	(void)vterm_input_write(t->vterm, here, (size_t)n);
	vterm_screen_flush_damage(t->screen);
	answer(t);
	return true;
}

/* A program that writes and a terminal that types must not wait for each
 * other. */
void term_type_bytes(struct term *t, struct slice keys)
{
	int64_t end = now_ms() + SEE_MS;

	while (keys.len > 0 && now_ms() < end) {
		struct pollfd fd = { .fd = t->master, .events = POLLOUT };
		size_t piece = keys.len < PIECE ? keys.len : PIECE;
		ssize_t n = -1;

		if (poll(&fd, 1, 5) > 0 && (fd.revents & POLLOUT) != 0)
			n = write(t->master, keys.ptr, piece);
		if (n > 0)
			keys = slice_sub(keys, (size_t)n, keys.len);
		(void)pump(t, 0);
	}
}

void term_type(struct term *t, const char *keys)
{
	term_type_bytes(t, slice_of(keys));
}

static bool wait_for(struct term *t, const char *text, bool there)
{
	int64_t end = now_ms() + SEE_MS;

	while (now_ms() < end && pump(t, 0))
		;
	while (term_shows(t, text) != there) {
		int64_t left = end - now_ms();

		if (left <= 0 || (!pump(t, left) && now_ms() < end &&
				  term_wait(t, 0) != CHILD_TOO_LATE &&
				  term_shows(t, text) != there))
			return false;
	}
	return true;
}

bool term_see(struct term *t, const char *text)
{
	return wait_for(t, text, true);
}

bool term_lose(struct term *t, const char *text)
{
	return wait_for(t, text, false);
}

void term_settle(struct term *t)
{
	int64_t end = now_ms() + SEE_MS;
	int64_t pause = ANSWER_MS;

	while (now_ms() < end && pump(t, pause))
		pause = STILL_MS;
}

struct slice term_bytes(const struct term *t)
{
	return buf_slice(&t->bytes);
}

/* ---- the picture */

/* Appends the row and gives the cell of each byte in `cells`, if not NULL. */
static size_t row_text(const struct term *t, int row, char *out, int *cells)
{
	size_t n = 0;
	size_t end = 0;

	for (int column = 0; column < t->columns && n < ROW_BYTES - 64;) {
		VTermScreenCell cell;
		VTermPos pos = { .row = row, .col = column };
		size_t from = n;

		if (!vterm_screen_get_cell(t->screen, pos, &cell))
			break;
		if (cell.chars[0] == 0)
			out[n++] = ' ';
		for (int i = 0;
		     i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0 &&
		     cell.chars[i] != (uint32_t)-1;
		     i++)
			n += utf8_put(cell.chars[i], out + n);
		for (size_t i = from; cells != NULL && i < n; i++)
			cells[i] = column;
		if (n > from && out[from] != ' ')
			end = n;
		column += cell.width > 0 ? cell.width : 1;
	}
	out[end] = '\0';
	return end;
}

const char *term_row(struct term *t, int row)
{
	(void)row_text(t, row, t->row, NULL);
	return t->row;
}

const char *term_picture(struct term *t)
{
	buf_clear(&t->text);
	for (int row = 0; row < t->rows; row++) {
		buf_add_text(&t->text, "\n|");
		buf_add_text(&t->text, term_row(t, row));
	}
	buf_add_char(&t->text, '\0');
	return t->text.failed ? "" : t->text.ptr;
}

bool term_find(const struct term *t, const char *text, int *row, int *column)
{
	char line[ROW_BYTES];
	int cells[ROW_BYTES];

	for (*row = 0; *row < t->rows; (*row)++) {
		size_t n = row_text(t, *row, line, cells);
		size_t at = slice_search((struct slice){ line, n },
					 slice_of(text), false);

		if (at < n) {
			*column = cells[at];
			return true;
		}
	}
	return false;
}

bool term_shows(const struct term *t, const char *text)
{
	int row;
	int column;

	return term_find(t, text, &row, &column);
}

struct term_cell term_cell(const struct term *t, int row, int column)
{
	struct term_cell out = { .colour = TERM_COLOUR_NONE };
	VTermPos pos = { .row = row, .col = column };
	VTermScreenCell cell;
	VTermColor fg;

	if (!vterm_screen_get_cell(t->screen, pos, &cell))
		return out;
	fg = cell.fg;
	if (VTERM_COLOR_IS_INDEXED(&fg))
		out.colour = fg.indexed.idx;
	else if (!VTERM_COLOR_IS_DEFAULT_FG(&fg))
		out.colour = TERM_COLOUR_RGB;
	vterm_screen_convert_color_to_rgb(t->screen, &fg);
	out.rgb[0] = fg.rgb.red;
	out.rgb[1] = fg.rgb.green;
	out.rgb[2] = fg.rgb.blue;
	out.bold = cell.attrs.bold != 0;
	out.underline = cell.attrs.underline != 0;
	out.reverse = cell.attrs.reverse != 0;
	return out;
}

void term_resize(struct term *t, int rows, int columns)
{
	struct winsize size = { .ws_row = (unsigned short)rows,
				.ws_col = (unsigned short)columns };

	vterm_set_size(t->vterm, rows, columns);
	t->rows = rows;
	t->columns = columns;
	(void)ioctl(t->master, TIOCSWINSZ, &size);
}

/* ---- the program */

bool term_is_alternate(const struct term *t)
{
	return t->alternate;
}

/*
 * Mode 25 as it was set last.  libvterm would say hidden after a scroll: it
 * keeps the cursor's visibility with its place (ESC 7), which xterm does not.
 */
static bool shows_cursor(struct slice bytes)
{
	bool shown = true;

	for (size_t i = 0; i < bytes.len; i++) {
		struct slice here = slice_sub(bytes, i, 6);

		if (slice_eq(here, SLICE("\033[?25l")))
			shown = false;
		else if (slice_eq(here, SLICE("\033[?25h")))
			shown = true;
	}
	return shown;
}

bool term_is_restored(const struct term *t)
{
	struct termios now;

	return !t->alternate && shows_cursor(buf_slice(&t->bytes)) &&
	       tcgetattr(t->master, &now) == 0 &&
	       now.c_lflag == t->before.c_lflag &&
	       now.c_iflag == t->before.c_iflag &&
	       now.c_oflag == t->before.c_oflag;
}

pid_t term_pid(const struct term *t)
{
	return t->job > 0 ? t->job : t->leader;
}

static int told(int status)
{
	return WIFSIGNALED(status) ? CHILD_SIGNAL + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

/* Has it ended, or been stopped?  Looks and does not wait. */
static void look_after(struct term *t, bool *stopped)
{
	struct pollfd fd = { .fd = t->say, .events = POLLIN };
	struct news news;

	if (t->job == 0) {
		if (waitpid(t->leader, &news.status, WNOHANG) == t->leader)
			t->status = told(news.status);
		return;
	}
	if (poll(&fd, 1, 0) <= 0 ||
	    read(t->say, &news, sizeof(news)) != (ssize_t)sizeof(news))
		return;
	if (WIFSTOPPED(news.status))
		*stopped = true;
	else
		t->status = told(news.status);
}

int term_wait(struct term *t, unsigned ms)
{
	int64_t end = now_ms() + ms;
	bool stopped = false;

	while (t->status == STATUS_NONE) {
		if (!pump(t, ms > 0 ? 5 : 0))
			look_after(t, &stopped);
		if (t->status == STATUS_NONE && now_ms() >= end)
			return CHILD_TOO_LATE;
	}
	while (pump(t, 0))
		;
	return t->status;
}

void term_hang_up(struct term *t)
{
	if (t->master >= 0)
		(void)close(t->master);
	t->master = -1;
}

bool term_was_stopped(struct term *t)
{
	int64_t end = now_ms() + SEE_MS;
	bool stopped = false;

	while (!stopped && t->status == STATUS_NONE && now_ms() < end)
		if (!pump(t, 5))
			look_after(t, &stopped);
	while (pump(t, 0))
		;
	return stopped;
}

void term_continue(struct term *t)
{
	if (write(t->go, "c", 1) != 1)
		perror("go");
}
