/*
 * download.h - one GET over HTTPS, with libcurl.
 *
 * It connects to the addresses that it is given and to nothing else, whatever
 * the URL, a redirect or the environment say.
 */
#ifndef SIPMON_FETCH_DOWNLOAD_H
#define SIPMON_FETCH_DOWNLOAD_H

#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/identity/fetch_url.h"
#include "sipmon/net/endpoint.h"

#include "keep.h"
#include "lookup.h"
#include "rules.h"

struct download {
	CURL *easy;
	struct curl_slist *pins;
	const struct fetch_rules *rules;
	const struct lookup_answer *addresses;
	uint16_t port;
	enum fetch_reason broken; /* what a callback found wrong */
	size_t head_bytes;
	struct keep keep;
	struct buf body;
};

/*
 * Begins it in `multi`; `addresses` outlive it.  It ends within `left_ms`.
 * ERR_NOMEM, ERR_UNSUPPORTED (libcurl lacks something that is asked of it).
 * download_end() must follow in any case.
 */
MUST_CHECK enum err download_start(struct download *d, CURLM *multi,
				   const struct fetch_url *url,
				   const struct lookup_answer *addresses,
				   const struct fetch_rules *rules,
				   int64_t left_ms);

/* What libcurl's `code` at the end means; the content lives until the end. */
void download_result(const struct download *d, CURLcode code,
		     struct fetch_reply *out);

void download_end(struct download *d, CURLM *multi);

#endif
