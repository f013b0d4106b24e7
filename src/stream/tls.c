/*
 * TLS as a listener sees it (RFC 5246, RFC 8446): records of both directions
 * in, what is inside out, as far as the keys are known.
 */
#include <stdlib.h>

#include <openssl/crypto.h>

#include "layer.h"
#include "sipmon/base/bytes.h"
#include "tls_side.h"

/*
 * A key log is written by others while we listen: so many bytes of a direction
 * wait for their key.
 */
#define HOLD_BYTES ((size_t)32 * 1024)

/*
 * What looks like a record behind a hole is tried with many sequence numbers.
 * In random bytes one in 2^21 does: who sends more means to keep us busy.
 */
#define TRIES_MAX 16

#define UNKNOWN DIRECTIONS

struct tls {
	const struct layer_place *place;
	struct tls_session session;
	struct tls_side sides[DIRECTIONS];
	unsigned client; /* direction of what it sends, or UNKNOWN */
	bool foreign;
	bool astray; /* a hello was missed: no use in waiting for it */
	bool opened; /* some record was */
};

/* The bytes of a direction that are looked at. */
struct portion {
	struct tls *tls;
	struct tls_side *side;
	unsigned direction;
	struct slice left;
	bool last;
	size_t need;
	struct buf plain;
};

/* ---- records */

static const uint8_t *octets(struct slice s)
{
	return (const uint8_t *)s.ptr;
}

static size_t fragment_bytes(const uint8_t *header)
{
	return be16(header + 3);
}

/* Content types up to heartbeat (RFC 6520); SSL 3.0 to whatever comes. */
static bool is_sane(const uint8_t *header)
{
	return header[0] >= TLS_CHANGE_CIPHER_SPEC && header[0] <= 24 &&
	       header[1] == 3 && header[2] <= 4 &&
	       fragment_bytes(header) <= TLS_FRAGMENT_MAX;
}

/* May it be the header of a record of this version, 0 for any?  TLS 1.3 says
 * that it is 1.2. */
static bool is_plausible(const uint8_t *header, uint16_t version)
{
	size_t len = fragment_bytes(header);
	uint16_t said = be16(header + 1);

	if (header[0] < TLS_CHANGE_CIPHER_SPEC ||
	    header[0] > TLS_APPLICATION_DATA || len == 0 ||
	    len > TLS_FRAGMENT_MAX)
		return false;
	if (version == 0)
		return said >= TLS_1_0 && said <= TLS_1_2;
	return said == (version == TLS_1_3 ? TLS_1_2 : version);
}

static enum stream_begins tls_begins(const struct layer_place *place,
				     struct slice bytes)
{
	const uint8_t *p = octets(bytes);

	if (bytes.len > 0 &&
	    (p[0] < TLS_CHANGE_CIPHER_SPEC || p[0] > TLS_APPLICATION_DATA))
		return STREAM_NO;
	if (bytes.len > 1 && p[1] != 3)
		return STREAM_NO;
	if (bytes.len < TLS_RECORD_HEADER)
		return STREAM_MORE;
	if (place->sip_port && is_plausible(p, 0))
		return STREAM_YES;
	if (p[0] != TLS_HANDSHAKE || !is_sane(p) || fragment_bytes(p) == 0)
		return STREAM_NO;
	if (bytes.len == TLS_RECORD_HEADER)
		return STREAM_MORE;
	p += TLS_RECORD_HEADER;
	return p[0] == TLS_CLIENT_HELLO || p[0] == TLS_SERVER_HELLO ? STREAM_YES
								    : STREAM_NO;
}

/* ---- counted */

static bool is_sip(const struct tls *t)
{
	return t->place->sip_port || t->session.is_sip;
}

static void count(const struct tls *t, enum undecoded reason)
{
	t->place->counters->undecoded[reason]++;
}

/* Records that are lost or broken are missed only where SIP was hoped for. */
static void count_broken(const struct tls *t)
{
	if (t->opened || (is_sip(t) && tls_session_has_keys(&t->session)))
		count(t, UNDECODED_TLS_RECORD);
}

/* A record without a key: of SIP it is a loss; else it is not for us. */
static void count_shut(struct tls *t, uint8_t type)
{
	bool keys = tls_session_has_keys(&t->session);

	if (!is_sip(t) && !t->opened)
		t->foreign = true;
	else if (type == TLS_APPLICATION_DATA)
		count(t, keys && tls_session_is_hopeless(&t->session)
				 ? UNDECODED_TLS_RECORD
				 : UNDECODED_TLS_NO_KEYS);
}

