#include "tls_side.h"

#include "sipmon/base/bytes.h"

/* Hellos with keys of post-quantum groups have 2 KiB; tickets up to 64. */
#define MESSAGE_MAX ((size_t)64 * 1024)

/* So many records may be lost in a hole, and the next one still be opened. */
#define LOST_MAX 64

/* A flight of TLS 1.3 is at most so many records (Certificate in several). */
#define FLIGHT_MAX 16

/* After so many failures in a row the key is taken to be wrong. */
#define FAILURES_MAX 32

/* A cipher of OpenSSL with its key schedule, and the MAC: 1.6 KiB measured. */
#define CIPHER_BYTES 2048

void tls_side_init(struct tls_side *s)
{
	*s = (struct tls_side){ .epoch = TLS_CLEAR };
	buf_init(&s->message, TLS_MESSAGE_HEADER + MESSAGE_MAX);
}

void tls_side_free(struct tls_side *s)
{
	tls_cipher_free(s->cipher);
	buf_free(&s->message);
}

size_t tls_side_bytes(const struct tls_side *s)
{
	return s->message.room + (s->cipher != NULL ? CIPHER_BYTES : 0);
}

static void drop_message(struct tls_side *s)
{
	buf_free(&s->message);
	s->rest = 0;
}

static void set_cipher(struct tls_side *s, enum tls_epoch epoch,
		       struct tls_cipher *c)
{
	drop_message(s);
	tls_cipher_free(s->cipher);
	s->cipher = c;
	s->epoch = epoch;
	s->passed = 0;
	s->slack = 0;
	s->failures = 0;
}

void tls_side_enter(struct tls_side *s, enum tls_epoch epoch)
{
	unsigned slack = s->slack;
	bool was_clear = s->epoch == TLS_CLEAR;

	set_cipher(s, epoch, NULL);
	/* Behind a hole it may be later than it seems. */
	s->slack = was_clear ? slack : 0;
	s->asked = 0;
	s->updates = 0;
}

/*
 * In TLS 1.3 the type outside is application data, what is protected; all
 * others are clear, or sent for the sake of middleboxes (RFC 8446 section 5).
 */
bool tls_side_protects(const struct tls_side *s,
		       const struct tls_session *session, uint8_t type)
{
	if (s->epoch == TLS_CLEAR)
		return false;
	return type == TLS_APPLICATION_DATA ||
	       (s->epoch == TLS_TRAFFIC && session->version != TLS_1_3);
}

/* ---- opened */

/* What is tried, and what comes of it. */
struct attempt {
	struct tls_side *side;
	struct tls_session *session;
	const struct tls_record *record;
	struct buf *out;
	uint8_t *content;
	bool of_client;
	bool has_key; /* there was a key to try */
	bool has_own; /* and it was that of the epoch */
};

/*
 * With the number that the cipher is at, up to `above` further on, or up to
 * `below` back.  Sequence numbers are modulo 2^64, so that there is a way back;
 * where nothing was opened the cipher is as before.
 */
static bool opens(struct attempt *a, struct tls_cipher *c, uint64_t above,
		  uint64_t below)
{
	const struct tls_record *r = a->record;

	for (uint64_t n = 0;; n++) {
		if (tls_cipher_open(c, r->header, r->fragment, a->out,
				    a->content) == ERR_OK)
			return true;
		if (n == above)
			break;
		tls_cipher_skip(c, 1);
	}
	tls_cipher_skip(c, 0 - above);
	for (uint64_t n = 0; n < below; n++) {
		tls_cipher_skip(c, UINT64_MAX);
		if (tls_cipher_open(c, r->header, r->fragment, a->out,
				    a->content) == ERR_OK)
			return true;
	}
	tls_cipher_skip(c, below);
	return false;
}

static bool opens_present(struct attempt *a)
{
	struct tls_side *s = a->side;

	if (s->cipher == NULL)
		return false;
	a->has_key = true;
	/* What did not open may not have been a record of theirs at all. */
	if (!opens(a, s->cipher, s->slack, s->failures))
		return false;
	s->slack = 0;
	s->failures = 0;
	return true;
}

