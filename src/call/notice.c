#include "notice.h"

#include <arpa/inet.h>

#include "sipmon/sip/nameaddr.h"

#define BIT(id) (UINT64_C(1) << SIP_HEADER_##id)

/* Contacts of one REGISTER; nobody registers more. */
#define CONTACTS_LOOKED_AT 16

/* ---- addresses */

/* Four numbers to 255 with points between; `*rest` is what follows. */
static bool read_ipv4(struct slice text, struct endpoint *out,
		      struct slice *rest)
{
	size_t at = 0;

	for (unsigned i = 0; i < 4; i++) {
		size_t from = at;
		unsigned n = 0;

		while (at < text.len && at - from < 3 && text.ptr[at] >= '0' &&
		       text.ptr[at] <= '9')
			n = n * 10 + (unsigned)(text.ptr[at++] - '0');
		if (at == from || n > 255)
			return false;
		out->address[i] = (uint8_t)n;
		if (i < 3 && (at == text.len || text.ptr[at++] != '.'))
			return false;
	}
	out->family = 4;
	*rest = slice_sub(text, at, text.len);
	return true;
}

/* "[2001:db8::1]"; one that holds an IPv4 address is that address. */
static bool read_ipv6(struct slice text, struct endpoint *out,
		      struct slice *rest)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	size_t end = slice_find(slice_sub(text, 0, INET6_ADDRSTRLEN + 1), ']');
	char copy[INET6_ADDRSTRLEN];
	uint8_t a[16];

	if (end >= text.len || text.ptr[end] != ']')
		return false;
	slice_copy(slice_sub(text, 1, end - 1), copy, sizeof(copy));
	if (inet_pton(AF_INET6, copy, a) != 1)
		return false;
	if (memcmp(a, mapped, sizeof(mapped)) == 0) {
		memcpy(out->address, a + 12, 4);
		out->family = 4;
	} else {
		memcpy(out->address, a, sizeof(a));
		out->family = 6;
	}
	*rest = slice_sub(text, end + 1, text.len);
	return true;
}

/* An address with or without a port; false for a name. */
static bool read_host(struct slice text, struct endpoint *out)
{
	struct slice rest;
	bool found;

	if (text.len == 0)
		return false;
	*out = (struct endpoint){ .family = 0 };
	found = text.ptr[0] == '[' ? read_ipv6(text, out, &rest)
				   : read_ipv4(text, out, &rest);
	return found && (rest.len == 0 || rest.ptr[0] == ':' ||
			 rest.ptr[0] == ' ' || rest.ptr[0] == '\t');
}

/* ---- Contact */

/* Requests whose Contact says where their sender is to be reached. */
static bool names_its_sender(uint16_t method)
{
	return method == SIP_METHOD_INVITE || method == SIP_METHOD_REGISTER ||
	       method == SIP_METHOD_SUBSCRIBE || method == SIP_METHOD_NOTIFY ||
	       method == SIP_METHOD_UPDATE || method == SIP_METHOD_REFER;
}

/*
 * A proxy in between has another address than the Contact, and is no NAT.  In
 * front of a request it shows in Via.  Behind a response it shows only if it
 * wants to stay in the way; so that nothing is said of those that do not, an
 * answer counts only where it goes out to a public address, from which what it
 * names cannot be reached.  What a registrar or a redirect server answers are
 * the addresses of others.
 */
static bool wants_contact(const struct step *st)
{
	const struct sip_msg *msg = st->in->msg;

	if (!sip_msg_has(msg, SIP_HEADER_CONTACT) || msg->via_count != 1 ||
	    st->resent || !names_its_sender(st->method))
		return false;
	if (!msg->is_response)
		return true;
	return msg->status > 100 && msg->status < 300 &&
	       st->method != SIP_METHOD_REGISTER &&
	       !sip_msg_has(msg, SIP_HEADER_RECORD_ROUTE) &&
	       !endpoint_is_private(&st->in->flow->destination);
}

static bool contact_is_private(const struct step *st)
{
	struct endpoint e;

	return wants_contact(st) && read_host(st->in->msg->contact_host, &e) &&
	       endpoint_is_private(&e) &&
	       !endpoint_same_host(&e, &st->in->flow->source);
}

/* ---- REGISTER */

static bool is_zero(struct slice number)
{
	uint32_t n;

	return slice_to_u32(number, UINT32_MAX, &n) && n == 0;
}

struct bindings {
	unsigned count;
	unsigned removed;
	unsigned by_field; /* those that the field Expires speaks for */
	bool zero;         /* the field Expires */
};

static void add_bindings(struct bindings *b, struct slice rest)
{
	struct sip_nameaddr contact;
	struct slice value;
	size_t at;

	while (b->count < CONTACTS_LOOKED_AT && sip_value_next(&rest, &value)) {
		b->count++;
		(void)!sip_nameaddr_parse(&contact, value, &at);
		if (!slice_is_set(contact.expires))
			b->by_field++;
		else if (is_zero(contact.expires))
			b->removed++;
	}
}