/* May what is missing still come, a key or what the other side said before? */
static bool may_wait(const struct portion *p)
{
	const struct tls *t = p->tls;

	return !p->last && p->left.len < HOLD_BYTES && !t->astray &&
	       !tls_session_is_hopeless(&t->session) &&
	       tls_session_has_keys(&t->session);
}

/* ---- messages of the handshake */

static bool is_client(const struct portion *p)
{
	return p->tls->client == p->direction;
}

static void on_client_hello(struct portion *p, struct slice body)
{
	struct tls *t = p->tls;

	if (t->client == UNKNOWN)
		t->client = p->direction;
	if (!is_client(p))
		return;
	p->side->greeted = true;
	tls_session_message(&t->session, TLS_CLIENT_HELLO, body);
	if (!is_sip(t) && !tls_session_has_keys(&t->session))
		t->foreign = true;
	if (t->session.early_data && p->side->epoch == TLS_CLEAR)
		tls_side_enter(p->side, TLS_EARLY);
}

/* The version is known: of TLS 1.3 the rest is protected. */
static void on_server_hello(struct portion *p, struct slice body)
{
	struct tls *t = p->tls;
	struct tls_side *client = &t->sides[1 - p->direction];

	if (t->client == UNKNOWN)
		t->client = 1 - p->direction;
	if (is_client(p))
		return;
	p->side->greeted = true;
	tls_session_message(&t->session, TLS_SERVER_HELLO, body);
	if (!t->session.has_server)
		return;
	if (t->session.version != TLS_1_3) {
		if (client->epoch == TLS_EARLY)
			tls_side_enter(client, TLS_CLEAR);
		return;
	}
	if (p->side->epoch == TLS_CLEAR)
		tls_side_enter(p->side, TLS_SHAKE);
	if (client->epoch == TLS_CLEAR)
		tls_side_enter(client, TLS_SHAKE);
}

static void on_message(void *ctx, uint8_t type, struct slice body)
{
	struct portion *p = ctx;
	enum tls_epoch epoch = p->side->epoch;

	switch (type) {
	case TLS_CLIENT_HELLO:
		on_client_hello(p, body);
		break;
	case TLS_SERVER_HELLO:
		on_server_hello(p, body);
		break;
	case TLS_CLIENT_KEY_EXCHANGE:
		if (is_client(p))
			tls_session_message(&p->tls->session, type, body);
		break;
	case TLS_SERVER_HELLO_DONE:
	case TLS_NEW_SESSION_TICKET:
	case TLS_ENCRYPTED_EXTENSIONS:
		if (!is_client(p))
			tls_session_message(&p->tls->session, type, body);
		break;
	case TLS_END_OF_EARLY_DATA:
		if (epoch == TLS_EARLY)
			tls_side_enter(p->side, TLS_SHAKE);
		break;
	case TLS_FINISHED:
		if (epoch == TLS_SHAKE)
			tls_side_enter(p->side, TLS_TRAFFIC);
		break;
	case TLS_KEY_UPDATE:
		tls_side_update(p->side);
		break;
	}
}

static void take_messages(struct portion *p, struct slice bytes)
{
	tls_side_messages(p->side, &p->tls->session, bytes, on_message, p);
}

/*
 * A message in the clear.  Packets of the two directions may have been captured
 * in another order than they were sent: what refers to the other side waits for
 * it.
 */
static bool take_clear(struct portion *p, struct slice fragment)
{
	struct tls *t = p->tls;
	uint8_t first = fragment.len > 0 ? octets(fragment)[0] : 0;

	if (!p->side->greeted && p->side->message.len == 0) {
		if (first == TLS_SERVER_HELLO && t->client == UNKNOWN &&
		    may_wait(p))
			return false;
		if (first == TLS_SERVER_HELLO && t->client == UNKNOWN)
			t->astray = true;
		if (first != TLS_SERVER_HELLO && first != TLS_CLIENT_HELLO) {
			t->astray = true; /* joined in the middle */
			return true;
		}
	}
	if (first != TLS_CLIENT_HELLO && first != TLS_SERVER_HELLO &&
	    tls_session_waits(&t->session, is_client(p)) && may_wait(p))
		return false;
	take_messages(p, fragment);
	return true;
}

/*
 * RFC 5246 section 7.1.  That of TLS 1.3 means nothing (RFC 8446 appendix D.4),
 * and may come before the ServerHello where early data or a HelloRetryRequest
 * tells what it is.
 */
static bool change_cipher(struct portion *p)
{
	const struct tls_session *s = &p->tls->session;

	if (s->has_server) {
		if (s->version != TLS_1_3)
			tls_side_enter(p->side, TLS_TRAFFIC);
		return true;
	}
	return s->early_data || s->has_retry || !p->side->greeted ||
	       !may_wait(p);
}

