#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include "command.h"
#include "config.h"

#define HELP_BYTES_MAX 65536

/* The version comes as a bare word, which needs no quoting in a shell. */
#define WORD_TEXT(word) #word
#define TEXT_OF(macro)  WORD_TEXT(macro)

static const struct {
	const char *name;
	unsigned use;
	int (*run)(struct program *p);
} commands[] = {
	/* The first word is a command only when it is one of these. */
	{ "report", FOR_REPORT, cmd_report },
	{ "explain", FOR_EXPLAIN, cmd_explain },
	{ "agent", FOR_AGENT, cmd_agent },
	{ "", FOR_SCREEN, cmd_screen },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static size_t command_of(int argc, char **argv)
{
	for (size_t i = 0; i < COMMANDS - 1; i++)
		if (argc > 1 && strcmp(argv[1], commands[i].name) == 0)
			return i;
	return COMMANDS - 1;
}

static int not_written(void)
{
	if (errno == EPIPE)
		return EXIT_DONE;
	complain("cannot write: %s", strerror(errno));
	return EXIT_COULD_NOT;
}

static int print_help(void)
{
	struct buf out;
	size_t written;

	buf_init(&out, HELP_BYTES_MAX);
	options_help(&out);
	written = out.failed ? 0 : fwrite(out.ptr, 1, out.len, stdout);
	buf_free(&out);
	return written > 0 && fflush(stdout) == 0 ? EXIT_DONE : not_written();
}

static int print_version(void)
{
	if (printf("sipmon %s\n%s\n", TEXT_OF(SIPMON_VERSION),
		   pcap_lib_version()) < 0 ||
	    fflush(stdout) != 0)
		return not_written();
	return EXIT_DONE;
}

static int start(struct program *p, size_t command, int argc, char **argv)
{
	struct problem rc = { "" };
	struct problem problem = { "" };
	enum err rc_err = config_read(&p->options, &rc);

	p->options.command = commands[command].use;
	if (options_parse(&p->options, argc, argv, &problem))
		return complain_use("%s", problem.text);
	if (p->options.help)
		return print_help();
	if (p->options.version)
		return print_version();
	if (rc_err) {
		complain("%s", rc.text);
		return EXIT_WRONG_USE;
	}
	if (catalogue_new(&p->words, p->options.lang, &problem)) {
		complain("%s", problem.text);
		return EXIT_COULD_NOT;
	}
	config_add_notes(p->words);
	return commands[command].run(p);
}

/* A file opened in the place of a closed 0, 1 or 2 would get our own words. */
static void fill_standard_files(void)
{
	int fd = open("/dev/null", O_RDWR);

	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = dup(fd);
	if (fd > STDERR_FILENO)
		(void)close(fd);
}

int main(int argc, char **argv)
{
	size_t command = command_of(argc, argv);
	int skip = command < COMMANDS - 1 ? 1 : 0;
	struct program p = { .words = NULL };
	int status;

	fill_standard_files();
	/* A reader that goes away is an error of write(), told or not there. */
	(void)signal(SIGPIPE, SIG_IGN);
	/* Numbers in reports are always written the same way. */
	(void)setlocale(LC_CTYPE, "");
	options_init(&p.options);
	status = start(&p, command, argc - skip, argv + skip);
	catalogue_free(p.words);
	options_free(&p.options);
	return status;
}
