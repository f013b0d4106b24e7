/*
 * Any bytes as a URI.  The law: each part lies within the text, the place of
 * an error too, and a well formed URI is put together of its parts.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/sip/params.h"
#include "sipmon/sip/uri.h"

static void require(int truth)
{
	if (!truth)
		abort();
}

/* The length of a part with its mark; where it stands is looked at too. */
static size_t part(struct slice s, struct slice text)
{
	if (!slice_is_set(s))
		return 0;
	require(s.ptr >= text.ptr && s.ptr + s.len <= text.ptr + text.len);
	return s.len + 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	struct sip_param param;
	struct sip_uri u;
	size_t at = 0;
	size_t sum;
	enum err e = sip_uri_parse(&u, text, &at);

	require(at <= size);
	sum = part(u.scheme, text) + part(u.user, text) +
	      part(u.password, text) + part(u.port, text) +
	      part(u.params, text) + part(u.headers, text) + part(u.host, text);
	if (e == ERR_OK)
		require(sum == size + 1);
	while (sip_param_next(&u.params, &param))
		continue;
	return 0;
}