/* ---- protected records */

static void hand_up(struct portion *p, struct slice bytes)
{
	const struct layer_place *place = p->tls->place;
	struct layer_out out = { .direction = p->direction,
				 .bytes = bytes,
				 .hole = p->side->hole };

	/* RFC 8446 section 4.2.10: the server passes it over too. */
	if (p->side->epoch == TLS_EARLY && p->tls->session.early_refused)
		return;
	if (bytes.len == 0)
		return;
	p->side->hole = false;
	place->up(place->ctx, &out);
}

static void take_inside(struct portion *p, uint8_t content)
{
	struct slice bytes = buf_slice(&p->plain);

	p->tls->opened = true;
	switch (content) {
	case TLS_APPLICATION_DATA:
		hand_up(p, bytes);
		break;
	case TLS_HANDSHAKE: /* also of a renegotiation */
		take_messages(p, bytes);
		break;
	case TLS_CHANGE_CIPHER_SPEC:
		(void)change_cipher(p);
		break;
	}
}

static enum tls_opened open_record(struct portion *p,
				   const struct tls_record *r, uint8_t *content)
{
	return tls_side_open(p->side, &p->tls->session, is_client(p), r,
			     &p->plain, content);
}

/* False: it waits for its key. */
static bool take_protected(struct portion *p, const struct tls_record *r)
{
	uint8_t content = 0;
	enum tls_opened result = open_record(p, r, &content);

	switch (result) {
	case TLS_OPENED:
		take_inside(p, content);
		return true;
	case TLS_NO_KEY:
		if (may_wait(p))
			return false;
		p->side->hole = true;
		count_shut(p->tls, r->header[0]);
		break;
	case TLS_BROKEN:
		p->side->hole = true;
		count_broken(p->tls);
		break;
	case TLS_SHUT:
		break;
	}
	tls_side_pass(p->side, result, r);
	return true;
}

/*
 * Application data where nothing is protected: the ServerHello waits for us, or
 * the ChangeCipherSpec was lost, or the hellos were before our time.
 */
static bool take_stray(struct portion *p, const struct tls_record *r)
{
	struct tls *t = p->tls;

	if (t->session.has_server && t->session.version != TLS_1_3) {
		tls_side_enter(p->side, TLS_TRAFFIC);
		return take_protected(p, r);
	}
	if (p->side->greeted && may_wait(p))
		return false;
	t->astray = t->astray || !p->side->greeted;
	count_shut(t, r->header[0]);
	return true;
}

/* False: it waits for a key, or for the other side. */
static bool take_record(struct portion *p, const struct tls_record *r)
{
	uint8_t type = r->header[0];

	if (tls_side_protects(p->side, &p->tls->session, type))
		return take_protected(p, r);
	switch (type) {
	case TLS_CHANGE_CIPHER_SPEC:
		return change_cipher(p);
	case TLS_HANDSHAKE:
		return take_clear(p, r->fragment);
	case TLS_APPLICATION_DATA:
		return take_stray(p, r);
	}
	return true;
}

/* How many bytes the next record had; 0 if it must wait. */
static size_t take_next(struct portion *p)
{
	const uint8_t *header = octets(p->left);
	struct tls_record r = { .header = header };
	size_t len;

	if (p->left.len < TLS_RECORD_HEADER) {
		p->need = TLS_RECORD_HEADER;
		return 0;
	}
	if (!is_sane(header)) {
		count_broken(p->tls);
		tls_side_lost(p->side);
		p->side->dead = p->side->cipher == NULL;
		p->side->hole = true;
		return 1;
	}
	len = TLS_RECORD_HEADER + fragment_bytes(header);
	p->need = len;
	if (p->left.len < len)
		return 0;
	r.fragment =
		slice_sub(p->left, TLS_RECORD_HEADER, len - TLS_RECORD_HEADER);
	p->need = 0;
	return take_record(p, &r) ? len : 0;
}

/* ---- behind a hole */

enum found { FOUND_NOT, FOUND, FOUND_OPENED, FOUND_MORE };

/* Without a key a record is known by the one that follows it. */
static enum found ask_next(struct portion *p, size_t len)
{
	struct slice next = slice_sub(p->left, len, p->left.len);

	if (next.len == 0 && p->last)
		return FOUND;
	if (next.len < TLS_RECORD_HEADER) {
		p->need = len + TLS_RECORD_HEADER;
		return p->last ? FOUND_NOT : FOUND_MORE;
	}
	return is_plausible(octets(next), p->tls->session.version) ? FOUND
								   : FOUND_NOT;
}

