#include "peel.h"
#include "sipmon/net/hep.h"

/* Why it cannot be read, or 0 if it can. */
static enum err hep_trouble(const struct peel *p, const struct hep *hep,
			    enum err err)
{
	/* A packet that was cut says as much of the message as it has. */
	if (err == ERR_TRUNCATED && p->sent > p->bytes.len &&
	    slice_is_set(hep->payload))
		return ERR_OK;
	return err;
}

/* The flow and the time are those that the agent saw. */
struct step peel_hep(struct peel *p)
{
	struct slice bytes = { (const char *)p->bytes.ptr, p->bytes.len };
	struct hep hep;
	enum err err = hep_open(&hep, bytes, p->scratch);

	err = hep_trouble(p, &hep, err);
	if (err == ERR_NOMEM)
		return peel_undecoded(p, UNDECODED_MEMORY);
	if (err)
		return peel_undecoded(p, UNDECODED_HEP);
	if (hep.type != HEP_SIP)
		return STEP_LAST;
	p->out->flow = hep.flow;
	if (hep.time_ns != 0)
		p->out->time_ns = hep.time_ns;
	if (hep.unpacked)
		p->joined = true;
	else if (hep.version < 3) /* the length is that of the datagram */
		hep.sent += p->sent - p->bytes.len;
	return peel_found(p, PAYLOAD_DATAGRAM, (const uint8_t *)hep.payload.ptr,
			  hep.payload.len, hep.sent);
}
