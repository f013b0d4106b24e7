#include "download.h"

#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "address.h"

/* Headers of certificate stores are below 1 KiB. */
#define HEAD_BYTES_MAX ((size_t)16 * 1024)

/* libcurl tries one after the other; more are of no use in three seconds. */
#define PINS_MAX       8
#define PIN_BYTES_MAX  1024
#define LINE_BYTES_MAX (FETCH_URL_BYTES_MAX + 32)

/* clang-format off */
static const struct {
	CURLoption option;
	long value;
} numbers[] = {
	{ CURLOPT_HTTPGET, 1 },
	{ CURLOPT_FOLLOWLOCATION, 0 },
	{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
	{ CURLOPT_HTTP09_ALLOWED, 0 },
	{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
	{ CURLOPT_HTTP_CONTENT_DECODING, 0 },
	{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
	{ CURLOPT_SSL_VERIFYPEER, 1 },
	{ CURLOPT_SSL_VERIFYHOST, 2 },
	{ CURLOPT_SSL_SESSIONID_CACHE, 0 },
	{ CURLOPT_FRESH_CONNECT, 1 },
	{ CURLOPT_FORBID_REUSE, 1 },
	{ CURLOPT_DISALLOW_USERNAME_IN_URL, 1 },
	{ CURLOPT_PATH_AS_IS, 1 },
	{ CURLOPT_NOSIGNAL, 1 },
	/* A pin is forgotten some time after its download. */
	{ CURLOPT_DNS_CACHE_TIMEOUT, 60 },
};

static const struct {
	CURLoption option;
	const char *value;
} texts[] = {
	{ CURLOPT_PROTOCOLS_STR, "https" },
	{ CURLOPT_REDIR_PROTOCOLS_STR, "https" },
	{ CURLOPT_PROXY, "" }, /* not even from the environment */
	{ CURLOPT_NOPROXY, "*" },
	{ CURLOPT_USERAGENT, "sipmon" },
};
/* clang-format on */

/* ---- where it may connect to */

static bool is_pinned(const struct download *d, const struct endpoint *e)
{
	for (unsigned i = 0; i < d->addresses->count; i++) {
		if (endpoint_same_host(&d->addresses->addresses[i], e))
			return e->port == d->port && d->rules->may_connect(e);
	}
	return false;
}

static curl_socket_t open_socket(void *ctx, curlsocktype purpose,
				 struct curl_sockaddr *address)
{
	struct download *d = ctx;
	struct endpoint e;

	if (purpose == CURLSOCKTYPE_IPCXN &&
	    address_of(&e, &address->addr, address->addrlen) &&
	    is_pinned(d, &e))
		return socket(address->family, address->socktype | SOCK_CLOEXEC,
			      address->protocol);
	d->broken = FETCH_NOT_PUBLIC;
	return CURL_SOCKET_BAD;
}

/* TLS is up: is it with whom it should be? */
static int before_request(void *ctx, char *remote, char *local, int remote_port,
			  int local_port)
{
	struct download *d = ctx;
	struct endpoint e;

	(void)local;
	(void)local_port;
	if (address_of_text(&e, remote)) {
		e.port = (uint16_t)remote_port;
		if (is_pinned(d, &e))
			return CURL_PREREQFUNC_OK;
	}
	d->broken = FETCH_NOT_PUBLIC;
	return CURL_PREREQFUNC_ABORT;
}

/* The pins are all that libcurl knows of names; it never looks one up. */
static int refuse_lookup(void *resolver, void *reserved, void *ctx)
{
	struct download *d = ctx;

	(void)resolver;
	(void)reserved;
	d->broken = FETCH_NOT_PUBLIC;
	return 1;
}

/* ---- what comes */

static bool is_identity(struct slice encoding)
{
	return encoding.len == 0 ||
	       slice_eq_nocase(encoding, SLICE("identity"));
}

static size_t take_head(char *bytes, size_t one, size_t count, void *ctx)
{
	struct download *d = ctx;
	struct slice line = { bytes, one * count };
	struct slice value;
	struct slice name = slice_split(line, ':', &value);

	d->head_bytes += line.len;
	if (d->head_bytes > HEAD_BYTES_MAX) {
		d->broken = FETCH_TOO_LARGE;
		return 0;
	}
	value = slice_trim(value);
	keep_field(&d->keep, name, value);
	if (slice_eq_nocase(name, SLICE("content-encoding")) &&
	    !is_identity(value)) {
		d->broken = FETCH_ENCODED;
		return 0;
	}
	return line.len;
}

static long status_of(const struct download *d)
{
	long status = 0;

	(void)curl_easy_getinfo(d->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static size_t take_body(char *bytes, size_t one, size_t count, void *ctx)
{
	struct download *d = ctx;
	struct slice part = { bytes, one * count };

	if (status_of(d) != 200) {
		d->broken = FETCH_STATUS;
		return 0;
	}
	buf_add(&d->body, part);
	if (d->body.failed) {
		d->broken = FETCH_TOO_LARGE;
		return 0;
	}
	return part.len;
}

/* ---- setting up */

static bool set_fixed(CURL *easy)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (curl_easy_setopt(easy, numbers[i].option,
				     numbers[i].value) != CURLE_OK)
			return false;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (curl_easy_setopt(easy, texts[i].option, texts[i].value) !=
		    CURLE_OK)
			return false;
	}
	return true;
}

static bool set_callbacks(struct download *d)
{
	CURL *e = d->easy;
	unsigned bad = 0;

	bad |= curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	bad |= curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, d);
	bad |= curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, before_request);
	bad |= curl_easy_setopt(e, CURLOPT_PREREQDATA, d);
	bad |= curl_easy_setopt(e, CURLOPT_RESOLVER_START_FUNCTION,
				refuse_lookup);
	bad |= curl_easy_setopt(e, CURLOPT_RESOLVER_START_DATA, d);
	bad |= curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_head);
	bad |= curl_easy_setopt(e, CURLOPT_HEADERDATA, d);
	bad |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body);
	bad |= curl_easy_setopt(e, CURLOPT_WRITEDATA, d);
	bad |= curl_easy_setopt(e, CURLOPT_PRIVATE, d);
	return bad == 0;
}

