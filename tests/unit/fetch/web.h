/* A web server on 127.0.0.1, in a thread, that behaves as it is told. */
#ifndef SIPMON_TESTS_FETCH_WEB_H
#define SIPMON_TESTS_FETCH_WEB_H

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "../../tools/pki.h"

#define WEB_HELD_MAX  16
#define WEB_TICK_MS   20
#define WEB_PART      4096
#define WEB_PARTS_MAX 100000 /* should nobody stop it */

struct web_way {
	const char *head;  /* what it says first; NULL: it hangs up */
	size_t body;       /* then so many "x" */
	const char *again; /* then this over and over */
	unsigned pause_ms; /* before each of them */
	bool deaf;         /* takes connections and says nothing */
	bool plain;        /* without TLS */
	bool old_tls;      /* at most TLS 1.1 */
};

struct web {
	int fd;
	uint16_t port;
	const struct web_way *way;
	SSL_CTX *tls;
	pthread_t thread;
	atomic_bool stop;
	atomic_uint connections;
	char request[2048]; /* the last one */
};

static inline void web_pause(unsigned ms)
{
	const struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&t, NULL);
}

static inline bool web_write(int fd, SSL *tls, const char *bytes, size_t len)
{
	if (len == 0)
		return true;
	if (tls != NULL)
		return SSL_write(tls, bytes, (int)len) == (int)len;
	return send(fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static inline void web_read(struct web *w, SSL *tls)
{
	size_t len = 0;

	while (len + 1 < sizeof(w->request)) {
		size_t room = sizeof(w->request) - 1 - len;
		int n = SSL_read(tls, w->request + len, (int)room);

		if (n <= 0)
			break;
		len += (size_t)n;
		w->request[len] = '\0';
		if (strstr(w->request, "\r\n\r\n") != NULL)
			break;
	}
}

static inline void web_answer(struct web *w, int fd, SSL *tls)
{
	const struct web_way *way = w->way;
	char part[WEB_PART];
	size_t left = way->body;

	if (tls != NULL) /* what comes without it is no request */
		web_read(w, tls);
	if (way->head == NULL ||
	    !web_write(fd, tls, way->head, strlen(way->head)))
		return;
	memset(part, 'x', sizeof(part));
	while (left > 0) {
		size_t n = left < sizeof(part) ? left : sizeof(part);

		if (!web_write(fd, tls, part, n))
			return;
		left -= n;
	}
	for (unsigned i = 0;
	     way->again != NULL && i < WEB_PARTS_MAX && !atomic_load(&w->stop);
	     i++) {
		web_pause(way->pause_ms);
		if (!web_write(fd, tls, way->again, strlen(way->again)))
			return;
	}
}

static inline void web_talk(struct web *w, int fd)
{
	const struct timeval patience = { .tv_sec = 2 };
	SSL *tls = NULL;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			 sizeof(patience));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
			 sizeof(patience));
	if (!w->way->plain) {
		tls = SSL_new(w->tls);
		if (tls != NULL && SSL_set_fd(tls, fd) == 1 &&
		    SSL_accept(tls) == 1) {
			web_answer(w, fd, tls);
			(void)SSL_shutdown(tls);
		}
		SSL_free(tls);
	} else {
		web_answer(w, fd, NULL);
	}
	ERR_clear_error();
}

static inline void *web_run(void *ctx)
{
	struct web *w = ctx;
	int held[WEB_HELD_MAX];
	unsigned count = 0;

	while (!atomic_load(&w->stop)) {
		struct pollfd p = { .fd = w->fd, .events = POLLIN };
		int fd;

		if (poll(&p, 1, WEB_TICK_MS) <= 0)
			continue;
		fd = accept(w->fd, NULL, NULL);
		if (fd < 0)
			continue;
		(void)atomic_fetch_add(&w->connections, 1);
		if (w->way->deaf && count < WEB_HELD_MAX) {
			held[count++] = fd;
			continue;
		}
		web_talk(w, fd);
		(void)close(fd);
	}
	while (count > 0)
		(void)close(held[--count]);
	OPENSSL_thread_stop();
	return NULL;
}

static inline SSL_CTX *web_tls(const struct web_way *way, const struct pki *who)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	if (tls == NULL || SSL_CTX_use_certificate(tls, who->cert) != 1 ||
	    SSL_CTX_use_PrivateKey(tls, who->key) != 1)
		return tls;
	if (way->old_tls) {
		SSL_CTX_set_security_level(tls, 0);
		(void)SSL_CTX_set_min_proto_version(tls, TLS1_VERSION);
		(void)SSL_CTX_set_max_proto_version(tls, TLS1_1_VERSION);
	}
	return tls;
}

/* False if it cannot be had. */
static inline bool web_listen(struct web *w, uint16_t port)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
				    .sin_port = htons(port) };
	socklen_t len = sizeof(here);
	int on = 1;

	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	w->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)setsockopt(w->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (w->fd < 0 || bind(w->fd, (struct sockaddr *)&here, len) != 0 ||
	    listen(w->fd, 32) != 0 ||
	    getsockname(w->fd, (struct sockaddr *)&here, &len) != 0)
		return false;
	w->port = ntohs(here.sin_port);
	return true;
}

/* `who` NULL: it only counts who comes (`way` is deaf or plain). */
static inline bool web_start(struct web *w, const struct web_way *way,
			     const struct pki *who, uint16_t port)
{
	memset(w, 0, sizeof(*w));
	w->way = way;
	if (!web_listen(w, port))
		return false;
	if (who != NULL)
		w->tls = web_tls(way, who);
	return pthread_create(&w->thread, NULL, web_run, w) == 0;
}

/* How many came. */
static inline unsigned web_stop(struct web *w)
{
	atomic_store(&w->stop, true);
	(void)pthread_join(w->thread, NULL);
	(void)close(w->fd);
	SSL_CTX_free(w->tls);
	return atomic_load(&w->connections);
}

#endif
