/*
 * Files that signatures are judged by, when they are not what they should be:
 * through the whole program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "forge.h"
#include "outcome.h"

/* A call that the signer at this URL signed. */
static void call_by(struct forge *f, const char *call, const char *name)
{
	char url[CHILD_PATH_BYTES];

	(void)snprintf(url, sizeof(url), FORGE_HOST "%s", name);
	forge_call(f, call, &(struct forge_token){ .url = url });
}

static void add_bytes(struct buf *out, char c, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_add_char(out, c);
}

/* The certificate of the signer, PEM, as bytes. */
static void signer_pem(struct forge *f, struct buf *out)
{
	buf_clear(out);
	pki_add_pem(out, f->signer.cert);
	assert_false(out->failed);
}

/* ---- the folder of certificates */

/* No text about a certificate, yet one in the end: 300 KB. */
static void add_large(struct forge *f)
{
	struct buf pem;

	buf_init(&pem, FORGE_BYTES_MAX);
	signer_pem(f, &pem);
	add_bytes(&pem, '\n', 300000);
	forge_file(f, "large.pem", buf_slice(&pem));
	buf_free(&pem);
}

static void add_odd_files(struct forge *f)
{
	char path[CHILD_PATH_BYTES];

	forge_file(f, "empty.pem", SLICE(""));
	forge_file(f, "garbage.pem", SLICE("\x30\x82\xff\xff\x00\x01garbage"));
	forge_file(f, "begin.pem", SLICE("-----BEGIN CERTIFICATE-----\n"));
	forge_file(f, "no-base64.pem",
		   SLICE("-----BEGIN CERTIFICATE-----\n\x1b\x00\xff!\n"
			 "-----END CERTIFICATE-----\n"));
	add_large(f);
	assert_int_equal(mkdir(child_file(path, f->certs, "folder.pem"), 0755),
			 0);
	assert_int_equal(mkfifo(child_file(path, f->certs, "fifo.pem"), 0644),
			 0);
	/* Out of the folder, to what would do; within it; to nothing. */
	assert_int_equal(
		symlink("../trust.pem", child_file(path, f->certs, "link.pem")),
		0);
	assert_int_equal(
		symlink("/dev/zero", child_file(path, f->certs, "zero.pem")),
		0);
	assert_int_equal(
		symlink("link-to-itself.pem",
			child_file(path, f->certs, "link-to-itself.pem")),
		0);
	forge_line(f, FORGE_HOST "folder.pem", "folder.pem");
	forge_line(f, FORGE_HOST "fifo.pem", "fifo.pem");
	forge_line(f, FORGE_HOST "link.pem", "link.pem");
	forge_line(f, FORGE_HOST "zero.pem", "zero.pem");
	forge_line(f, FORGE_HOST "link-to-itself.pem", "link-to-itself.pem");
	forge_line(f, FORGE_HOST "none.pem", "none.pem");
}

/* Each has the right certificate at its end; one does not lead out. */
static void add_ways_out(struct forge *f)
{
	X509 *const signer[] = { f->signer.cert, NULL };
	char below[CHILD_PATH_BYTES];
	char link[CHILD_PATH_BYTES];
	struct buf path;

	(void)child_file(below, f->certs, "below");
	assert_int_equal(mkdir(below, 0755), 0);
	assert_true(pki_write_certs(below, "sp.pem", signer));
	assert_int_equal(symlink("..", child_file(link, f->certs, "out")), 0);
	assert_true(pki_write_certs(f->folder, "sp.pem", signer));
	buf_init(&path, FORGE_BYTES_MAX);
	buf_add_format(&path, "%s/sp.pem", f->folder);
	buf_add_char(&path, '\0');
	forge_line(f, FORGE_HOST "up.pem", "../sp.pem");
	forge_line(f, FORGE_HOST "up-and-down.pem", "../certs/sp.pem");
	forge_line(f, FORGE_HOST "here.pem", "./sp.pem");
	forge_line(f, FORGE_HOST "absolute.pem", path.ptr);
	forge_line(f, FORGE_HOST "dots.pem", "..");
	forge_line(f, FORGE_HOST "through.pem", "out/sp.pem");
	forge_line(f, FORGE_HOST "down-and-up.pem", "below/../sp.pem");
	forge_line(f, FORGE_HOST "below.pem", "below/sp.pem");
	forge_line(f, FORGE_HOST "itself.pem", "index.tsv");
	buf_free(&path);
}

