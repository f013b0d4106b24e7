#include "cert_der.h"

#include "sipmon/base/bytes.h"

#define TAG_NUMBER       0x1f /* all ones: the number follows */
#define LENGTH_LONG      0x80
#define LENGTH_BYTES_MAX 4

/* False: not the shortest way to write it. */
static bool read_length(struct bytes *b, size_t *out)
{
	uint8_t first = bytes_u8(b);
	size_t count = first & 0x7f;
	size_t len = 0;

	if (first < LENGTH_LONG) {
		*out = first;
		return !b->failed;
	}
	if (count == 0 || count > LENGTH_BYTES_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		len = len << 8 | bytes_u8(b);
	*out = len;
	return !b->failed && len >= LENGTH_LONG && len >> 8 * (count - 1) != 0;
}

bool der_next(struct slice *rest, struct der_element *out)
{
	struct bytes b = bytes_of(rest->ptr, rest->len);
	uint8_t tag = bytes_u8(&b);
	const uint8_t *content;
	size_t len;

	if ((tag & TAG_NUMBER) == TAG_NUMBER || !read_length(&b, &len))
		return false;
	content = bytes_take(&b, len);
	if (content == NULL)
		return false;
	out->tag = tag;
	out->content = (struct slice){ (const char *)content, len };
	*rest = (struct slice){ (const char *)b.ptr, b.len };
	return true;
}

bool der_take(struct slice *rest, uint8_t tag, struct slice *content)
{
	struct der_element e;

	if (!der_next(rest, &e) || e.tag != tag)
		return false;
	*content = e.content;
	return true;
}

bool der_only(struct slice text, uint8_t tag, struct slice *content)
{
	return der_take(&text, tag, content) && text.len == 0;
}
