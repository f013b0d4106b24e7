#include "sipmon/identity/fetch_url.h"

#include "char.h"

#define LABEL_BYTES_MAX 63 /* RFC 1035 section 2.3.4 */

static bool is_alphanumeric(char c)
{
	return char_is_digit(c) || char_is_letter(c);
}

/* ---- host */

static bool is_label(struct slice s)
{
	if (s.len == 0 || s.len > LABEL_BYTES_MAX || s.ptr[0] == '-' ||
	    s.ptr[s.len - 1] == '-')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!is_alphanumeric(s.ptr[i]) && s.ptr[i] != '-')
			return false;
	}
	return true;
}

/*
 * inet_aton() reads "1.2.3", "0x7f.1" and "017700000001" as addresses.  No
 * top-level domain begins with a digit (RFC 3696 section 2), so one that does
 * is taken for such an address.
 */
static bool is_top_label(struct slice s)
{
	return s.len >= 2 && !char_is_digit(s.ptr[0]);
}

/* Labels of a name, two at least; `*last` is the top one. */
static bool is_name(struct slice host, struct slice *last)
{
	struct slice rest = host;
	unsigned count = 0;

	if (host.len == 0 || host.len > FETCH_HOST_BYTES_MAX ||
	    host.ptr[host.len - 1] == '.')
		return false;
	while (rest.len > 0) {
		*last = slice_split(rest, '.', &rest);
		if (!is_label(*last))
			return false;
		count++;
	}
	return count >= 2;
}

/* Names that mean something else at each place (RFC 6761, 6762, 7686, 8375,
 * 9476, and .internal). */
static bool is_local(struct slice top)
{
	static const char *const words[] = {
		"localhost", "localdomain", "local",   "internal", "arpa",
		"onion",     "alt",         "invalid", "test"
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (slice_eq_nocase(top, slice_of(words[i])))
			return true;
	}
	return false;
}

static enum fetch_reason read_host(struct slice host, struct fetch_url *out)
{
	struct slice top = SLICE_NONE;

	if (!is_name(host, &top) || !is_top_label(top) || is_local(top))
		return FETCH_BAD_HOST;
	for (size_t i = 0; i < host.len; i++)
		out->host[i] = char_lower(host.ptr[i]);
	out->host[host.len] = '\0';
	return FETCH_GOOD;
}

/* ---- port, path */

static enum fetch_reason read_port(struct slice digits, struct fetch_url *out)
{
	uint32_t port;

	if (digits.len == 0 || digits.ptr[0] == '0' ||
	    !slice_to_u32(digits, UINT16_MAX, &port))
		return FETCH_BAD_PORT;
	out->port = (uint16_t)port;
	return FETCH_GOOD;
}

/* pchar of RFC 3986 section 3.3, but ";", and the "/" between. */
static bool is_path_char(char c)
{
	return is_alphanumeric(c) ||
	       (c != '\0' && strchr("-._~!$&'()*+,=:@/", c) != NULL);
}

/* "%41"; one of a control character is for no certificate. */
static bool is_escape(struct slice s)
{
	int high = s.len >= 3 ? char_hex(s.ptr[1]) : -1;
	int low = s.len >= 3 ? char_hex(s.ptr[2]) : -1;

	return high >= 2 && low >= 0 && (high != 7 || low != 15);
}

static enum fetch_reason read_path(struct slice path, struct fetch_url *out)
{
	size_t i = 0;

	while (i < path.len) {
		char c = path.ptr[i];

		if (c == '?' || c == '#' || c == ';')
			return FETCH_HAS_PARAMETERS;
		if (c == '%') {
			if (!is_escape(slice_sub(path, i, 3)))
				return FETCH_URL_MALFORMED;
			i += 3;
			continue;
		}
		if (!is_path_char(c))
			return FETCH_URL_MALFORMED;
		i++;
	}
	out->path = path.len > 0 ? path : SLICE("/");
	return FETCH_GOOD;
}

/* ---- all of it */

/* The end of the authority: what a browser takes for one counts too. */
static size_t authority_end(struct slice s)
{
	size_t i = 0;

	while (i < s.len && s.ptr[i] != '/' && s.ptr[i] != '?' &&
	       s.ptr[i] != '#' && s.ptr[i] != '\\')
		i++;
	return i;
}

static enum fetch_reason read_authority(struct slice authority,
					struct fetch_url *out)
{
	size_t colon = slice_find(authority, ':');
	enum fetch_reason r = FETCH_GOOD;

	if (slice_find(authority, '@') < authority.len)
		return FETCH_HAS_USER;
	if (authority.len > 0 && authority.ptr[0] == '[')
		return FETCH_BAD_HOST; /* an IPv6 address */
	out->port = 443;
	if (colon < authority.len)
		r = read_port(slice_sub(authority, colon + 1, SIZE_MAX), out);
	return r != FETCH_GOOD ? r
			       : read_host(slice_sub(authority, 0, colon), out);
}

enum fetch_reason fetch_url_parse(struct slice url, struct fetch_url *out)
{
	static const struct slice https = { "https://", 8 };
	struct slice rest;
	enum fetch_reason r;
	size_t end;

	if (url.len > FETCH_URL_BYTES_MAX)
		return FETCH_URL_TOO_LONG;
	if (!slice_eq_nocase(slice_sub(url, 0, https.len), https))
		return FETCH_NOT_HTTPS;
	rest = slice_sub(url, https.len, SIZE_MAX);
	end = authority_end(rest);
	r = read_authority(slice_sub(rest, 0, end), out);
	if (r != FETCH_GOOD)
		return r;
	return read_path(slice_sub(rest, end, SIZE_MAX), out);
}

bool fetch_url_port_is_usual(uint16_t port)
{
	return port == 443 || port == 8443;
}

/* ---- the list of the user */

static struct slice next_item(struct slice *list)
{
	return slice_trim(slice_split(*list, ',', list));
}

bool fetch_url_list_is_valid(struct slice list)
{
	struct slice top;

	if (!slice_is_set(list))
		return true;
	do {
		struct slice item = next_item(&list);

		if (item.len > 0 && item.ptr[0] == '.')
			item = slice_sub(item, 1, SIZE_MAX);
		if (!is_name(item, &top))
			return false;
	} while (list.len > 0);
	return true;
}

static bool item_has(struct slice item, struct slice host)
{
	if (item.len == 0 || item.ptr[0] != '.')
		return slice_eq_nocase(item, host);
	return host.len > item.len &&
	       slice_eq_nocase(slice_sub(host, host.len - item.len, SIZE_MAX),
			       item);
}

bool fetch_url_list_has(struct slice list, const char *host)
{
	if (!slice_is_set(list))
		return true;
	while (list.len > 0) {
		if (item_has(next_item(&list), slice_of(host)))
			return true;
	}
	return false;
}
