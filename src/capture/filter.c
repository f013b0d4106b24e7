#include "filter.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/capture/inside.h"

/* A hostile pcapng file may name 65536 link types; no honest one has ten. */
#define PROGRAMS_MAX   32
#define FILTER_SNAPLEN 262144

/* Of an expression that was widened; that of a user is bounded by options. */
#define WIDE_BYTES_MAX (1U << 20)

struct program {
	uint16_t link_type;
	bool usable;
	struct bpf_program code;
	bool is_wide; /* there is `wide` */
	struct bpf_program wide;
};

struct filter {
	char *expression;
	bool is_wide;
	unsigned count;
	unsigned last; /* the one that was used last */
	struct program programs[PROGRAMS_MAX];
};

/* Where LINKTYPE_ and DLT_ differ on Linux; libpcap, pcap-common.c. */
static const struct {
	uint16_t link_type;
	int dlt;
} differing[] = {
	{ 100, 11 }, /* ATM_RFC1483 */
	{ 101, 12 }, /* RAW */
	{ 102, 15 }, /* SLIP_BSDOS */
	{ 103, 16 }, /* PPP_BSDOS */
	{ 106, 19 }, /* ATM_CLIP */
};

#define DIFFERING (sizeof(differing) / sizeof(differing[0]))

int link_type_to_dlt(uint16_t link_type)
{
	for (size_t i = 0; i < DIFFERING; i++)
		if (differing[i].link_type == link_type)
			return differing[i].dlt;
	return link_type;
}

uint16_t link_type_of_dlt(int dlt)
{
	for (size_t i = 0; i < DIFFERING; i++)
		if (differing[i].dlt == dlt)
			return differing[i].link_type;
	return (uint16_t)dlt;
}

enum err filter_new(struct filter **out, const char *expression)
{
	struct filter *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return ERR_NOMEM;
	f->expression = strdup(expression);
	if (f->expression == NULL) {
		free(f);
		return ERR_NOMEM;
	}
	f->is_wide = inside_is_wanted(expression);
	*out = f;
	return ERR_OK;
}

void filter_free(struct filter *f)
{
	if (f == NULL)
		return;
	for (unsigned i = 0; i < f->count; i++) {
		if (f->programs[i].usable)
			pcap_freecode(&f->programs[i].code);
		if (f->programs[i].is_wide)
			pcap_freecode(&f->programs[i].wide);
	}
	free(f->expression);
	free(f);
}

/* EtherTypes are tried first; not every link type has some. */
static void compile_wide(const struct filter *f, struct program *p,
			 pcap_t *dead)
{
	for (int on_link = 1; on_link >= 0 && !p->is_wide; on_link--) {
		struct buf text;

		buf_init(&text, WIDE_BYTES_MAX);
		inside_widen(f->expression, on_link != 0, &text);
		p->is_wide = !text.failed &&
			     pcap_compile(dead, &p->wide, text.ptr, 1,
					  PCAP_NETMASK_UNKNOWN) == 0;
		buf_free(&text);
	}
}

enum err filter_compile(struct filter *f, uint16_t link_type,
			struct problem *problem)
{
	struct program *p = &f->programs[f->count];
	pcap_t *dead;

	if (f->count == PROGRAMS_MAX) {
		problem_set(problem, "too many link types for one filter");
		return ERR_LIMIT;
	}
	dead = pcap_open_dead(link_type_to_dlt(link_type), FILTER_SNAPLEN);
	if (dead == NULL)
		return ERR_NOMEM;
	p->link_type = link_type;
	p->usable = pcap_compile(dead, &p->code, f->expression, 1,
				 PCAP_NETMASK_UNKNOWN) == 0;
	if (!p->usable)
		problem_set(problem, "filter \"%.200s\": %.200s", f->expression,
			    pcap_geterr(dead));
	else if (f->is_wide)
		compile_wide(f, p, dead);
	pcap_close(dead);
	f->last = f->count++;
	return p->usable ? ERR_OK : ERR_MALFORMED;
}

static const struct program *program_find(struct filter *f, uint16_t link_type)
{
	struct problem ignored;

	for (unsigned i = 0; i < f->count; i++) {
		if (f->programs[i].link_type != link_type)
			continue;
		f->last = i;
		return &f->programs[i];
	}
	ignored.text[0] = '\0';
	if (filter_compile(f, link_type, &ignored) == ERR_OK)
		return &f->programs[f->last];
	return NULL;
}

bool filter_matches(struct filter *f, struct packet *packet)
{
	const struct program *p = &f->programs[f->last];
	struct pcap_pkthdr header = { .caplen = packet->len,
				      .len = packet->wire_len };

	packet->inside = false;
	if (f->count == 0 || p->link_type != packet->link_type)
		p = program_find(f, packet->link_type);
	if (p == NULL || !p->usable)
		return false;
	if (pcap_offline_filter(&p->code, &header, packet->data) != 0)
		return true;
	packet->inside = p->is_wide && pcap_offline_filter(&p->wide, &header,
							   packet->data) != 0;
	return packet->inside;
}