static void whatever_lies_in_the_folder_is_read_with_care(void **state)
{
	static const struct {
		const char *name;
		const char *want;
	} cases[] = {
		{ "empty.pem", "CERT_MALFORMED/437/unchecked" },
		{ "garbage.pem", "CERT_MALFORMED/437/unchecked" },
		{ "begin.pem", "CERT_MALFORMED/437/unchecked" },
		{ "no-base64.pem", "CERT_MALFORMED/437/unchecked" },
		{ "large.pem", "CERT_MALFORMED/437/unchecked" },
		{ "folder.pem", "CERT_UNAVAILABLE/436/unchecked" },
		{ "fifo.pem", "CERT_UNAVAILABLE/436/unchecked" },
		{ "link.pem", "CERT_UNAVAILABLE/436/unchecked" },
		{ "zero.pem", "CERT_UNAVAILABLE/436/unchecked" },
		{ "link-to-itself.pem", "CERT_UNAVAILABLE/436/unchecked" },
		{ "none.pem", "CERT_UNAVAILABLE/436/unchecked" },
		{ "up.pem", "CERT_UNAVAILABLE/436/unchecked" },
		{ "up-and-down.pem", "CERT_UNAVAILABLE/436/unchecked" },
		{ "here.pem", "CERT_UNAVAILABLE/436/unchecked" },
		{ "absolute.pem", "CERT_UNAVAILABLE/436/unchecked" },
		{ "dots.pem", "CERT_UNAVAILABLE/436/unchecked" },
		{ "through.pem", "CERT_UNAVAILABLE/436/unchecked" },
		{ "down-and-up.pem", "CERT_UNAVAILABLE/436/unchecked" },
		{ "below.pem", "VALID/-/valid" },
		{ "itself.pem", "CERT_MALFORMED/437/unchecked" },
		{ "sp.pem", "VALID/-/valid" },
	};
	size_t count = sizeof(cases) / sizeof(cases[0]);
	struct forge *f = *state;
	unsigned complaints;
	json_t *report;

	add_odd_files(f);
	add_ways_out(f);
	for (size_t i = 0; i < count; i++)
		call_by(f, cases[i].name, cases[i].name);
	report = forge_report(f, NULL, &complaints);
	for (size_t i = 0; i < count; i++)
		forge_expect(report, cases[i].name, cases[i].want);
	/* The first line of the index that leads out, and each of six files
	 * that are there and could not be read. */
	assert_int_equal(complaints, 7);
	json_decref(report);
}

static void an_index_may_be_long_and_of_any_making(void **state)
{
	struct forge *f = *state;
	unsigned complaints;
	json_t *report;
	char line[CHILD_PATH_BYTES];

	buf_clear(&f->index);
	buf_add_text(&f->index,
		     "url\tfile\r\n\r\n# a remark\r\nnothing\t\r\n\n");
	for (unsigned i = 0; i < 10000; i++) {
		(void)snprintf(line, sizeof(line),
			       FORGE_HOST "%u.pem\tsp%u.pem\tmore\r\n", i, i);
		buf_add_text(&f->index, line);
	}
	/* Of two lines the last one counts; blanks are none of the name. */
	buf_add_text(&f->index, FORGE_HOST "9999.pem\tsp.pem \r\n");
	buf_add_text(&f->index, " " FORGE_HOST "blank.pem \t sp.pem\r\n");
	add_bytes(&f->index, 'x', 70000);
	buf_add_text(&f->index, "\tsp.pem\n" FORGE_HOST "end.pem\tsp.pem");
	call_by(f, "first", "0.pem");
	call_by(f, "last", "9999.pem");
	call_by(f, "blank", "blank.pem");
	call_by(f, "end", "end.pem");
	report = forge_report(f, NULL, &complaints);
	forge_expect(report, "first", "CERT_UNAVAILABLE/436/unchecked");
	forge_expect(report, "last", "VALID/-/valid");
	forge_expect(report, "blank", "VALID/-/valid");
	forge_expect(report, "end", "VALID/-/valid");
	json_decref(report);
	/* Of the line that names no file. */
	assert_int_equal(complaints, 1);
}