static bool opens_early(struct attempt *a)
{
	unsigned n = 0;
	struct tls_cipher *c;

	/* Ends: there are so many suites. */
	while ((c = tls_session_early(a->session, &n)) != NULL) {
		a->has_key = true;
		if (opens(a, c, a->side->slack, 0)) {
			set_cipher(a->side, TLS_EARLY, c);
			return true;
		}
		tls_cipher_free(c);
	}
	return false;
}

static uint64_t at_most(uint64_t n, uint64_t max)
{
	return n < max ? n : max;
}

/*
 * With the first key of an epoch.  What was passed over for want of keys has
 * moved its number on; of TLS 1.3 some of that belonged to the handshake.
 */
static bool opens_epoch(struct attempt *a, enum tls_epoch epoch)
{
	struct tls_side *s = a->side;
	struct tls_cipher *c =
		tls_session_cipher(a->session, epoch, a->of_client);
	uint64_t below = 0;

	if (c == NULL)
		return false;
	a->has_key = true;
	a->has_own = a->has_own || epoch == s->epoch;
	if (epoch == TLS_TRAFFIC)
		tls_cipher_skip(c, s->passed);
	if (epoch == TLS_TRAFFIC && a->session->version == TLS_1_3)
		below = at_most(s->passed, FLIGHT_MAX);
	if (!opens(a, c, s->slack, below)) {
		tls_cipher_free(c);
		return false;
	}
	set_cipher(s, epoch, c);
	return true;
}

/* Behind a hole, in which a KeyUpdate was lost too. */
static bool opens_updated(struct attempt *a)
{
	struct tls_side *s = a->side;
	struct tls_cipher *c;
	bool done;

	if (s->cipher == NULL || s->epoch != TLS_TRAFFIC || s->slack == 0 ||
	    a->session->version != TLS_1_3 || s->updates >= LOST_MAX)
		return false;
	c = tls_session_cipher(a->session, TLS_TRAFFIC, a->of_client);
	done = c != NULL;
	for (unsigned i = 0; done && i <= s->updates; i++)
		done = tls_cipher_update(c) == ERR_OK;
	if (!done || !opens(a, c, s->slack, 0)) {
		tls_cipher_free(c);
		return false;
	}
	set_cipher(s, TLS_TRAFFIC, c);
	s->updates++;
	return true;
}

static bool opens_any(struct attempt *a)
{
	enum tls_epoch epoch = a->side->epoch;

	if (opens_present(a))
		return true;
	if (epoch == TLS_EARLY && a->side->cipher == NULL && opens_early(a))
		return true;
	if (a->side->cipher != NULL || epoch == TLS_EARLY)
		epoch++;
	for (; epoch <= TLS_TRAFFIC; epoch++)
		if (opens_epoch(a, epoch))
			return true;
	return opens_updated(a);
}

/* Is it of the handshake, whose keys are not needed, or of refused data? */
static bool is_no_loss(const struct attempt *a)
{
	const struct tls_side *s = a->side;

	if (s->epoch == TLS_EARLY)
		return a->session->early_refused;
	return s->epoch == TLS_SHAKE && s->cipher == NULL && !a->has_own &&
	       s->passed < FLIGHT_MAX;
}

enum tls_opened tls_side_open(struct tls_side *s, struct tls_session *session,
			      bool of_client, const struct tls_record *r,
			      struct buf *out, uint8_t *content)
{
	struct attempt a = { .side = s,
			     .session = session,
			     .record = r,
			     .out = out,
			     .content = content,
			     .of_client = of_client };
	uint64_t age = 0;

	if (s->failures >= FAILURES_MAX)
		return TLS_BROKEN;
	if (s->cipher == NULL) {
		age = tls_session_age(session);
		if (s->asked == age)
			return TLS_NO_KEY;
	}
	if (opens_any(&a))
		return TLS_OPENED;
	if (a.has_key)
		return is_no_loss(&a) ? TLS_SHUT : TLS_BROKEN;
	s->asked = age;
	return TLS_NO_KEY;
}

