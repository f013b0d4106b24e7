#include <string.h>

#include "legs.h"
#include "sipmon/call/leg.h"
#include "sipmon/sip/charging.h"
#include "sipmon/sip/nameaddr.h"
#include "sipmon/sip/replaces.h"
#include "sipmon/sip/session_id.h"
#include "step.h"

/* Longer words name nothing; shorter ones, as "0" or "1", tie nothing but the
 * call of that Call-ID. */
#define WORD_BYTES_MAX 256
#define WORD_BYTES_MIN 4

/* Of one message. */
#define FIELDS_MAX 16

/* ---- names */

/*
 * One of 64 signs that a name bears: most lines of a message are told apart by
 * their first and third character, the case ignored.
 */
static uint64_t sign_of(const char *name)
{
	unsigned first = (unsigned char)name[0] | 0x20;
	unsigned third = (unsigned char)name[2] | 0x20;

	return UINT64_C(1) << ((first * 7 + third) & 63);
}

#define SIGN_BYTES 3
#define SIGNS_ALL  UINT64_MAX

static void add_name(struct legs *l, struct slice name, enum leg_tie tie)
{
	struct leg_name *n = &l->names[l->name_count];

	if (l->name_count == LEG_NAMES_MAX || name.len == 0 ||
	    name.len >= sizeof(n->text))
		return;
	(void)slice_copy(name, n->text, sizeof(n->text));
	n->len = (uint8_t)name.len;
	n->id = (uint8_t)sip_header_of(name);
	n->tie = (uint8_t)tie;
	l->walked |= UINT64_C(1) << n->id;
	/* one that is known may come in its compact form */
	if (name.len < SIGN_BYTES || n->id != SIP_HEADER_OTHER)
		l->signs = SIGNS_ALL;
	else
		l->signs |= sign_of(name.ptr);
	l->name_count++;
}

void legs_set_names(struct legs *l, const struct store_options *o)
{
	l->name_count = 0;
	l->walked = 0;
	l->signs = 0;
	add_name(l, SLICE("P-Charging-Vector"), LEG_ICID);
	add_name(l, SLICE("X-Call-ID"), LEG_HEADER);
	add_name(l, SLICE("X-CID"), LEG_HEADER);
	for (unsigned i = 0; i < o->leg_header_count; i++)
		add_name(l, slice_of(o->leg_headers[i]), LEG_HEADER);
}

/* ---- what a request says */

/* A Call-ID: of a call that is there, or that may yet begin. */
static void note_name(struct step *st, struct slice name, enum leg_tie tie)
{
	struct view *v = view_of(st);
	const struct call *other;
	uint64_t hash;

	if (name.len == 0 || name.len > WORD_BYTES_MAX)
		return;
	other = view_find(v, name);
	if (other == st->call)
		return;
	if (other != NULL)
		(void)legs_join(st, slab_at(&v->calls, call_slot(other)), tie);
	hash = legs_hash(v, WORD_NAME, name);
	if (name.len >= WORD_BYTES_MIN || tie != LEG_HEADER)
		legs_say(st, hash, tie);
	else
		legs_keep(st, hash, tie);
}

static void note_uuid(struct step *st, struct slice uuid)
{
	char small[SIP_UUID_BYTES];

	if (uuid.len != sizeof(small) || sip_uuid_is_nil(uuid))
		return;
	for (size_t i = 0; i < sizeof(small); i++)
		small[i] = (char)(uuid.ptr[i] | 0x20);
	legs_say(st,
		 legs_hash(view_of(st), WORD_SESSION,
			   (struct slice){ small, sizeof(small) }),
		 LEG_SESSION_ID);
}

static void note_session(struct step *st, struct slice value)
{
	struct sip_session_id id;

	if (sip_session_id_parse(&id, value))
		return;
	note_uuid(st, id.local);
	note_uuid(st, id.remote);
}

static void note_replaces(struct step *st, struct slice value, enum leg_tie tie)
{
	struct sip_replaces r;

	if (sip_replaces_parse(&r, value) == ERR_OK)
		note_name(st, r.call_id, tie);
}

/* Who referred whom: of REFER, and of the request that it made. */
static bool refer_hash(const struct step *st, struct slice by,
		       struct slice user, uint64_t *hash)
{
	const struct view *v = view_of(st);
	struct sip_nameaddr a;

	if (by.len == 0 || user.len == 0 || sip_nameaddr_parse(&a, by, NULL))
		return false;
	*hash = hash_mix(legs_hash(v, WORD_REFER, a.uri_text),
			 hash_bytes(v->seed, user));
	return true;
}

/*
 * Who was referred copies Referred-By as it is (RFC 3892 section 2.2) and asks
 * for the user of Refer-To: no proof, since the Call-ID is a new one.
 */
static void note_referred(struct step *st, struct slice by)
{
	uint64_t hash;

	if (refer_hash(st, by, st->in->msg->to_user, &hash))
		legs_hear(st, hash, true);
}