static void what_may_not_be_read_is_told(void **state)
{
	static const struct child_setup setup = { .not_root = true };
	struct forge *f = *state;
	char path[CHILD_PATH_BYTES];
	char program[CHILD_PATH_BYTES];
	const char *argv[] = { child_built("sipmon", program),
			       "report",
			       "-r",
			       f->path,
			       "--certs",
			       f->certs,
			       "--trust",
			       f->trust,
			       "--format",
			       "json",
			       NULL };
	struct child c;
	json_t *report;

	forge_file(f, "secret.pem", SLICE("x"));
	assert_int_equal(chmod(child_file(path, f->certs, "secret.pem"), 0), 0);
	call_by(f, "secret", "secret.pem");
	call_by(f, "open", "sp.pem");
	forge_write(f);
	child_run(&c, argv, &setup);
	assert_int_equal(c.status, 0);
	assert_int_equal(child_lines(&c.err), 1);
	assert_non_null(strstr(c.err.ptr, "secret.pem: Permission denied"));
	report = json_loadb(c.out.ptr, c.out.len, 0, NULL);
	assert_non_null(report);
	forge_expect(report, "secret", "CERT_UNAVAILABLE/436/unchecked");
	forge_expect(report, "open", "VALID/-/valid");
	json_decref(report);
	child_free(&c);
}

/* ---- the command line */

/* One line that is clear; more with it if `hint`. */
static void refuse(struct forge *f, const char *option, const char *value,
		   int status, const char *says)
{
	const char *const options[] = { option, value, NULL };
	struct child c;

	forge_run(f, &c, options);
	if (c.status != status || c.out.len != 0 ||
	    strstr(c.err.ptr, says) == NULL ||
	    child_lines(&c.err) != (status == 2 ? 2U : 1U))
		fail_msg("%s '%s': exit %d, expected %d and \"%s\": %.300s",
			 option, value, c.status, status, says, c.err.ptr);
	for (size_t i = 0; i < c.err.len; i++)
		if ((uint8_t)c.err.ptr[i] < ' ' && c.err.ptr[i] != '\n')
			fail_msg("%s: an odd byte in: %s", option, c.err.ptr);
	if (status == 2)
		assert_non_null(strstr(c.err.ptr, "--help"));
	child_free(&c);
}

static void files_of_no_use_are_refused_by_name(void **state)
{
	static const char *const options[] = { "--trust", "--untrusted",
					       "--crl", "--crl-trust" };
	struct forge *f = *state;
	char path[CHILD_PATH_BYTES];

	call_by(f, "one", "sp.pem");
	assert_int_equal(mkdir(child_file(path, f->folder, "bare"), 0755), 0);
	assert_int_equal(mkfifo(child_file(path, f->folder, "fifo"), 0644), 0);
	assert_true(child_write_file(child_file(path, f->folder, "text"),
				     SLICE("hello\n")));
	assert_true(child_write_file(child_file(path, f->folder, "blank"),
				     SLICE("")));
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const char *o = options[i];

		refuse(f, o, child_file(path, f->folder, "missing"), 1,
		       "missing: No such file");
		refuse(f, o, child_file(path, f->folder, "text"), 1,
		       "text: holds no ");
		refuse(f, o, child_file(path, f->folder, "blank"), 1,
		       "blank: holds no ");
		refuse(f, o, child_file(path, f->folder, "bare"), 1,
		       "bare: no file in it holds a ");
		refuse(f, o, child_file(path, f->folder, "fifo"), 1, "fifo: ");
		refuse(f, o, "/dev/zero", 1, "/dev/zero: ");
		refuse(f, o, "/dev/null", 1, "/dev/null: ");
		refuse(f, o, f->path, 1, "case.pcap: holds no ");
	}
	refuse(f, "--certs", child_file(path, f->folder, "missing"), 1,
	       "missing: No such file");
	refuse(f, "--certs", f->trust, 1, "trust.pem: Not a directory");
}

