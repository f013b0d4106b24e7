#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "sipmon/report/explain.h"

#define TEXT_BYTES_MAX (1U << 20)

static bool code_of(const struct program *p, const char *word, uint16_t *code)
{
	struct code_entry entry;
	uint32_t n;

	if (!slice_to_u32(slice_of(word), 999, &n) ||
	    !catalogue_code(p->words, (uint16_t)n, &entry))
		return false;
	*code = (uint16_t)n;
	return true;
}

static enum err write_text(const struct program *p, const uint16_t *codes,
			   struct buf *out)
{
	const struct options *o = &p->options;
	struct explain_style style = { output_columns(), output_colour(o) };
	bool json = o->format != NULL && strcmp(o->format, "json") == 0;

	if (o->word_count == 1)
		return json ? explain_json(out, p->words, codes[0])
			    : explain_text(out, p->words, codes[0], &style);
	return json ? explain_pair_json(out, p->words, codes[0], codes[1])
		    : explain_pair_text(out, p->words, codes[0], codes[1],
					&style);
}

int cmd_explain(struct program *p)
{
	const struct options *o = &p->options;
	uint16_t codes[WORDS_MAX];
	struct buf out;
	int status = EXIT_DONE;

	if (o->word_count == 0)
		return complain_use(
			"explain needs a response code, 100 to 699");
	for (unsigned i = 0; i < o->word_count; i++)
		if (!code_of(p, o->words[i], &codes[i]))
			return complain_use(
				"'%s' is no response code, 100 to 699",
				o->words[i]);
	if (o->format != NULL && strcmp(o->format, "json") != 0 &&
	    strcmp(o->format, "text") != 0)
		return complain_use("explain prints text or json");
	buf_init(&out, TEXT_BYTES_MAX);
	if (write_text(p, codes, &out)) {
		complain("out of memory");
		status = EXIT_COULD_NOT;
	} else if (fwrite(out.ptr, 1, out.len, stdout) != out.len ||
		   fflush(stdout) != 0) {
		if (errno != EPIPE) {
			complain("cannot write: %s", strerror(errno));
			status = EXIT_COULD_NOT;
		}
	}
	buf_free(&out);
	return status;
}