static bool set_limits(struct download *d, int64_t left_ms)
{
	CURL *e = d->easy;
	int64_t connect_ms = d->rules->connect_ms;
	unsigned bad = 0;

	if (connect_ms > left_ms)
		connect_ms = left_ms;
	bad |= curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)left_ms);
	bad |= curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	bad |= curl_easy_setopt(e, CURLOPT_MAXFILESIZE_LARGE,
				(curl_off_t)FETCH_CONTENT_BYTES_MAX);
	if (d->rules->ca_file != NULL) {
		bad |= curl_easy_setopt(e, CURLOPT_CAINFO, d->rules->ca_file);
		bad |= curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	}
	return bad == 0;
}

/* What is asked for, made from the parts that were read. */
static bool set_url(struct download *d, const struct fetch_url *url)
{
	struct buf line;
	bool good;

	buf_init(&line, LINE_BYTES_MAX);
	buf_add_text(&line, "https://");
	buf_add_text(&line, url->host);
	buf_add_char(&line, ':');
	buf_add_uint(&line, url->port);
	buf_add(&line, url->path);
	buf_add_char(&line, '\0');
	good = !line.failed &&
	       curl_easy_setopt(d->easy, CURLOPT_URL, line.ptr) == CURLE_OK;
	buf_free(&line);
	return good;
}