static void an_index_that_cannot_be_read_is_refused(void **state)
{
	struct forge *f = *state;
	char folder[CHILD_PATH_BYTES];
	char path[CHILD_PATH_BYTES];
	struct buf text;

	call_by(f, "one", "sp.pem");
	(void)child_file(folder, f->folder, "other");
	(void)child_file(path, folder, "index.tsv");
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(mkfifo(path, 0644), 0);
	refuse(f, "--certs", folder, 1, "other/index.tsv: ");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	refuse(f, "--certs", folder, 1, "other/index.tsv: ");
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink("../certs/index.tsv", path), 0);
	refuse(f, "--certs", folder, 1, "other/index.tsv: ");
	assert_int_equal(unlink(path), 0);
	buf_init(&text, FORGE_BYTES_MAX);
	add_bytes(&text, '\n', 17000000);
	assert_true(child_write_file(path, buf_slice(&text)));
	refuse(f, "--certs", folder, 1, "other/index.tsv: more than ");
	buf_free(&text);
}

static void a_folder_of_anchors_may_hold_anything(void **state)
{
	struct forge *f = *state;
	char folder[CHILD_PATH_BYTES];
	char path[CHILD_PATH_BYTES];
	const char *const options[] = { "--trust", folder, NULL };
	struct pki other;
	struct pki leaf;
	static const struct pki_tn code = { PKI_SPC, "5800", 0 };
	struct buf pem;
	json_t *report;

	(void)child_file(folder, f->folder, "anchors");
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(mkfifo(child_file(path, folder, "a-fifo"), 0644), 0);
	assert_int_equal(mkdir(child_file(path, folder, "b-folder"), 0755), 0);
	assert_int_equal(symlink("nowhere", child_file(path, folder, "c-link")),
			 0);
	assert_true(child_write_file(child_file(path, folder, "d-readme"),
				     SLICE("these are anchors\n")));
	assert_true(pki_make(&other, &(struct pki_options){ .cn = "Other ROOT",
							    .is_ca = true }));
	assert_true(pki_make(&leaf, &(struct pki_options){ .cn = "SHAKEN 5800",
							   .issuer = &other,
							   .tn = &code,
							   .tn_count = 1 }));
	assert_true(pki_write_certs(folder, "e.pem",
				    (X509 *const[]){ other.cert, NULL }));
	buf_init(&pem, FORGE_BYTES_MAX);
	pki_add_pem(&pem, leaf.cert);
	forge_file(f, "leaf.pem", buf_slice(&pem));
	forge_call(f, "one",
		   &(struct forge_token){ .url = FORGE_HOST "leaf.pem",
					  .by = &leaf });
	report = forge_report(f, NULL, NULL);
	forge_expect(report, "one", "CERT_UNTRUSTED/437/valid");
	json_decref(report);
	report = forge_report(f, options, NULL);
	forge_expect(report, "one", "VALID/-/valid");
	json_decref(report);
	buf_free(&pem);
	pki_free(&leaf);
	pki_free(&other);
}

static void wrong_settings_are_wrong_use(void **state)
{
	static const char *const policies[] = {
		"iat_window",
		"iat_window=",
		"iat_window=-1",
		"iat_window=1.5",
		"iat_window=99999999999",
		"iat_window=60;nothing=1",
		"date_window=x",
		"div_inner_window=1 2",
		"orig_source=",
		"orig_source=FROM",
		"default_cc=0",
		"default_cc=1234",
		"default_cc=+1",
		"=",
		"=1",
		"\x1b[31m=1",
		"orig_source=\x1b]0;x\x07",
		"untrusted=x",
	};
	static const char *const times[] = {
		"yesterday",
		"2026-01",
		"2026-13-01T00:00:00Z",
		"2026-01-01T25:00:00Z",
		"2026-01-01",
		"1e9",
		"12:00",
		"99999999999999999999999",
		"-99999999999999999999999",
		"1767225600 0",
		"0x10",
		"\x1b[31m",
	};
	struct forge *f = *state;

	call_by(f, "one", "sp.pem");
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
		refuse(f, "--policy", policies[i], 2, "policy: ");
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		refuse(f, "--at", times[i], 2, "at: ");
	refuse(f, "--at", "", 2, "at: ");
}

/* ---- */

#define FORGED(test)                                                           \
	cmocka_unit_test_setup_teardown(test, forge_open, forge_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FORGED(whatever_lies_in_the_folder_is_read_with_care),
		FORGED(an_index_may_be_long_and_of_any_making),
		FORGED(what_may_not_be_read_is_told),
		FORGED(files_of_no_use_are_refused_by_name),
		FORGED(an_index_that_cannot_be_read_is_refused),
		FORGED(a_folder_of_anchors_may_hold_anything),
		FORGED(wrong_settings_are_wrong_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
