/*
 * mkidentity - signs the messages of a scenario (scenario.h) that ask for it.
 *
 * usage: mkidentity TEMPLATE SCENARIO FOLDER
 *
 * A header line of the template
 *
 *	Identity: $passport SIGNER ppt=shaken attest=A orig=NUMBER dest=NUMBER
 *
 * becomes a PASSporT of that signer (signers.h).  More words: iat=SECONDS (of
 * the scenario; when not given that of the message), div=NUMBER, origid=TEXT,
 * compact.  A number with a colon in it is a URI.  The line
 *
 *	Identity: $legacy SIGNER
 *
 * becomes a signature of RFC 4474 over the message as it stands, which needs
 * From, To and Contact with < and >.  `Identity: $again` repeats the value made
 * last; with a number behind it, cut to so many bytes.  The certificates are
 * written into FOLDER.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario.h"
#include "sign.h"
#include "signers.h"

/* 2026-01-01T00:00:00Z: the begin of every scenario. */
#define BEGIN_S         INT64_C(1767225600)
#define SECOND_NS       INT64_C(1000000000)
#define OUT_BYTES_MAX   (128U << 20)
#define VALUE_BYTES_MAX 65536

struct maker {
	struct signers signers;
	struct buf out;
	struct buf value; /* made last */
	struct buf text;
	struct buf json;
};

/* ---- words of a directive */

static struct slice word_of(struct slice words, const char *key)
{
	while (words.len > 0) {
		struct slice word = slice_split(words, ' ', &words);
		struct slice value;

		if (slice_eq(slice_split(word, '=', &value), slice_of(key)))
			return slice_is_set(value) ? value : SLICE("");
	}
	return SLICE_NONE;
}

/* {"tn":"1"} or, in an array, {"tn":["1"]} */
static void add_party(struct buf *out, struct slice text, bool array)
{
	bool is_uri = slice_find(text, ':') < text.len;

	buf_add_format(out, "{\"%s\":%s\"%.*s\"%s}", is_uri ? "uri" : "tn",
		       array ? "[" : "", SLICE_ARG(text), array ? "]" : "");
}

static void add_member(struct buf *out, const char *name, struct slice words)
{
	struct slice value = word_of(words, name);

	if (slice_is_set(value))
		buf_add_format(out, "\"%s\":\"%.*s\",", name, SLICE_ARG(value));
}

static int64_t iat_of(const struct scenario_event *e, struct slice words)
{
	struct slice text = word_of(words, "iat");
	uint32_t seconds;

	if (slice_to_u32(text, UINT32_MAX, &seconds))
		return BEGIN_S + seconds;
	return BEGIN_S + e->time_ns / SECOND_NS;
}

/* Members in the order of their names, no blanks (RFC 8225 section 9). */
static void make_payload(struct maker *m, const struct scenario_event *e,
			 struct slice words)
{
	struct slice div = word_of(words, "div");

	buf_clear(&m->json);
	buf_add_char(&m->json, '{');
	add_member(&m->json, "attest", words);
	buf_add_text(&m->json, "\"dest\":");
	add_party(&m->json, word_of(words, "dest"), true);
	if (slice_is_set(div)) {
		buf_add_text(&m->json, ",\"div\":");
		add_party(&m->json, div, false);
	}
	buf_add_format(&m->json,
		       ",\"iat\":%lld,\"orig\":", (long long)iat_of(e, words));
	add_party(&m->json, word_of(words, "orig"), false);
	if (slice_is_set(word_of(words, "attest"))) {
		struct slice origid = word_of(words, "origid");

		if (!slice_is_set(origid))
			origid = SLICE("123e4567-e89b-12d3-a456-426655440000");
		buf_add_format(&m->json, ",\"origid\":\"%.*s\"",
			       SLICE_ARG(origid));
	}
	buf_add_char(&m->json, '}');
	buf_add_char(&m->json, '\0');
}

static bool passport(struct maker *m, const struct scenario_event *e,
		     enum signer_id id, struct slice words)
{
	struct slice ppt = word_of(words, "ppt");
	const char *url = signer_url(id);
	struct buf jose;
	bool good;

	buf_init(&jose, VALUE_BYTES_MAX);
	buf_add_text(&jose, "{\"alg\":\"ES256\",");
	if (slice_is_set(ppt))
		buf_add_format(&jose, "\"ppt\":\"%.*s\",", SLICE_ARG(ppt));
	buf_add_format(&jose, "\"typ\":\"passport\",\"x5u\":\"%s\"}", url);
	make_payload(m, e, words);
	buf_clear(&m->value);
	buf_add_char(&jose, '\0');
	good = (slice_is_set(word_of(words, "compact")) ? sign_compact
							: sign_passport)(
		&m->value, m->signers.list[id].key, jose.ptr, m->json.ptr);
	buf_add_format(&m->value, ";info=<%s>;alg=ES256", url);
	if (slice_is_set(ppt))
		buf_add_format(&m->value, ";ppt=%.*s", SLICE_ARG(ppt));
	buf_free(&jose);
	return good;
}

/* ---- RFC 4474 section 9 */