/* Does a record begin with what is left?  It is taken if it was opened. */
static enum found ask_record(struct portion *p, size_t *len)
{
	const uint8_t *header = octets(p->left);
	struct tls_record r = { .header = header };
	uint8_t content = 0;

	if (!is_plausible(header, p->tls->session.version))
		return FOUND_NOT;
	*len = TLS_RECORD_HEADER + fragment_bytes(header);
	if (p->left.len < *len) {
		p->need = *len;
		return p->last ? FOUND_NOT : FOUND_MORE;
	}
	r.fragment =
		slice_sub(p->left, TLS_RECORD_HEADER, *len - TLS_RECORD_HEADER);
	if (!tls_side_protects(p->side, &p->tls->session, header[0]))
		return ask_next(p, *len);
	switch (open_record(p, &r, &content)) {
	case TLS_OPENED:
		p->side->searching = false;
		take_inside(p, content);
		return FOUND_OPENED;
	case TLS_NO_KEY:
		return ask_next(p, *len);
	case TLS_BROKEN:
	case TLS_SHUT:
		break;
	}
	tls_side_try(p->side, &r);
	p->side->dead = ++p->side->tries >= TRIES_MAX;
	return FOUND_NOT;
}

/* Takes bytes up to the next record; 0 if it may begin here. */
static size_t search(struct portion *p)
{
	struct slice all = p->left;
	size_t len = 0;
	size_t at = 0;

	for (; all.len - at >= TLS_RECORD_HEADER && !p->side->dead; at++) {
		p->left = slice_sub(all, at, all.len);
		switch (ask_record(p, &len)) {
		case FOUND_NOT:
			break;
		case FOUND:
			p->side->searching = false;
			return at > 0 ? at : take_next(p);
		case FOUND_OPENED:
			return at + len;
		case FOUND_MORE:
			return at;
		}
	}
	p->need = TLS_RECORD_HEADER;
	return p->last || p->side->dead ? all.len : at;
}

/* ---- the layer */

static void *tls_open(const struct layer_place *place)
{
	struct tls *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->place = place;
	t->client = UNKNOWN;
	tls_session_init(&t->session, place->keys);
	for (unsigned d = 0; d < DIRECTIONS; d++)
		tls_side_init(&t->sides[d]);
	return t;
}

static void tls_close(void *layer)
{
	struct tls *t = layer;

	tls_session_free(&t->session);
	for (unsigned d = 0; d < DIRECTIONS; d++)
		tls_side_free(&t->sides[d]);
	OPENSSL_cleanse(t, sizeof(*t));
	free(t);
}

static size_t take_some(struct portion *p)
{
	if (p->side->dead)
		return p->left.len;
	return p->side->searching ? search(p) : take_next(p);
}

static size_t tls_take(void *layer, struct layer_in *in)
{
	struct tls *t = layer;
	struct portion p = { .tls = t,
			     .side = &t->sides[in->direction],
			     .direction = in->direction,
			     .left = in->bytes,
			     .last = in->last };
	size_t n = 0;

	buf_init(&p.plain, TLS_FRAGMENT_MAX);
	if (!t->foreign)
		n = take_some(&p);
	buf_free(&p.plain);
	in->need = n == 0 ? p.need : 0;
	return t->foreign ? in->bytes.len : n;
}

static size_t tls_next(const void *layer, unsigned direction,
		       struct slice bytes)
{
	const struct tls *t = layer;
	const struct tls_side *side = &t->sides[direction];

	if (side->searching || side->dead || bytes.len < TLS_RECORD_HEADER ||
	    !is_sane(octets(bytes)))
		return 0;
	return TLS_RECORD_HEADER + fragment_bytes(octets(bytes));
}

static void tls_lost(void *layer, unsigned direction)
{
	struct tls *t = layer;
	struct tls_side *side = &t->sides[direction];

	count_broken(t);
	tls_session_lost(&t->session);
	tls_side_lost(side);
	if (!side->greeted)
		t->astray = true;
}

static bool tls_is_foreign(const void *layer)
{
	const struct tls *t = layer;

	return t->foreign;
}

static size_t tls_bytes(const void *layer)
{
	const struct tls *t = layer;
	size_t sum = sizeof(*t) + tls_session_bytes(&t->session);

	for (unsigned d = 0; d < DIRECTIONS; d++)
		sum += tls_side_bytes(&t->sides[d]);
	return sum;
}

const struct layer_ops layer_tls = {
	.name = "tls",
	.begins = tls_begins,
	.open = tls_open,
	.take = tls_take,
	.next = tls_next,
	.lost = tls_lost,
	.is_foreign = tls_is_foreign,
	.bytes = tls_bytes,
	.close = tls_close,
};
