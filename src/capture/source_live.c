#include "sipmon/capture/source.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "ops.h"
#include "sipmon/capture/inside.h"

#define SNAPLEN     262144
#define TIMEOUT_MS  100 /* a packet waits at most so long for others */
#define BUFFER_MIB  64
#define MIB         ((int)1024 * 1024)
#define NAMES_SHOWN 10
#define NS_PER_S    INT64_C(1000000000)

struct live {
	struct source base;
	pcap_t *pcap;
	struct filter *inside; /* if the kernel lets more pass than was asked */
	bool ended;
	uint16_t link_type;
	uint32_t ns_per_tick;
	uint32_t last_drop; /* the counters of libpcap, as last seen */
	uint32_t last_ifdrop;
	uint64_t dropped;
	char name[64];
};

static void live_free(struct source *s)
{
	struct live *l = (struct live *)s;

	if (l->pcap != NULL)
		pcap_close(l->pcap);
	filter_free(l->inside);
	free(l);
}

static enum err next_packet(struct live *l, struct packet *out,
			    struct problem *problem)
{
	struct pcap_pkthdr *header;
	int got;

	if (l->ended)
		return ERR_END;
	got = pcap_next_ex(l->pcap, &header, &out->data);
	if (got == 0)
		return ERR_AGAIN;
	if (got < 0) {
		l->ended = true;
		problem_set(problem, "%s: %s", l->name, pcap_geterr(l->pcap));
		return ERR_SYSTEM;
	}
	out->time_ns = header->ts.tv_sec * NS_PER_S +
		       header->ts.tv_usec * (int64_t)l->ns_per_tick;
	out->len = header->caplen;
	out->wire_len =
		header->len > header->caplen ? header->len : header->caplen;
	out->link_type = l->link_type;
	out->source = l->base.number;
	out->offset = PACKET_NO_OFFSET;
	out->inside = false;
	return ERR_OK;
}

/* The kernel's filter is the wide one: here it is told why each passed. */
static enum err live_next(struct source *s, struct packet *out,
			  struct problem *problem)
{
	struct live *l = (struct live *)s;
	enum err err = next_packet(l, out, problem);

	if (err == ERR_OK && l->inside != NULL &&
	    !filter_matches(l->inside, out))
		out->inside = true;
	return err;
}

static int live_fd(const struct source *s)
{
	const struct live *l = (const struct live *)s;

	return l->ended ? -1 : pcap_get_selectable_fd(l->pcap);
}

/*
 * libpcap counts in 32 bits.  What it reads from /sys falls back to 0 when a
 * sandbox closes that: a step backwards is nothing that was lost.
 */
static uint64_t lost_since(uint32_t *last, uint32_t now)
{
	uint32_t more = now - *last;

	*last = now;
	return more > INT32_MAX ? 0 : more;
}

static uint64_t live_dropped(struct source *s)
{
	struct live *l = (struct live *)s;
	struct pcap_stat stat;

	if (!l->ended && pcap_stats(l->pcap, &stat) == 0) {
		l->dropped += lost_since(&l->last_drop, stat.ps_drop);
		l->dropped += lost_since(&l->last_ifdrop, stat.ps_ifdrop);
	}
	return l->dropped;
}

static const struct source_ops live_ops = {
	.next = live_next,
	.fd = live_fd,
	.dropped = live_dropped,
	.free = live_free,
};

/* "a, b, c" for the one who mistyped. */
static void names_of_interfaces(char *out, size_t size)
{
	char ignored[PCAP_ERRBUF_SIZE];
	pcap_if_t *all = NULL;
	size_t used = 0;
	unsigned n = 0;

	out[0] = '\0';
	if (pcap_findalldevs(&all, ignored) != 0)
		return;
	for (const pcap_if_t *i = all; i != NULL && n < NAMES_SHOWN; n++) {
		int len = snprintf(out + used, size - used, "%s%s",
				   n == 0 ? "" : ", ", i->name);

		if (len < 0 || (size_t)len >= size - used) {
			out[used] = '\0';
			break;
		}
		used += (size_t)len;
		i = i->next;
	}
	pcap_freealldevs(all);
}

static enum err activation_failed(const struct live *l, int status,
				  struct problem *problem)
{
	char names[256];

	switch (status) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		names_of_interfaces(names, sizeof(names));
		problem_set(problem, "%s: no such interface%s%s", l->name,
			    names[0] == '\0' ? "" : "; there are ", names);
		return ERR_SYSTEM;
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		problem_set(problem,
			    "%s: no permission to capture; run with sudo, or "
			    "give the program CAP_NET_RAW and CAP_NET_ADMIN "
			    "(setcap cap_net_raw,cap_net_admin+ep)",
			    l->name);
		return ERR_SYSTEM;
	case PCAP_ERROR_IFACE_NOT_UP:
		problem_set(problem, "%s: the interface is not up", l->name);
		return ERR_SYSTEM;
	default:
		problem_set(problem, "%s: %s", l->name,
			    status == PCAP_ERROR ? pcap_geterr(l->pcap)
						 : pcap_statustostr(status));
		return ERR_SYSTEM;
	}
}