/* The value of a header field of the rendered message; absent if none. */
static struct slice field(struct slice head, const char *name)
{
	while (head.len > 0) {
		struct slice line = slice_split(head, '\n', &head);
		struct slice value;

		if (slice_eq_nocase(slice_split(line, ':', &value),
				    slice_of(name)))
			return slice_trim(value);
	}
	return SLICE_NONE;
}

/* Between < and >. */
static struct slice addr_spec(struct slice value)
{
	struct slice rest;

	(void)slice_split(value, '<', &rest);
	return slice_split(rest, '>', NULL);
}

static bool legacy(struct maker *m, const struct scenario_event *e,
		   enum signer_id id)
{
	struct slice all;
	struct slice head;
	struct slice body;
	size_t end;

	buf_clear(&m->text);
	scenario_render(e, 0, &m->text);
	all = buf_slice(&m->text);
	end = slice_search(all, SLICE("\r\n\r\n"), false);
	head = slice_sub(all, 0, end);
	body = slice_sub(all, end + 4, all.len);
	buf_clear(&m->json);
	buf_add(&m->json, addr_spec(field(head, "From")));
	buf_add_char(&m->json, '|');
	buf_add(&m->json, addr_spec(field(head, "To")));
	buf_add_char(&m->json, '|');
	buf_add(&m->json, field(head, "Call-ID"));
	buf_add_char(&m->json, '|');
	buf_add(&m->json, field(head, "CSeq"));
	buf_add_char(&m->json, '|');
	buf_add(&m->json, field(head, "Date"));
	buf_add_char(&m->json, '|');
	buf_add(&m->json, addr_spec(field(head, "Contact")));
	buf_add_char(&m->json, '|');
	buf_add(&m->json, body);
	buf_clear(&m->value);
	buf_add_char(&m->value, '"');
	if (!sign_rfc4474(&m->value, m->signers.list[id].key,
			  buf_slice(&m->json)))
		return false;
	buf_add_text(&m->value, "\"");
	return true;
}

/* ---- the work */

/* `directive` is what stands behind the $. */
static bool sign(struct maker *m, const struct scenario_event *e,
		 struct slice directive)
{
	struct slice words;
	struct slice kind = slice_split(directive, ' ', &words);
	enum signer_id id;
	uint32_t cut;

	if (slice_eq(kind, SLICE("again"))) {
		if (slice_to_u32(words, VALUE_BYTES_MAX, &cut) &&
		    cut < m->value.len)
			m->value.len = cut;
		return m->value.len > 0;
	}
	id = signer_of(slice_split(words, ' ', &words));
	if (id == SIGNERS)
		return false;
	if (slice_eq(kind, SLICE("legacy")))
		return legacy(m, e, id);
	return slice_eq(kind, SLICE("passport")) && passport(m, e, id, words);
}

static bool copy_lines(struct maker *m, const struct scenario *s)
{
	static const char mark[] = "Identity: $";
	struct slice rest = buf_slice(&s->file);
	size_t event = 0;

	for (unsigned number = 1; rest.len > 0; number++) {
		struct slice line = slice_split(rest, '\n', &rest);
		size_t n = sizeof(mark) - 1;

		event += line.len > 0 && line.ptr[0] == '@';
		if (!slice_eq(slice_sub(line, 0, n), slice_of(mark))) {
			buf_add(&m->out, line);
			buf_add_char(&m->out, '\n');
			continue;
		}
		if (event == 0 || !sign(m, &s->events[event - 1],
					slice_sub(line, n, line.len))) {
			fprintf(stderr, "mkidentity: line %u: not signed\n",
				number);
			return false;
		}
		buf_add_text(&m->out, "Identity: ");
		buf_add(&m->out, buf_slice(&m->value));
		buf_add_char(&m->out, '\n');
	}
	return !m->out.failed;
}

static bool write_out(const struct buf *out, const char *path)
{
	FILE *f = fopen(path, "wb");
	bool good = f != NULL && fwrite(out->ptr, 1, out->len, f) == out->len;

	return f != NULL && fclose(f) == 0 && good;
}

int main(int argc, char **argv)
{
	struct maker m;
	struct scenario s;
	struct problem problem = { "" };
	bool good;

	if (argc != 4) {
		fprintf(stderr, "usage: mkidentity TEMPLATE SCENARIO FOLDER\n");
		return 2;
	}
	if (scenario_read(&s, argv[1], &problem)) {
		fprintf(stderr, "mkidentity: %s: %s\n", argv[1], problem.text);
		return 1;
	}
	if (!signers_make(&m.signers)) {
		fprintf(stderr, "mkidentity: no keys\n");
		return 1;
	}
	buf_init(&m.out, OUT_BYTES_MAX);
	buf_init(&m.value, VALUE_BYTES_MAX);
	buf_init(&m.text, VALUE_BYTES_MAX);
	buf_init(&m.json, VALUE_BYTES_MAX);
	good = copy_lines(&m, &s) && write_out(&m.out, argv[2]) &&
	       signers_write(&m.signers, argv[3]);
	if (!good)
		fprintf(stderr, "mkidentity: %s or %s: not written\n", argv[2],
			argv[3]);
	buf_free(&m.out);
	buf_free(&m.value);
	buf_free(&m.text);
	buf_free(&m.json);
	signers_free(&m.signers);
	scenario_free(&s);
	return good ? 0 : 1;
}