/* Behind the "?" of the URI; where the URI is broken, as it stands. */
static struct slice refer_headers(struct slice value, struct sip_nameaddr *to)
{
	struct slice rest;

	if (sip_nameaddr_parse(to, value, NULL) == ERR_OK)
		return to->uri.headers;
	(void)slice_split(value, '?', &rest);
	return slice_split(rest, '>', NULL);
}

static void note_refer(struct step *st, struct slice value)
{
	char text[WORD_BYTES_MAX * 2];
	struct sip_nameaddr to;
	struct slice headers = refer_headers(value, &to);
	struct slice by = sip_msg_field(st->in->msg, SIP_HEADER_REFERRED_BY, 0);
	struct slice replaces;
	uint64_t hash;

	if (sip_uri_header(headers, SLICE("Replaces"), text, sizeof(text),
			   &replaces) == ERR_OK)
		note_replaces(st, replaces, LEG_REFER);
	else if (refer_hash(st, by, to.uri.user, &hash))
		legs_say(st, hash, LEG_GUESS);
}

static void note_icid(struct step *st, struct slice value)
{
	struct slice icid = sip_icid_of(value);

	if (icid.len >= WORD_BYTES_MIN && icid.len <= WORD_BYTES_MAX &&
	    !sip_uuid_is_nil(icid))
		legs_say(st, legs_hash(view_of(st), WORD_ICID, icid), LEG_ICID);
}

static bool is_name(const struct leg_name *n, const struct sip_header *h)
{
	if (n->id != SIP_HEADER_OTHER)
		return n->id == h->id;
	return slice_eq_nocase((struct slice){ n->text, n->len }, h->name);
}

static bool note_named(struct step *st, const struct sip_header *h)
{
	const struct legs *l = &view_of(st)->legs;

	for (unsigned i = 0; i < l->name_count; i++) {
		if (!is_name(&l->names[i], h))
			continue;
		if (l->names[i].tie == LEG_ICID)
			note_icid(st, h->value);
		else
			note_name(st, h->value, LEG_HEADER);
		return true;
	}
	return false;
}

/* A request outside of a dialog may make a leg. */
static bool opens(const struct step *st)
{
	return !slice_is_set(st->in->msg->to_tag) &&
	       st->method != SIP_METHOD_CANCEL && st->method != SIP_METHOD_ACK;
}

static bool note_fixed(struct step *st, const struct sip_header *h)
{
	switch ((unsigned)h->id) {
	case SIP_HEADER_SESSION_ID:
		note_session(st, h->value);
		return true;
	case SIP_HEADER_REPLACES:
		note_replaces(st, h->value, LEG_REPLACES);
		return true;
	case SIP_HEADER_REFER_TO:
		if (st->method == SIP_METHOD_REFER)
			note_refer(st, h->value);
		return true;
	case SIP_HEADER_REFERRED_BY:
		if (st->method != SIP_METHOD_REFER && opens(st))
			note_referred(st, h->value);
		return true;
	}
	return false;
}

static void note_fields(struct step *st, uint64_t signs, bool named)
{
	struct slice rest = st->in->msg->headers;
	struct sip_header h;
	unsigned left = FIELDS_MAX;

	while (rest.len >= SIGN_BYTES && left > 0) {
		const char *stop;

		if ((signs & sign_of(rest.ptr)) != 0) {
			if (!sip_header_next(&rest, &h))
				return;
			left -= note_fixed(st, &h) ||
				(named && note_named(st, &h));
			continue;
		}
		stop = memchr(rest.ptr, '\n', rest.len);
		if (stop == NULL)
			return;
		rest.len -= (size_t)(stop + 1 - rest.ptr);
		rest.ptr = stop + 1;
	}
}

/* Of the fields that are there; some have a compact form. */
static uint64_t fixed_signs(const struct sip_msg *msg)
{
	uint64_t signs = 0;

	if (sip_msg_has(msg, SIP_HEADER_REFER_TO) ||
	    sip_msg_has(msg, SIP_HEADER_REFERRED_BY))
		return SIGNS_ALL;
	if (sip_msg_has(msg, SIP_HEADER_SESSION_ID))
		signs |= sign_of("Session-ID");
	if (sip_msg_has(msg, SIP_HEADER_REPLACES))
		signs |= sign_of("Replaces");
	return signs;
}

void legs_note(struct step *st)
{
	const struct view *v = view_of(st);
	const struct sip_msg *msg = st->in->msg;
	bool is_first = st->call->method == SIP_METHOD_NONE;
	bool named =
		(is_first || opens(st)) && (msg->present & v->legs.walked) != 0;
	uint64_t signs;

	if (msg->is_response || st->resent)
		return;
	/* named by another call before it began */
	if (is_first && v->legs.by_token.count > 0 && st->call->call_id.len > 0)
		legs_hear(st, legs_hash(v, WORD_NAME, st->call->call_id),
			  false);
	signs = fixed_signs(msg);
	if (named)
		signs |= v->legs.signs;
	if (signs != 0)
		note_fields(st, signs, named);
}
