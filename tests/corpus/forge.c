#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "forge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../tools/sign.h"
#include "outcome.h"

#define SECOND_NS   INT64_C(1000000000)
#define TIMEOUT_MS  20000
#define OPTIONS_MAX 20
#define SERVER      0x1fffe /* capture_host() of who is called */

/* ---- the world */

static bool make_signer(struct forge *f)
{
	static const struct pki_tn code = { PKI_SPC, "1234", 0 };

	return pki_make(&f->root, &(struct pki_options){ .cn = "Example ROOT",
							 .is_ca = true }) &&
	       pki_make(&f->signer, &(struct pki_options){ .cn = "SHAKEN 1234",
							   .issuer = &f->root,
							   .serial = 2,
							   .tn = &code,
							   .tn_count = 1 });
}

static bool make_folder(struct forge *f)
{
	if (!child_scratch(f->folder))
		return false;
	(void)child_file(f->certs, f->folder, "certs");
	(void)child_file(f->trust, f->folder, "trust.pem");
	(void)child_file(f->path, f->folder, "case.pcap");
	return mkdir(f->certs, 0755) == 0 && chmod(f->folder, 0755) == 0 &&
	       pki_write_certs(f->folder, "trust.pem",
			       (X509 *const[]){ f->root.cert, NULL }) &&
	       pki_write_certs(f->certs, "sp.pem",
			       (X509 *const[]){ f->signer.cert, NULL });
}

int forge_open(void **state)
{
	struct forge *f = calloc(1, sizeof(*f));

	if (f == NULL || !make_signer(f) || !make_folder(f))
		return -1;
	capture_begin(&f->capture);
	buf_init(&f->index, FORGE_BYTES_MAX);
	buf_init(&f->value, FORGE_BYTES_MAX);
	buf_init(&f->bytes, FORGE_BYTES_MAX);
	forge_line(f, FORGE_URL, "sp.pem");
	*state = f;
	return 0;
}

int forge_close(void **state)
{
	struct forge *f = *state;

	capture_free(&f->capture);
	buf_free(&f->index);
	buf_free(&f->value);
	buf_free(&f->bytes);
	pki_free(&f->signer);
	pki_free(&f->root);
	child_scratch_remove(f->folder);
	free(f);
	return 0;
}

/* ---- messages */

void forge_sign(struct forge *f, const struct forge_token *t)
{
	const char *claims =
		t->claims != NULL ? t->claims : FORGE_CLAIMS("", "");
	const char *url = t->url != NULL ? t->url : FORGE_URL;
	const char *ppt = t->ppt != NULL ? t->ppt : "shaken";
	const struct pki *by = t->by != NULL ? t->by : &f->signer;
	struct buf jose;

	buf_init(&jose, FORGE_BYTES_MAX);
	if (t->jose != NULL)
		buf_add_text(&jose, t->jose);
	else if (t->ppt != NULL)
		buf_add_format(&jose,
			       "{\"alg\":\"ES256\",%s%s%s\"typ\":\"passport\","
			       "\"x5u\":\"%s\"}",
			       *ppt != '\0' ? "\"ppt\":\"" : "", ppt,
			       *ppt != '\0' ? "\"," : "", url);
	else
		buf_add_format(&jose, FORGE_JOSE("%s"), url);
	buf_add_char(&jose, '\0');
	buf_clear(&f->value);
	assert_true(sign_passport(&f->value, by->key, jose.ptr, claims));
	buf_add_text(&f->value, ";info=<");
	buf_add_text(&f->value, url);
	buf_add_text(&f->value, ">;alg=ES256");
	if (*ppt != '\0') {
		buf_add_text(&f->value, ";ppt=");
		buf_add_text(&f->value, ppt);
	}
	if (t->more != NULL)
		buf_add_text(&f->value, t->more);
	assert_false(f->value.failed);
	buf_free(&jose);
}

void forge_tell(struct forge *f, const struct forge_message *m)
{
	struct buf *out = &f->bytes;

	buf_add_text(out, m->start != NULL
				  ? m->start
				  : "INVITE sip:+12155550199@example.net;"
				    "user=phone SIP/2.0");
	buf_add_format(out,
		       "\r\nVia: SIP/2.0/UDP 198.18.0.1:5060"
		       ";branch=z9hG4bK%s\r\nFrom: ",
		       m->call);
	buf_add_text(out, m->from != NULL
				  ? m->from
				  : "\"A\" <sip:+12155550101@example.com"
				    ";user=phone>;tag=1");
	buf_add_text(out, "\r\nTo: ");
	buf_add_text(out, m->to != NULL ? m->to
					: "<sip:+12155550199@example.net"
					  ";user=phone>");
	buf_add_format(
		out,
		"\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
		"Contact: <sip:a@198.18.0.1>\r\n",
		m->call);
	buf_add_text(out, "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n");
	buf_add(out, m->lines);
	buf_add_format(out, "Content-Length: %zu\r\n\r\n", m->body.len);
	buf_add(out, m->body);
	assert_false(out->failed);
}

