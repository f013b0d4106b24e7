#include "sipmon/base/phrase.h"

#include <inttypes.h>
#include <stdio.h>

struct phrase_number phrase_number(uint64_t n)
{
	struct phrase_number out;

	(void)snprintf(out.text, sizeof(out.text), "%" PRIu64, n);
	return out;
}

char *phrase(char *out, size_t size, const char *sentence,
	     const char *const *values, unsigned count)
{
	size_t used = 0;

	for (const char *p = sentence; *p != '\0' && used + 1 < size; p++) {
		unsigned n = (unsigned)(unsigned char)p[1] - '1';
		struct slice value;

		if (*p != '%' || n > 8) {
			out[used++] = *p;
			continue;
		}
		p++;
		if (n >= count || values[n] == NULL)
			continue;
		value = slice_of(values[n]);
		slice_copy(value, out + used, size - used);
		used += value.len < size - used ? value.len : size - used - 1;
	}
	if (size > 0)
		out[used] = '\0';
	return out;
}

void phrase_add(struct buf *out, const char *sentence,
		const char *const *values, unsigned count)
{
	for (const char *p = sentence; *p != '\0'; p++) {
		unsigned n = (unsigned)(unsigned char)p[1] - '1';

		if (*p != '%' || n > 8) {
			buf_add_char(out, *p);
			continue;
		}
		p++;
		if (n < count && values[n] != NULL)
			buf_add_text(out, values[n]);
	}
}

struct slice phrase_first_sentence(struct slice text)
{
	size_t end = slice_search(text, SLICE(". "), false);

	while (end > 0 && text.ptr[end - 1] == '.')
		end--;
	return slice_sub(text, 0, end);
}
