#include "judging.h"

#include "sipmon/sip/body.h"

#define CID   SLICE("cid:")
#define HTTPS SLICE("https://")

static bool begins_nocase(struct slice s, struct slice with)
{
	return slice_eq_nocase(slice_sub(s, 0, with.len), with);
}

/* Of "host", "host:port", "[v6]:port"; absent if there is none. */
static struct slice port_of(struct slice authority)
{
	size_t from = slice_find(authority, ']');
	struct slice port;

	if (from == authority.len)
		from = 0;
	slice_split(slice_sub(authority, from, authority.len), ':', &port);
	return port.len > 0 ? port : SLICE_NONE;
}

bool url_is_shaken(struct slice url, const char **why)
{
	struct slice rest = slice_sub(url, HTTPS.len, url.len);
	size_t end = 0;
	struct slice authority;
	struct slice port;

	*why = NULL;
	while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?' &&
	       rest.ptr[end] != '#')
		end++;
	authority = slice_sub(rest, 0, end);
	port = port_of(authority);
	if (!begins_nocase(url, HTTPS))
		*why = "not https";
	else if (authority.len == 0)
		*why = "no host";
	else if (slice_find(authority, '@') < authority.len)
		*why = "a user name in it";
	else if (slice_is_set(port) && !slice_eq(port, SLICE("443")) &&
		 !slice_eq(port, SLICE("8443")))
		*why = "a port other than 443 and 8443";
	else if (slice_find(rest, '#') < rest.len)
		*why = "a fragment in it";
	else if (slice_find(rest, '?') < rest.len)
		*why = "a query in it";
	return *why == NULL;
}

bool url_is_part(struct slice url)
{
	return begins_nocase(url, CID);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 2392: a Content-ID with its odd characters percent-encoded. */
static bool names_part(struct slice cid, struct slice content_id)
{
	struct slice id = slice_trim(content_id);
	size_t n = 0;

	if (id.len >= 2 && id.ptr[0] == '<' && id.ptr[id.len - 1] == '>')
		id = slice_sub(id, 1, id.len - 2);
	for (size_t i = 0; i < cid.len; n++) {
		char c = cid.ptr[i++];

		if (c == '%' && cid.len - i >= 2 &&
		    hex_digit(cid.ptr[i]) >= 0 &&
		    hex_digit(cid.ptr[i + 1]) >= 0) {
			c = (char)(hex_digit(cid.ptr[i]) << 4 |
				   hex_digit(cid.ptr[i + 1]));
			i += 2;
		}
		if (n >= id.len || id.ptr[n] != c)
			return false;
	}
	return n == id.len && n > 0;
}

static struct slice decoded(const struct memory *m, const struct sip_part *part)
{
	struct slice rest = part->headers;
	struct slice bytes = part->body;
	struct sip_header h;

	while (sip_header_next(&rest, &h))
		if (slice_eq_nocase(h.name,
				    SLICE("Content-Transfer-Encoding")) &&
		    slice_eq_nocase(slice_trim(h.value), SLICE("base64")) &&
		    !base64_decode(m, part->body, &bytes))
			return SLICE_NONE;
	return bytes;
}

struct slice url_part(const struct memory *m, const struct sip_msg *msg,
		      struct slice url)
{
	struct slice cid = slice_sub(url, CID.len, url.len);
	struct sip_part parts[SIP_BODY_PARTS_MAX];
	unsigned count = sip_body_parts(msg->content_type, msg->body, parts,
					SIP_BODY_PARTS_MAX, NULL);

	for (unsigned i = 0; i < count; i++)
		if (names_part(cid, parts[i].content_id))
			return decoded(m, &parts[i]);
	return SLICE_NONE;
}
