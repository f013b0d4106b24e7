#include "sipmon/call/view.h"

#include <string.h>

#include "impl.h"

const struct view_totals *view_totals(const struct view *v)
{
	return &v->totals;
}

uint64_t view_requests(const struct view *v, uint16_t method)
{
	return method < v->method_count ? v->method_requests[method] : 0;
}

uint16_t view_method_count(const struct view *v)
{
	return v->method_count;
}

struct slice view_method_name(const struct view *v, uint16_t method)
{
	if (method >= SIP_METHODS && method < v->method_count)
		return slice_of(v->method_names[method - SIP_METHODS]);
	if (method == SIP_METHOD_OTHER)
		return SLICE("other");
	return slice_of(sip_method_name((enum sip_method)method));
}

uint64_t view_change(const struct view *v)
{
	return v->change;
}

int64_t view_now_ns(const struct view *v)
{
	return v->now_ns;
}

uint64_t view_memory(const struct view *v)
{
	return slab_bytes(&v->calls) + slab_bytes(&v->messages) +
	       slab_bytes(&v->transactions) + slab_bytes(&v->dialogs) +
	       slab_bytes(&v->hops) + slab_bytes(&v->media) +
	       slab_bytes(&v->peers) +
	       (v->has_media ? streams_memory(v->streams) : 0) +
	       map_bytes(&v->by_call_id) + map_bytes(&v->by_transaction) +
	       map_bytes(&v->by_hop) + map_bytes(&v->by_peer) +
	       map_bytes(&v->by_agent) + legs_bytes(&v->legs) +
	       arena_pool_bytes(v->strings) + v->log.bytes;
}

const struct signer *view_signer(const struct view *v, uint16_t id)
{
	return id > 0 && id <= v->signer_count ? &v->signers[id - 1] : NULL;
}

uint16_t view_signer_count(const struct view *v)
{
	return v->signer_count;
}

bool view_clock_offset(const struct view *v, int64_t *seconds)
{
	return clock_offset_median(&v->clock_offset, seconds);
}

uint32_t view_call_count(const struct view *v)
{
	return v->calls.used;
}

static const struct call *call_at(const struct view *v, uint32_t slot)
{
	return slot == 0 ? NULL : slab_at(&v->calls, slot);
}

const struct call *view_first(const struct view *v)
{
	return call_at(v, v->order.first);
}

const struct call *view_next(const struct view *v, const struct call *c)
{
	return call_at(v, c->later);
}

const struct call *view_last(const struct view *v)
{
	return call_at(v, v->order.last);
}

const struct call *view_previous(const struct view *v, const struct call *c)
{
	return call_at(v, c->earlier);
}

const struct call *view_call(const struct view *v, uint64_t id)
{
	uint32_t slot = (uint32_t)id;
	const struct call *c;

	if (slot == 0 || !slab_holds(&v->calls, slot))
		return NULL;
	/* A slot that was given back holds no id any more, or a later one. */
	c = slab_at(&v->calls, slot);
	return c->id == id ? c : NULL;
}

const struct call *view_call_of(const struct view *v,
				const struct captured_msg *m)
{
	return call_at(v, m->call);
}

struct call_key {
	const struct view *view;
	struct slice call_id;
};

static bool is_call(const void *ctx, uint32_t value)
{
	const struct call_key *key = ctx;
	const struct call *c = slab_at(&key->view->calls, value);

	return slice_eq(c->call_id, key->call_id);
}

const struct call *view_find(const struct view *v, struct slice call_id)
{
	struct call_key key = { v, call_id };

	return call_at(v, map_find(&v->by_call_id, call_id_hash(v, call_id),
				   is_call, &key));
}

const struct captured_msg *view_msg(const struct view *v, uint32_t id)
{
	return id == 0 || !slab_holds(&v->messages, id)
		       ? NULL
		       : slab_at(&v->messages, id);
}

const struct transaction *view_transaction(const struct view *v, uint32_t id)
{
	return id == 0 || !slab_holds(&v->transactions, id)
		       ? NULL
		       : slab_at(&v->transactions, id);
}

const struct dialog *view_dialog(const struct view *v, uint32_t id)
{
	return id == 0 || !slab_holds(&v->dialogs, id)
		       ? NULL
		       : slab_at(&v->dialogs, id);
}

const struct flow *view_hop(const struct view *v, uint32_t id)
{
	const struct hop_pair *pair = slab_at(&v->hops, id / 2);

	return &pair->way[id & 1];
}

enum err view_bytes(const struct view *v, const struct captured_msg *m,
		    struct buf *out)
{
	bool fits = out->len <= out->max && m->len <= out->max - out->len;
	char *here = buf_reserve(out, m->len);

	if (here == NULL)
		return fits ? ERR_NOMEM : ERR_LIMIT;
	if (msg_is(m, MSG_IN_LOG))
		memcpy(here, log_at(&v->log, m->where), m->len);
	else if (v->reread == NULL ||
		 !v->reread(v->reread_ctx, m->source, m->where, here, m->len))
		return ERR_SYSTEM;
	out->len += m->len;
	return ERR_OK;
}