void tls_side_pass(struct tls_side *s, enum tls_opened why,
		   const struct tls_record *r)
{
	drop_message(s);
	if (s->cipher != NULL)
		tls_cipher_pass(s->cipher, r->fragment);
	else
		s->passed++;
	if (why == TLS_BROKEN && s->epoch != TLS_EARLY)
		s->failures++;
}

void tls_side_try(struct tls_side *s, const struct tls_record *r)
{
	if (s->cipher == NULL)
		return;
	tls_cipher_pass(s->cipher, r->fragment);
	tls_cipher_skip(s->cipher, UINT64_MAX);
}

void tls_side_update(struct tls_side *s)
{
	if (s->cipher == NULL || s->epoch != TLS_TRAFFIC)
		return;
	if (tls_cipher_update(s->cipher) == ERR_OK)
		s->updates++;
}

void tls_side_lost(struct tls_side *s)
{
	drop_message(s);
	if (s->cipher != NULL)
		tls_cipher_lost(s->cipher);
	s->slack = LOST_MAX;
	s->failures = 0;
	s->tries = 0;
	s->searching = true;
	s->dead = false;
	s->hole = false;
}

/* ---- messages */

/* Must its body be known? */
static bool is_wanted(uint8_t type)
{
	switch (type) {
	case TLS_CLIENT_HELLO:
	case TLS_SERVER_HELLO:
	case TLS_NEW_SESSION_TICKET:
	case TLS_END_OF_EARLY_DATA:
	case TLS_ENCRYPTED_EXTENSIONS:
	case TLS_SERVER_HELLO_DONE:
	case TLS_CLIENT_KEY_EXCHANGE:
	case TLS_FINISHED:
	case TLS_KEY_UPDATE:
		return true;
	}
	return false;
}

static size_t body_bytes(const struct tls_side *s)
{
	return be32((const uint8_t *)s->message.ptr) & 0xffffff;
}

/* The header is there; a body that nobody needs is passed over. */
static void begin_message(struct tls_side *s, struct tls_session *session)
{
	size_t len = body_bytes(s);

	s->type = (uint8_t)s->message.ptr[0];
	tls_session_hear(session, s->type, true, buf_slice(&s->message));
	if (is_wanted(s->type) && len <= MESSAGE_MAX)
		return;
	s->rest = len;
	buf_clear(&s->message);
}

static void end_message(struct tls_side *s, tls_message_fn fn, void *ctx)
{
	struct buf message = s->message;

	/* Whoever is told may drop what the side holds. */
	buf_init(&s->message, message.max);
	fn(ctx, s->type,
	   slice_sub(buf_slice(&message), TLS_MESSAGE_HEADER, message.len));
	buf_free(&message);
}

/* The next bytes of the message, at least one. */
static size_t take_message(struct tls_side *s, struct tls_session *session,
			   struct slice bytes)
{
	bool in_header = s->message.len < TLS_MESSAGE_HEADER;
	size_t want = s->rest;

	if (want == 0 && in_header)
		want = TLS_MESSAGE_HEADER - s->message.len;
	else if (want == 0)
		want = TLS_MESSAGE_HEADER + body_bytes(s) - s->message.len;
	bytes = slice_sub(bytes, 0, want);
	if (s->rest > 0)
		s->rest -= bytes.len;
	else
		buf_add(&s->message, bytes);
	if (s->message.failed) { /* out of memory: without this one */
		s->rest = in_header ? 0 : want - bytes.len;
		buf_clear(&s->message);
		return bytes.len;
	}
	if (!in_header || s->message.len == 0)
		tls_session_hear(session, s->type, false, bytes);
	else if (s->message.len == TLS_MESSAGE_HEADER)
		begin_message(s, session);
	return bytes.len;
}

static bool is_complete(const struct tls_side *s)
{
	return s->message.len >= TLS_MESSAGE_HEADER &&
	       s->message.len == TLS_MESSAGE_HEADER + body_bytes(s);
}

void tls_side_messages(struct tls_side *s, struct tls_session *session,
		       struct slice bytes, tls_message_fn fn, void *ctx)
{
	while (bytes.len > 0) {
		size_t n = take_message(s, session, bytes);

		bytes = slice_sub(bytes, n, bytes.len);
		if (is_complete(s))
			end_message(s, fn, ctx);
	}
}
