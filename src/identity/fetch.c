#include "sipmon/identity/fetch.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/map.h"
#include "sipmon/identity/fetch_url.h"
#include "sipmon/identity/fetch_wire.h"

#include "fetch_helper.h"

/* Where `make install` puts the helper. */
#ifndef LIBEXECDIR
#define LIBEXECDIR "/usr/local/libexec/sipmon"
#endif
#define INSTALLED LIBEXECDIR "/" FETCH_HELPER_NAME

/* identity: what was answered is not asked for again so soon. */
#define REMEMBER_NS (600 * CLOCK_SECOND_NS)
/* A flood of URLs pushes the oldest out: they may be asked for again. */
#define REMEMBERED 1024

/* One host cannot fill the queue: at ten a minute it is served within four. */
#define WAITING_A_HOST 32

#define DAY_S      INT64_C(86400)
#define KEEP_MAX_S (30 * DAY_S)

struct waiting {
	char *url; /* NULL: this place is free */
	size_t len;
	uint64_t hash;
	uint64_t host;
	uint32_t id;
};

struct remembered {
	uint64_t hash;
	int64_t until_ns; /* 0: nothing is remembered here */
	uint16_t detail;
	uint8_t reason;
};

struct fetch {
	struct fetch_helper helper;
	uint64_t seed;
	struct slice hosts; /* absent: any */
	char *hosts_text;
	struct buf out;
	struct buf in;
	size_t taken; /* bytes of `in` that the last answer was made of */
	char *answered;
	uint32_t last_id;
	unsigned count;
	struct waiting waiting[FETCH_WAITING_MAX];
	struct remembered remembered[REMEMBERED];
	unsigned next_remembered;
	char why[FETCH_REASON_BYTES];
};

/* ---- ending */

static void close_socket(struct fetch *f)
{
	fetch_helper_close(&f->helper);
	buf_clear(&f->out);
}

void fetch_free(struct fetch *f)
{
	if (f == NULL)
		return;
	fetch_helper_end(&f->helper);
	for (unsigned i = 0; i < FETCH_WAITING_MAX; i++)
		free(f->waiting[i].url);
	free(f->answered);
	free(f->hosts_text);
	buf_free(&f->in);
	buf_free(&f->out);
	free(f);
}

/* ---- starting */

static enum err take_hosts(struct fetch *f, const char *hosts,
			   struct problem *problem)
{
	if (hosts == NULL)
		return ERR_OK;
	if (!fetch_url_list_is_valid(slice_of(hosts))) {
		problem_set(problem, "not a list of hosts: %s", hosts);
		return ERR_MALFORMED;
	}
	f->hosts_text = strdup(hosts);
	f->hosts = slice_of(f->hosts_text);
	return f->hosts_text != NULL ? ERR_OK : ERR_NOMEM;
}

enum err fetch_start(struct fetch **out, const struct fetch_options *options,
		     struct problem *problem)
{
	struct fetch *f = calloc(1, sizeof(*f));
	char path[HELPER_PATH_BYTES];
	enum err e;

	if (f == NULL)
		return ERR_NOMEM;
	f->helper = (struct fetch_helper){ -1, -1 };
	f->seed = hash_seed();
	buf_init(&f->in, FETCH_REPLY_BYTES_MAX);
	buf_init(&f->out, (size_t)FETCH_WAITING_MAX * FETCH_REQUEST_BYTES_MAX);
	e = take_hosts(f, options->hosts, problem);
	if (e == ERR_OK)
		e = fetch_helper_start(
			&f->helper,
			fetch_helper_find(options->helper, INSTALLED, path),
			f->hosts_text, problem);
	if (e == ERR_NOMEM)
		problem_set(problem, "out of memory");
	if (e) {
		fetch_free(f);
		return e;
	}
	*out = f;
	return ERR_OK;
}

/* ---- what is remembered */

