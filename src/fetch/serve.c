#include "serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/map.h"
#include "sipmon/identity/fetch_url.h"
#include "sipmon/identity/fetch_wire.h"

#include "download.h"
#include "lookup.h"
#include "sandbox.h"

/* Answers that are not taken; above it nothing is begun and nothing read. */
#define OUT_BYTES_FULL ((size_t)1024 * 1024)
#define OUT_BYTES_MAX                                                          \
	(OUT_BYTES_FULL + (size_t)(SERVE_AT_ONCE + 1) * FETCH_REPLY_BYTES_MAX)

/* Downloads that were begun within a minute, of all hosts; no more than these
 * begin, as the rule of a host needs them. */
#define STARTS_MAX 256
#define MINUTE_NS  (60 * CLOCK_SECOND_NS)

/* How late it may see that a minute, or the time of a look-up, is over;
 * libcurl minds the time of downloads. */
#define IDLE_MS    60000
#define WAITING_MS 1000
#define LOOKUP_MS  50

enum job_state { JOB_FREE = 0, JOB_LOOKUP, JOB_DOWNLOAD };

struct waiting {
	uint32_t id;
	char *text;
	size_t len;
	uint64_t host;
};

struct job {
	enum job_state state;
	struct waiting request;
	struct fetch_url url;
	int64_t deadline_ns;
	struct lookup lookup;
	struct download download;
};

struct start {
	uint64_t host;
	int64_t at_ns; /* 0: none yet */
};

struct server {
	int fd;
	const struct fetch_rules *rules;
	struct slice hosts;
	CURLM *multi;
	uint64_t seed;
	struct job jobs[SERVE_AT_ONCE];
	struct waiting waiting[FETCH_WAITING_MAX]; /* the oldest first */
	unsigned waiting_count;
	struct start starts[STARTS_MAX];
	unsigned next_start;
	struct buf in;
	struct buf out;
	enum err end; /* ERR_OK while it goes on */
};

/* ---- answering */

static void answer(struct server *s, struct waiting *w,
		   const struct fetch_reply *reply)
{
	fetch_wire_add_reply(&s->out, reply);
	if (s->out.failed)
		s->end = ERR_NOMEM;
	free(w->text);
	w->text = NULL;
}

static void answer_reason(struct server *s, struct waiting *w,
			  enum fetch_reason reason)
{
	const struct fetch_reply reply = { .id = w->id, .reason = reason };

	answer(s, w, &reply);
}

