#include "impl.h"

struct agent_key {
	const struct view *view;
	struct slice name;
};

static struct slice name_at(const struct view *v, uint16_t agent)
{
	const struct agent_name *a = &v->agents[agent - 1];

	return (struct slice){ a->text, a->len };
}

static bool is_agent(const void *ctx, uint32_t value)
{
	const struct agent_key *key = ctx;

	return slice_eq(name_at(key->view, (uint16_t)value), key->name);
}

/*
 * Tools that look for open or weak servers.  Left out is what honest people
 * use as well: sipsak watches servers, VaxSIPUserAgent is a library for phones.
 * sipcli is a tool in its own right, but seen almost only in scans.
 */
bool agent_is_scanner(struct slice name)
{
	static const char *const scanners[] = {
		"friendly-scanner",
		"friendly-request",
		"sipvicious",
		"sundayddr",
		"sip-scan",
		"sipcli/v",
		"siparmyknife",
		"sivus",
		"iwar",
		"pplsip",
		"gulp",
		"svmap",
		"svwar",
		"svcrack",
	};

	for (size_t i = 0; i < sizeof(scanners) / sizeof(scanners[0]); i++) {
		size_t len = strlen(scanners[i]);
		int next = len < name.len ? name.ptr[len] | 0x20 : 0;

		if (slice_eq_nocase(slice_sub(name, 0, len),
				    (struct slice){ scanners[i], len }) &&
		    (next < 'a' || next > 'z'))
			return true;
	}
	return false;
}

uint16_t agent_id(struct view *v, struct slice name)
{
	struct agent_key key = { v, slice_sub(name, 0, AGENT_NAME_BYTES) };
	uint64_t hash;
	uint32_t id;
	struct agent_name *a;

	if (name.len == 0)
		return 0;
	hash = hash_bytes(v->seed, key.name);
	id = map_find(&v->by_agent, hash, is_agent, &key);
	if (id != 0)
		return (uint16_t)id;
	if (v->agent_count >= AGENTS_MAX) {
		v->agent_count = AGENTS_MAX + 1;
		return AGENTS_MAX + 1;
	}
	if (map_add(&v->by_agent, hash, v->agent_count + 1U))
		return 0;
	a = &v->agents[v->agent_count];
	a->len = (uint8_t)key.name.len;
	a->is_scanner = agent_is_scanner(key.name);
	memcpy(a->text, key.name.ptr, key.name.len);
	return ++v->agent_count;
}

uint16_t view_agent_count(const struct view *v)
{
	return v->agent_count;
}

struct slice view_agent_name(const struct view *v, uint16_t agent)
{
	if (agent == 0 || agent > v->agent_count)
		return SLICE("");
	return agent > AGENTS_MAX ? SLICE("others") : name_at(v, agent);
}