static void send_between(struct forge *f, enum forge_way way, unsigned from,
			 unsigned to)
{
	struct capture_msg m = {
		.ends = { capture_host(from), capture_host(to) },
		.bytes = buf_slice(&f->bytes),
		.time_ns = FORGE_TIME_S * SECOND_NS + f->sent * INT64_C(1000)
	};

	f->sent++;
	if (way == FORGE_STREAM)
		capture_stream(&f->capture, &m);
	else if (way == FORGE_FRAGMENTS)
		capture_fragments(&f->capture, &m);
	else
		capture_datagram(&f->capture, &m);
	buf_clear(&f->bytes);
}

void forge_send(struct forge *f, enum forge_way way)
{
	send_between(f, way, f->sent, SERVER);
}

void forge_pass(struct forge *f, unsigned from, unsigned to)
{
	send_between(f, FORGE_DATAGRAM, from, to);
}

void forge_call(struct forge *f, const char *call, const struct forge_token *t)
{
	struct buf line;

	forge_sign(f, t);
	buf_init(&line, FORGE_BYTES_MAX);
	buf_add_text(&line, "Identity: ");
	buf_add(&line, buf_slice(&f->value));
	buf_add_text(&line, "\r\n");
	forge_tell(f, &(struct forge_message){ .call = call,
					       .lines = buf_slice(&line) });
	forge_send(f, FORGE_DATAGRAM);
	buf_free(&line);
}

/* ---- files */

void forge_line(struct forge *f, const char *url, const char *name)
{
	buf_add_text(&f->index, url);
	buf_add_char(&f->index, '\t');
	buf_add_text(&f->index, name);
	buf_add_char(&f->index, '\n');
}

void forge_file(struct forge *f, const char *name, struct slice bytes)
{
	char path[CHILD_PATH_BYTES];
	char url[CHILD_PATH_BYTES];

	assert_true(child_write_file(child_file(path, f->certs, name), bytes));
	(void)snprintf(url, sizeof(url), FORGE_HOST "%s", name);
	forge_line(f, url, name);
}

/* ---- what comes out */

void forge_write(struct forge *f)
{
	char index[CHILD_PATH_BYTES];

	assert_true(child_write_file(child_file(index, f->certs, "index.tsv"),
				     buf_slice(&f->index)));
	assert_true(capture_write(&f->capture, f->path));
}

void forge_run(struct forge *f, struct child *c, const char *const *options)
{
	static const struct child_setup setup = { .timeout_ms = TIMEOUT_MS };
	const char *argv[OPTIONS_MAX + 10] = { NULL,      "report",  "-r",
					       f->path,   "--certs", f->certs,
					       "--trust", f->trust };
	char program[CHILD_PATH_BYTES];
	size_t n = 8;

	argv[0] = child_built("sipmon", program);
	for (size_t i = 0; options != NULL && options[i] != NULL; i++) {
		assert_true(i < OPTIONS_MAX);
		argv[n++] = options[i];
	}
	forge_write(f);
	child_run(c, argv, &setup);
}

json_t *forge_report(struct forge *f, const char *const *options,
		     unsigned *complaints)
{
	const char *more[OPTIONS_MAX + 1] = { "--format", "json" };
	struct child c;
	json_error_t error;
	json_t *report;

	for (size_t i = 0; options != NULL && options[i] != NULL; i++) {
		assert_true(i + 2 < OPTIONS_MAX);
		more[i + 2] = options[i];
	}
	forge_run(f, &c, more);
	if (c.status != 0)
		fail_msg("exit %d: %.400s", c.status, c.err.ptr);
	report = json_loadb(c.out.ptr, c.out.len, JSON_ALLOW_NUL, &error);
	if (report == NULL)
		fail_msg("no JSON: %s", error.text);
	if (complaints != NULL)
		*complaints = child_lines(&c.err);
	child_free(&c);
	return report;
}

static const char *text_of(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "-";
}

const char *forge_outcome(json_t *report, const char *call, char text[64])
{
	json_t *found = outcome_find_call(report, slice_of(call));
	json_t *element = json_array_get(json_object_get(found, "identity"), 0);
	json_t *code = json_object_get(element, "expected_code");

	if (element == NULL)
		return "-";
	if (json_is_integer(code))
		(void)snprintf(text, 64, "%s/%d/%s",
			       text_of(element, "verdict"),
			       (int)json_integer_value(code),
			       text_of(element, "signature"));
	else
		(void)snprintf(text, 64, "%s/-/%s", text_of(element, "verdict"),
			       text_of(element, "signature"));
	return text;
}

void forge_expect(json_t *report, const char *call, const char *want)
{
	char text[64];
	const char *got = forge_outcome(report, call, text);

	if (strcmp(got, want) != 0)
		fail_msg("%s: %s, expected %s", call, got, want);
}
