/*
 * sipmon-fetch - downloads certificates for sipmon.
 *
 * sipmon starts it with a socket as descriptor 3 and, if the user allows some
 * hosts only, their list as its argument.  The list narrows what may be asked;
 * nothing widens it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>

#include "sipmon/identity/fetch_url.h"
#include "sipmon/identity/fetch_wire.h"

#include "rules.h"
#include "sandbox.h"
#include "serve.h"

static bool is_socket(int fd)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	       type == SOCK_STREAM;
}

static bool say(enum fetch_stage stage, int error)
{
	struct fetch_hello hello = { stage, (uint32_t)error };
	uint8_t bytes[FETCH_HELLO_BYTES];

	fetch_wire_hello(&hello, bytes);
	return send(FETCH_SOCKET, bytes, sizeof(bytes), MSG_NOSIGNAL) ==
	       (ssize_t)sizeof(bytes);
}

/* What comes with a process from whoever starts it. */
static bool forget_the_past(void)
{
	(void)umask(077);
	return clearenv() == 0 && signal(SIGPIPE, SIG_IGN) != SIG_ERR &&
	       chdir("/") == 0 &&
	       fcntl(FETCH_SOCKET, F_SETFD, FD_CLOEXEC) == 0 &&
	       fcntl(FETCH_SOCKET, F_SETFL, O_RDWR | O_NONBLOCK) == 0;
}

int main(int argc, char **argv)
{
	struct slice hosts = argc > 1 ? slice_of(argv[1]) : SLICE_NONE;
	enum err e;

	if (argc > 2 || !fetch_url_list_is_valid(hosts) ||
	    !is_socket(FETCH_SOCKET)) {
		(void)fputs("sipmon-fetch is started by sipmon --fetch\n",
			    stderr);
		return 2;
	}
	if (!forget_the_past() || !sandbox_close()) {
		(void)say(FETCH_STAGE_RIGHTS, errno);
		return 1;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		(void)say(FETCH_STAGE_LIBRARY, ENOSYS);
		return 1;
	}
	if (!say(FETCH_READY, 0))
		return 1;
	e = serve(FETCH_SOCKET, &fetch_rules_public, hosts);
	curl_global_cleanup();
	return e == ERR_END ? 0 : 1;
}