static struct remembered *recall(struct fetch *f, uint64_t hash, int64_t now_ns)
{
	for (unsigned i = 0; i < REMEMBERED; i++) {
		struct remembered *r = &f->remembered[i];

		if (r->hash == hash && r->until_ns > now_ns)
			return r;
	}
	return NULL;
}

static void remember(struct fetch *f, uint64_t hash,
		     const struct fetch_reply *reply, int64_t now_ns)
{
	f->remembered[f->next_remembered] = (struct remembered){
		.hash = hash,
		.until_ns = now_ns + REMEMBER_NS,
		.detail = reply->detail,
		.reason = (uint8_t)reply->reason,
	};
	f->next_remembered = (f->next_remembered + 1) % REMEMBERED;
}

/* ---- sending and receiving; neither waits */

static void flush(struct fetch *f)
{
	size_t sent = 0;

	while (f->helper.fd >= 0 && sent < f->out.len) {
		ssize_t n =
			send(f->helper.fd, f->out.ptr + sent, f->out.len - sent,
			     MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			sent += (size_t)n;
		else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		else if (n == 0 || errno != EINTR)
			close_socket(f);
	}
	if (f->helper.fd < 0 || sent == 0)
		return;
	memmove(f->out.ptr, f->out.ptr + sent, f->out.len - sent);
	f->out.len -= sent;
}

/* As much as there is, up to one whole reply. */
static void fill(struct fetch *f)
{
	while (f->helper.fd >= 0 && f->in.len < f->in.max) {
		char *room = buf_reserve(&f->in, f->in.max - f->in.len);
		ssize_t n;

		if (room == NULL) { /* out of memory */
			close_socket(f);
			return;
		}
		n = recv(f->helper.fd, room, f->in.max - f->in.len,
			 MSG_DONTWAIT);
		if (n > 0)
			f->in.len += (size_t)n;
		else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		else if (n == 0 || errno != EINTR)
			close_socket(f);
	}
}

static void drop_taken(struct fetch *f)
{
	if (f->taken > 0)
		memmove(f->in.ptr, f->in.ptr + f->taken, f->in.len - f->taken);
	f->in.len -= f->taken;
	f->taken = 0;
	free(f->answered);
	f->answered = NULL;
}

/* ---- asking */

static bool refuse(struct fetch *f, unsigned reason, unsigned detail,
		   const char **why)
{
	(void)fetch_wire_reason(reason, detail, f->why);
	if (why != NULL)
		*why = f->why;
	return false;
}

static bool refuse_as(const char *text, const char **why)
{
	if (why != NULL)
		*why = text;
	return false;
}

static struct waiting *find_waiting(struct fetch *f, uint64_t hash)
{
	for (unsigned i = 0; i < FETCH_WAITING_MAX; i++) {
		if (f->waiting[i].url != NULL && f->waiting[i].hash == hash)
			return &f->waiting[i];
	}
	return NULL;
}

static unsigned waiting_for_host(const struct fetch *f, uint64_t host)
{
	unsigned n = 0;

	for (unsigned i = 0; i < FETCH_WAITING_MAX; i++) {
		if (f->waiting[i].url != NULL && f->waiting[i].host == host)
			n++;
	}
	return n;
}

static struct waiting *free_place(struct fetch *f)
{
	for (unsigned i = 0; i < FETCH_WAITING_MAX; i++) {
		if (f->waiting[i].url == NULL)
			return &f->waiting[i];
	}
	return NULL;
}

static bool send_request(struct fetch *f, struct slice url, uint64_t hash,
			 uint64_t host)
{
	struct waiting *w = free_place(f);
	struct fetch_request r = { .id = ++f->last_id, .url = url };

	if (w == NULL)
		return false;
	w->url = malloc(url.len);
	if (w->url == NULL)
		return false;
	memcpy(w->url, url.ptr, url.len);
	w->len = url.len;
	w->hash = hash;
	w->host = host;
	w->id = r.id;
	f->count++;
	fetch_wire_add_request(&f->out, &r);
	if (f->out.failed)
		close_socket(f);
	flush(f);
	return true;
}

bool fetch_ask(struct fetch *f, struct slice url, int64_t now_ns,
	       const char **why)
{
	uint64_t hash = hash_bytes(f->seed, url);
	const struct remembered *known;
	struct fetch_url parts;
	enum fetch_reason r;
	uint64_t host;

	if (f->helper.fd < 0)
		return refuse_as("the download helper has ended", why);
	flush(f);
	if (find_waiting(f, hash) != NULL)
		return true;
	known = recall(f, hash, now_ns);
	if (known != NULL)
		return refuse(f, known->reason, known->detail, why);
	r = fetch_url_parse(url, &parts);
	if (r == FETCH_GOOD && !fetch_url_port_is_usual(parts.port))
		r = FETCH_BAD_PORT;
	if (r == FETCH_GOOD && !fetch_url_list_has(f->hosts, parts.host))
		r = FETCH_NOT_LISTED;
	if (r != FETCH_GOOD)
		return refuse(f, r, 0, why);
	host = hash_bytes(f->seed, slice_of(parts.host));
	if (waiting_for_host(f, host) >= WAITING_A_HOST ||
	    !send_request(f, url, hash, host))
		return refuse_as("too many downloads wait", why);
	return true;
}

/* ---- answers */

static struct waiting *waiting_of(struct fetch *f, uint32_t id)
{
	for (unsigned i = 0; i < FETCH_WAITING_MAX; i++) {
		if (f->waiting[i].url != NULL && f->waiting[i].id == id)
			return &f->waiting[i];
	}
	return NULL;
}

/* The URL of the answer; its text lives until the next one. */
static void settle(struct fetch *f, struct waiting *w, struct fetch_answer *out)
{
	f->answered = w->url;
	out->url = (struct slice){ w->url, w->len };
	*w = (struct waiting){ .url = NULL };
	f->count--;
}

/* What waits when the helper is gone is told one by one. */
static bool take_orphan(struct fetch *f, struct fetch_answer *out)
{
	for (unsigned i = 0; i < FETCH_WAITING_MAX; i++) {
		if (f->waiting[i].url == NULL)
			continue;
		*out = (struct fetch_answer){
			.why = SLICE("the download helper has ended"),
		};
		settle(f, &f->waiting[i], out);
		return true;
	}
	return false;
}

static int64_t keep_of(uint32_t seconds)
{
	if (seconds < DAY_S)
		return DAY_S;
	return seconds > KEEP_MAX_S ? KEEP_MAX_S : (int64_t)seconds;
}

static bool take_reply(struct fetch *f, int64_t now_ns,
		       struct fetch_answer *out)
{
	struct fetch_reply reply;
	struct waiting *w = NULL;
	size_t used = 0;
	enum err e = fetch_wire_take_reply(buf_slice(&f->in), &reply, &used);

	if (e == ERR_AGAIN)
		return false;
	if (e == ERR_OK)
		w = waiting_of(f, reply.id);
	if (w == NULL) { /* it does not talk as it should: no more of it */
		close_socket(f);
		buf_clear(&f->in);
		return false;
	}
	f->taken = used;
	remember(f, w->hash, &reply, now_ns);
	*out = (struct fetch_answer){
		.is_good = reply.reason == FETCH_GOOD,
		.content = reply.content,
		.keep_s = keep_of(reply.keep_s),
	};
	if (!out->is_good)
		out->why = slice_of(
			fetch_wire_reason(reply.reason, reply.detail, f->why));
	settle(f, w, out);
	return true;
}

bool fetch_take(struct fetch *f, int64_t now_ns, struct fetch_answer *out)
{
	drop_taken(f);
	flush(f);
	fill(f);
	if (take_reply(f, now_ns, out))
		return true;
	return f->helper.fd < 0 && take_orphan(f, out);
}

int fetch_fd(const struct fetch *f)
{
	return f->helper.fd;
}

unsigned fetch_pending(const struct fetch *f)
{
	return f->count;
}