/* "+cert.example.com:443:[2001:db8::1],192.0.2.1" */
static bool set_pins(struct download *d, const struct fetch_url *url)
{
	struct buf line;

	buf_init(&line, PIN_BYTES_MAX);
	buf_add_char(&line, '+');
	buf_add_text(&line, url->host);
	buf_add_char(&line, ':');
	buf_add_uint(&line, url->port);
	for (unsigned i = 0; i < d->addresses->count && i < PINS_MAX; i++) {
		const struct endpoint *e = &d->addresses->addresses[i];
		char text[ENDPOINT_TEXT_BYTES];

		buf_add_char(&line, i == 0 ? ':' : ',');
		buf_add_text(&line, e->family == 6 ? "[" : "");
		buf_add_text(&line, endpoint_host_text(e, text));
		buf_add_text(&line, e->family == 6 ? "]" : "");
	}
	buf_add_char(&line, '\0');
	if (!line.failed)
		d->pins = curl_slist_append(NULL, line.ptr);
	buf_free(&line);
	return d->pins != NULL &&
	       curl_easy_setopt(d->easy, CURLOPT_RESOLVE, d->pins) == CURLE_OK;
}

enum err download_start(struct download *d, CURLM *multi,
			const struct fetch_url *url,
			const struct lookup_answer *addresses,
			const struct fetch_rules *rules, int64_t left_ms)
{
	memset(d, 0, sizeof(*d));
	d->rules = rules;
	d->addresses = addresses;
	d->port = url->port;
	buf_init(&d->body, FETCH_CONTENT_BYTES_MAX);
	d->easy = curl_easy_init();
	if (d->easy == NULL)
		return ERR_NOMEM;
	if (!set_fixed(d->easy) || !set_callbacks(d) ||
	    !set_limits(d, left_ms > 0 ? left_ms : 1) || !set_url(d, url) ||
	    !set_pins(d, url))
		return ERR_UNSUPPORTED;
	return curl_multi_add_handle(multi, d->easy) == CURLM_OK ? ERR_OK
								 : ERR_NOMEM;
}

/* ---- what came of it */

static enum fetch_reason reason_of(CURLcode code)
{
	/* clang-format off */
	static const struct {
		CURLcode code;
		enum fetch_reason reason;
	} meanings[] = {
		{ CURLE_COULDNT_RESOLVE_HOST, FETCH_NO_ADDRESS },
		{ CURLE_COULDNT_CONNECT, FETCH_NO_CONNECTION },
		{ CURLE_OPERATION_TIMEDOUT, FETCH_TOO_SLOW },
		{ CURLE_SSL_CONNECT_ERROR, FETCH_NO_TLS },
		{ CURLE_SSL_CIPHER, FETCH_NO_TLS },
		{ CURLE_PEER_FAILED_VERIFICATION, FETCH_UNTRUSTED },
		{ CURLE_FILESIZE_EXCEEDED, FETCH_TOO_LARGE },
		{ CURLE_PARTIAL_FILE, FETCH_CUT_SHORT },
		{ CURLE_RECV_ERROR, FETCH_CUT_SHORT },
		{ CURLE_GOT_NOTHING, FETCH_EMPTY },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].code == code)
			return meanings[i].reason;
	}
	return FETCH_FAILED;
}

void download_result(const struct download *d, CURLcode code,
		     struct fetch_reply *out)
{
	long status = status_of(d);

	out->detail = 0;
	out->keep_s = keep_seconds(&d->keep);
	out->content = SLICE_NONE;
	if (d->broken != FETCH_GOOD)
		out->reason = d->broken;
	else if (code != CURLE_OK)
		out->reason = reason_of(code);
	else if (status != 200)
		out->reason = FETCH_STATUS;
	else if (d->body.len == 0)
		out->reason = FETCH_EMPTY;
	else {
		out->reason = FETCH_GOOD;
		out->content = buf_slice(&d->body);
	}
	if (out->reason == FETCH_STATUS)
		out->detail = (uint16_t)status;
	else if (out->reason == FETCH_FAILED)
		out->detail = (uint16_t)code;
}

void download_end(struct download *d, CURLM *multi)
{
	if (d->easy != NULL) {
		(void)curl_multi_remove_handle(multi, d->easy);
		curl_easy_cleanup(d->easy);
		/* libcurl leaves there what a broken handshake gave. */
		ERR_clear_error();
	}
	curl_slist_free_all(d->pins);
	buf_free(&d->body);
	d->easy = NULL;
	d->pins = NULL;
}
