#include "sipmon/export/pcap_out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sipmon/base/clock.h"

/* The file header of a capture with nanoseconds, in the order of this host. */
#define MAGIC_NS    UINT32_C(0xa1b23c4d)
#define SNAP_LENGTH 262144

struct pcap_out {
	FILE *file;
	char *path;
	bool begun; /* the header, with the link type, is written */
	bool failed;
	struct problem why;
	uint16_t link_type;
	uint64_t left_out;
};

/* The first failure is the one that is told. */
static enum err failed(struct pcap_out *p, struct problem *problem)
{
	if (!p->failed)
		problem_set(&p->why, "cannot write %.300s: %s", p->path,
			    strerror(errno));
	p->failed = true;
	*problem = p->why;
	return ERR_SYSTEM;
}

enum err pcap_out_open(struct pcap_out **out, const char *path,
		       struct problem *problem)
{
	struct pcap_out *p = calloc(1, sizeof(*p));
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0) {
		problem_set(problem, "cannot write %s: %s", path,
			    strerror(errno));
		free(p);
		return ERR_SYSTEM;
	}
	if (p != NULL) {
		p->path = strdup(path);
		p->file = fdopen(fd, "wb");
	}
	if (p == NULL || p->path == NULL || p->file == NULL) {
		problem_set(problem, "cannot write %s: out of memory", path);
		(void)close(fd);
		if (p != NULL)
			free(p->path);
		free(p);
		return ERR_NOMEM;
	}
	*out = p;
	return ERR_OK;
}

static bool write_header(struct pcap_out *p, uint16_t link_type)
{
	struct {
		uint32_t magic;
		uint16_t major;
		uint16_t minor;
		uint32_t zone;
		uint32_t accuracy;
		uint32_t snap_length;
		uint32_t link_type;
	} h = { MAGIC_NS, 2, 4, 0, 0, SNAP_LENGTH, link_type };

	p->begun = true;
	p->link_type = link_type;
	return fwrite(&h, sizeof(h), 1, p->file) == 1;
}

enum err pcap_out_packet(struct pcap_out *p, const struct packet *packet,
			 struct problem *problem)
{
	uint32_t head[4] = { (uint32_t)(packet->time_ns / CLOCK_SECOND_NS),
			     (uint32_t)(packet->time_ns % CLOCK_SECOND_NS),
			     packet->len, packet->wire_len };

	if (p->failed)
		return failed(p, problem);
	if (!p->begun && !write_header(p, packet->link_type))
		return failed(p, problem);
	if (packet->link_type != p->link_type) {
		p->left_out++;
		return ERR_UNSUPPORTED;
	}
	if (fwrite(head, sizeof(head), 1, p->file) != 1 ||
	    fwrite(packet->data, 1, packet->len, p->file) != packet->len)
		return failed(p, problem);
	return ERR_OK;
}

enum err pcap_out_flush(struct pcap_out *p, struct problem *problem)
{
	if (p->failed || fflush(p->file) != 0)
		return failed(p, problem);
	return ERR_OK;
}

uint64_t pcap_out_left_out(const struct pcap_out *p)
{
	return p->left_out;
}

enum err pcap_out_close(struct pcap_out *p, struct problem *problem)
{
	enum err e = ERR_OK;

	if (p == NULL)
		return ERR_OK;
	/* A file without a packet is still a capture; Ethernet is as good as
	 * any link type. */
	if (p->failed || (!p->begun && !write_header(p, 1)))
		e = failed(p, problem);
	if (fclose(p->file) != 0)
		e = failed(p, problem);
	free(p->path);
	free(p);
	return e;
}