/*
 * Contact, Expires, or one that begins with the same letter.  A registrar sees
 * little else than REGISTER: to take each field apart again would cost more
 * than all else that is noticed.
 */
static bool may_bind(char first)
{
	int letter = first | 0x20;

	return letter == 'c' || letter == 'm' || letter == 'e';
}

/* RFC 3261 section 10.2.2.  Without a Contact it only asks. */
static bool takes_bindings_away(const struct sip_msg *msg)
{
	struct bindings b = { .count = 0 };
	struct slice rest = msg->headers;
	struct sip_header h;

	if (!sip_msg_has(msg, SIP_HEADER_CONTACT))
		return false;
	while (rest.len > 0) {
		if (!may_bind(rest.ptr[0])) {
			(void)slice_split(rest, '\n', &rest);
			continue;
		}
		(void)sip_header_next(&rest, &h);
		if (h.id == SIP_HEADER_CONTACT)
			add_bindings(&b, h.value);
		else if (h.id == SIP_HEADER_EXPIRES)
			b.zero = is_zero(h.value);
	}
	return b.count > 0 && b.count < CONTACTS_LOOKED_AT &&
	       b.removed + (b.zero ? b.by_field : 0) == b.count;
}

/* ---- User-Agent */

/* Most requests of a call name the same one, which was looked at before. */
static bool is_scanner(const struct step *st)
{
	const struct view *v = view_of(st);
	struct slice name =
		slice_sub(st->in->msg->user_agent, 0, AGENT_NAME_BYTES);
	uint16_t known = st->call->agent;

	if (st->in->msg->is_response || name.len == 0)
		return false;
	if (known != 0 && known <= AGENTS_MAX &&
	    slice_eq(name, view_agent_name(v, known)))
		return v->agents[known - 1].is_scanner;
	return agent_is_scanner(name);
}

/* ---- the rest */

static bool has_length_off(const struct sip_msg *msg)
{
	unsigned n = msg->defects.count < SIP_DEFECT_ROOM ? msg->defects.count
							  : SIP_DEFECT_ROOM;

	for (unsigned i = 0; i < n; i++)
		if (msg->defects.list[i].kind ==
			    SIP_DEFECT_CONTENT_LENGTH_OVER ||
		    msg->defects.list[i].kind ==
			    SIP_DEFECT_CONTENT_LENGTH_DIFFERS)
			return true;
	return false;
}

/* RFC 3262 section 3: both fields are there. */
static bool is_reliable(const struct sip_msg *msg)
{
	const uint64_t both = BIT(RSEQ) | BIT(REQUIRE);

	return msg->is_response && msg->status > 100 && msg->status < 200 &&
	       (msg->present & both) == both;
}

static unsigned flags_of_bits(const struct sip_msg *msg)
{
	const uint64_t any = BIT(RETRY_AFTER) | BIT(SESSION_EXPIRES) |
			     BIT(RSEQ) | BIT(REFER_TO) | BIT(REPLACES);
	unsigned flags = 0;

	if ((msg->present & any) == 0)
		return 0;
	if (sip_msg_has(msg, SIP_HEADER_RETRY_AFTER))
		flags |= MSG_RETRY_AFTER;
	if (sip_msg_has(msg, SIP_HEADER_SESSION_EXPIRES))
		flags |= MSG_SESSION_EXPIRES;
	if (is_reliable(msg))
		flags |= MSG_RELIABLE;
	if ((msg->present & (BIT(REFER_TO) | BIT(REPLACES))) != 0)
		flags |= MSG_TIES;
	return flags;
}

static bool via_is_other(const struct step *st)
{
	const struct sip_msg *msg = st->in->msg;
	struct endpoint e;

	return !msg->is_response && msg->via_count == 1 &&
	       read_host(msg->via_sent_by, &e) &&
	       !endpoint_same_host(&e, &st->in->flow->source);
}

unsigned notice(const struct step *st)
{
	const struct sip_msg *msg = st->in->msg;
	unsigned flags = flags_of_bits(msg);

	if (via_is_other(st))
		flags |= MSG_VIA_OTHER;
	if (contact_is_private(st))
		flags |= MSG_CONTACT_PRIVATE;
	if (msg->defects.count > 0 && !st->in->cut && has_length_off(msg))
		flags |= MSG_LENGTH_OFF;
	if (st->method == SIP_METHOD_REGISTER && !msg->is_response &&
	    takes_bindings_away(msg))
		flags |= MSG_UNREGISTER;
	if (is_scanner(st))
		flags |= MSG_SCANNER;
	return flags;
}