/* A handle that is set up and not yet active; NULL if there is no memory. */
static pcap_t *handle_new(const char *name, int buffer_mib)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_create(name, why);

	/* These fail only on a handle that is active already. */
	if (p == NULL)
		return NULL;
	(void)pcap_set_snaplen(p, SNAPLEN);
	(void)pcap_set_promisc(p, 1);
	(void)pcap_set_timeout(p, TIMEOUT_MS);
	(void)pcap_set_buffer_size(p, buffer_mib * MIB);
	/* Microseconds stay where the system has no nanoseconds. */
	(void)pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO);
	return p;
}

/* With the largest buffer that the system grants. */
static enum err activate(struct live *l, const char *name,
			 struct problem *problem)
{
	int status = PCAP_ERROR;

	for (int mib = BUFFER_MIB; mib > 0 && status == PCAP_ERROR; mib /= 4) {
		if (l->pcap != NULL)
			pcap_close(l->pcap);
		l->pcap = handle_new(name, mib);
		if (l->pcap == NULL) {
			problem_set(problem, "%s: out of memory", l->name);
			return ERR_NOMEM;
		}
		status = pcap_activate(l->pcap);
	}
	return status < 0 ? activation_failed(l, status, problem) : ERR_OK;
}

static bool compile(struct live *l, struct bpf_program *code,
		    const char *filter)
{
	return pcap_compile(l->pcap, code, filter, 1, PCAP_NETMASK_UNKNOWN) ==
	       0;
}

/* The widest that this link type knows; false if it is the filter itself. */
static bool compile_wide(struct live *l, struct bpf_program *code,
			 const char *filter)
{
	bool good = false;

	for (int on_link = 1; on_link >= 0 && !good; on_link--) {
		struct buf text;

		buf_init(&text, UINT16_MAX);
		inside_widen(filter, on_link != 0, &text);
		good = !text.failed && compile(l, code, text.ptr);
		buf_free(&text);
	}
	return good;
}

static enum err set_filter(struct live *l, const char *filter,
			   struct problem *problem)
{
	struct bpf_program code;
	int failed;

	if (filter == NULL)
		return ERR_OK;
	if (!compile(l, &code, filter)) {
		problem_set(problem, "filter \"%.200s\": %s", filter,
			    pcap_geterr(l->pcap));
		return ERR_MALFORMED;
	}
	if (inside_is_wanted(filter)) {
		struct bpf_program wide;

		if (filter_new(&l->inside, filter)) {
			pcap_freecode(&code);
			problem_set(problem, "%s: out of memory", l->name);
			return ERR_NOMEM;
		}
		if (compile_wide(l, &wide, filter)) {
			pcap_freecode(&code);
			code = wide;
		}
	}
	failed = pcap_setfilter(l->pcap, &code);
	pcap_freecode(&code);
	if (failed == 0)
		return ERR_OK;
	problem_set(problem, "%s: filter not accepted: %s", l->name,
		    pcap_geterr(l->pcap));
	return ERR_SYSTEM;
}

static enum err set_mode(struct live *l, struct problem *problem)
{
	char why[PCAP_ERRBUF_SIZE];
	bool nano = pcap_get_tstamp_precision(l->pcap) ==
		    PCAP_TSTAMP_PRECISION_NANO;

	l->ns_per_tick = nano ? 1 : 1000;
	l->link_type = link_type_of_dlt(pcap_datalink(l->pcap));
	if (pcap_setnonblock(l->pcap, 1, why) == 0)
		return ERR_OK;
	problem_set(problem, "%s: %s", l->name, why);
	return ERR_SYSTEM;
}

enum err source_live_open(struct source **out, const char *name,
			  const struct source_options *options,
			  struct problem *problem)
{
	struct live *l = calloc(1, sizeof(*l));
	enum err err;

	if (l == NULL) {
		problem_set(problem, "out of memory");
		return ERR_NOMEM;
	}
	l->base.ops = &live_ops;
	l->base.number = options->number;
	l->base.live = true;
	(void)snprintf(l->name, sizeof(l->name), "%s", name);
	err = activate(l, name, problem);
	if (!err)
		err = set_filter(l, options->filter, problem);
	if (!err)
		err = set_mode(l, problem);
	if (err) {
		live_free(&l->base);
		return err;
	}
	*out = &l->base;
	return ERR_OK;
}