static void flush(struct server *s)
{
	size_t sent = 0;

	while (sent < s->out.len && s->end == ERR_OK) {
		ssize_t n = send(s->fd, s->out.ptr + sent, s->out.len - sent,
				 MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		else if (n == 0 || errno != EINTR)
			s->end = ERR_END;
	}
	if (sent == 0)
		return;
	memmove(s->out.ptr, s->out.ptr + sent, s->out.len - sent);
	s->out.len -= sent;
}

/* ---- being asked */

static enum fetch_reason judge_url(const struct server *s, struct slice text,
				   struct fetch_url *url)
{
	enum fetch_reason r = fetch_url_parse(text, url);

	if (r == FETCH_GOOD && !s->rules->may_ask_port(url->port))
		r = FETCH_BAD_PORT;
	if (r == FETCH_GOOD && !fetch_url_list_has(s->hosts, url->host))
		r = FETCH_NOT_LISTED;
	return r;
}

static void take_request(struct server *s, const struct fetch_request *r)
{
	struct waiting w = { .id = r->id, .len = r->url.len };
	struct fetch_url url;
	enum fetch_reason reason = judge_url(s, r->url, &url);

	if (reason != FETCH_GOOD) {
		answer_reason(s, &w, reason);
		return;
	}
	w.text = malloc(w.len);
	if (w.text == NULL) {
		answer_reason(s, &w, FETCH_FAILED);
		return;
	}
	memcpy(w.text, r->url.ptr, w.len);
	w.host = hash_bytes(s->seed, slice_of(url.host));
	s->waiting[s->waiting_count++] = w;
}

static bool has_room(const struct server *s)
{
	return s->waiting_count < FETCH_WAITING_MAX &&
	       s->out.len < OUT_BYTES_FULL;
}

static void take_requests(struct server *s)
{
	size_t taken = 0;

	while (has_room(s) && s->end == ERR_OK) {
		struct slice rest =
			slice_sub(buf_slice(&s->in), taken, SIZE_MAX);
		struct fetch_request r;
		size_t used = 0;
		enum err e = fetch_wire_take_request(rest, &r, &used);

		if (e == ERR_AGAIN)
			break;
		if (e != ERR_OK) {
			s->end = e;
			break;
		}
		take_request(s, &r);
		taken += used;
	}
	if (taken > 0)
		memmove(s->in.ptr, s->in.ptr + taken, s->in.len - taken);
	s->in.len -= taken;
}

static void hear(struct server *s)
{
	size_t room = s->in.max - s->in.len;
	char *at;
	ssize_t n;

	if (!has_room(s) || room == 0)
		return;
	at = buf_reserve(&s->in, room);
	if (at == NULL) {
		s->end = ERR_NOMEM;
		return;
	}
	n = recv(s->fd, at, room, 0);
	if (n > 0)
		s->in.len += (size_t)n;
	else if (n == 0 ||
		 (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
		s->end = ERR_END;
}

/* ---- beginning */

static bool may_start(const struct server *s, uint64_t host, int64_t now_ns)
{
	const struct start *oldest = &s->starts[s->next_start];
	unsigned count = 0;

	if (oldest->at_ns != 0 && now_ns - oldest->at_ns < MINUTE_NS)
		return false;
	for (unsigned i = 0; i < STARTS_MAX; i++) {
		const struct start *b = &s->starts[i];

		if (b->at_ns != 0 && b->host == host &&
		    now_ns - b->at_ns < MINUTE_NS)
			count++;
	}
	return count < s->rules->a_minute;
}

static void note_start(struct server *s, uint64_t host, int64_t now_ns)
{
	s->starts[s->next_start] = (struct start){ host, now_ns };
	s->next_start = (s->next_start + 1) % STARTS_MAX;
}

static void end_job(struct server *s, struct job *j,
		    const struct fetch_reply *reply)
{
	struct fetch_reply r = *reply;

	r.id = j->request.id;
	answer(s, &j->request, &r);
	if (j->state == JOB_LOOKUP)
		lookup_end(&j->lookup);
	if (j->state == JOB_DOWNLOAD)
		download_end(&j->download, s->multi);
	j->state = JOB_FREE;
}

static void fail_job(struct server *s, struct job *j, enum fetch_reason reason)
{
	const struct fetch_reply reply = { .reason = reason };

	end_job(s, j, &reply);
}

static void start_job(struct server *s, struct job *j, unsigned at,
		      int64_t now_ns)
{
	j->request = s->waiting[at];
	s->waiting_count--;
	memmove(&s->waiting[at], &s->waiting[at + 1],
		(s->waiting_count - at) * sizeof(s->waiting[0]));
	note_start(s, j->request.host, now_ns);
	sandbox_allow_work();
	j->deadline_ns = now_ns + s->rules->total_ms * CLOCK_MS_NS;
	/* It was judged when it came; now its parts are wanted. */
	if (judge_url(s, (struct slice){ j->request.text, j->request.len },
		      &j->url) != FETCH_GOOD ||
	    lookup_start(&j->lookup, j->url.host, s->rules->resolve) != ERR_OK)
		fail_job(s, j, FETCH_FAILED);
	else
		j->state = JOB_LOOKUP;
}

static struct job *free_job(struct server *s)
{
	for (unsigned i = 0; i < SERVE_AT_ONCE; i++) {
		if (s->jobs[i].state == JOB_FREE)
			return &s->jobs[i];
	}
	return NULL;
}

static void start_waiting(struct server *s, int64_t now_ns)
{
	unsigned at = 0;

	while (at < s->waiting_count && s->out.len < OUT_BYTES_FULL) {
		struct job *j = free_job(s);

		if (j == NULL)
			return;
		if (may_start(s, s->waiting[at].host, now_ns))
			start_job(s, j, at, now_ns);
		else
			at++;
	}
}

/* ---- from a name to addresses */

static bool all_may_be_asked(const struct server *s,
			     const struct lookup_answer *a)
{
	for (unsigned i = 0; i < a->count; i++) {
		if (!s->rules->may_connect(&a->addresses[i]))
			return false;
	}
	return true;
}

static void start_download(struct server *s, struct job *j, int64_t now_ns)
{
	int64_t left_ms = (j->deadline_ns - now_ns) / CLOCK_MS_NS;
	enum err e;

	lookup_end(&j->lookup);
	j->state = JOB_DOWNLOAD;
	e = download_start(&j->download, s->multi, &j->url, &j->lookup.answer,
			   s->rules, left_ms);
	if (e)
		fail_job(s, j, FETCH_FAILED);
}

static void step_lookup(struct server *s, struct job *j, int64_t now_ns)
{
	enum err e = lookup_step(&j->lookup);

	if (e == ERR_AGAIN) {
		if (now_ns >= j->deadline_ns)
			fail_job(s, j, FETCH_LOOKUP_SLOW);
	} else if (e == ERR_END) {
		fail_job(s, j, FETCH_NO_ADDRESS);
	} else if (e != ERR_OK || !all_may_be_asked(s, &j->lookup.answer)) {
		fail_job(s, j, FETCH_NOT_PUBLIC);
	} else {
		start_download(s, j, now_ns);
	}
}

/* ---- downloads */

static void finish_downloads(struct server *s)
{
	int left = 0;
	int running = 0;
	CURLMsg *m;

	(void)curl_multi_perform(s->multi, &running);
	while ((m = curl_multi_info_read(s->multi, &left)) != NULL) {
		struct fetch_reply reply = { .reason = FETCH_FAILED };
		CURLcode code = m->data.result;
		struct job *j = NULL;

		for (unsigned i = 0; i < SERVE_AT_ONCE; i++) {
			if (s->jobs[i].state == JOB_DOWNLOAD &&
			    s->jobs[i].download.easy == m->easy_handle)
				j = &s->jobs[i];
		}
		if (m->msg != CURLMSG_DONE || j == NULL)
			continue;
		download_result(&j->download, code, &reply);
		end_job(s, j, &reply);
	}
}

/* ---- the loop */

static void wait_for_news(struct server *s)
{
	struct curl_waitfd fds[1 + SERVE_AT_ONCE] = { { .fd = s->fd } };
	unsigned count = 1;
	int timeout_ms = s->waiting_count > 0 ? WAITING_MS : IDLE_MS;
	int ready;

	if (has_room(s))
		fds[0].events |= CURL_WAIT_POLLIN;
	if (s->out.len > 0)
		fds[0].events |= CURL_WAIT_POLLOUT;
	for (unsigned i = 0; i < SERVE_AT_ONCE; i++) {
		if (s->jobs[i].state != JOB_LOOKUP)
			continue;
		fds[count].fd = s->jobs[i].lookup.fd;
		fds[count++].events = CURL_WAIT_POLLIN;
		timeout_ms = LOOKUP_MS;
	}
	(void)curl_multi_poll(s->multi, fds, count, timeout_ms, &ready);
}

static void run_once(struct server *s)
{
	int64_t now_ns;

	hear(s);
	take_requests(s);
	now_ns = clock_monotonic_ns();
	for (unsigned i = 0; i < SERVE_AT_ONCE; i++) {
		if (s->jobs[i].state == JOB_LOOKUP)
			step_lookup(s, &s->jobs[i], now_ns);
	}
	finish_downloads(s);
	start_waiting(s, now_ns);
	flush(s);
}

static void close_server(struct server *s)
{
	for (unsigned i = 0; i < SERVE_AT_ONCE; i++) {
		if (s->jobs[i].state != JOB_FREE)
			fail_job(s, &s->jobs[i], FETCH_FAILED);
	}
	for (unsigned i = 0; i < s->waiting_count; i++)
		free(s->waiting[i].text);
	(void)curl_multi_cleanup(s->multi);
	buf_free(&s->in);
	buf_free(&s->out);
	free(s);
}

enum err serve(int fd, const struct fetch_rules *rules, struct slice hosts)
{
	struct server *s = calloc(1, sizeof(*s));
	enum err e;

	if (s == NULL)
		return ERR_NOMEM;
	s->fd = fd;
	s->rules = rules;
	s->hosts = hosts;
	s->seed = hash_seed();
	s->multi = curl_multi_init();
	buf_init(&s->in, 4 * (size_t)FETCH_REQUEST_BYTES_MAX);
	buf_init(&s->out, OUT_BYTES_MAX);
	if (s->multi == NULL)
		s->end = ERR_NOMEM;
	while (s->end == ERR_OK) {
		wait_for_news(s);
		run_once(s);
	}
	e = s->end;
	close_server(s);
	return e;
}
