/*
 * Any bytes.  The law: each slice of a message lies within it, reading twice
 * gives the same, and the fields that a walk finds are those of the message.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/sip/auth.h"
#include "sipmon/sip/cseq.h"
#include "sipmon/sip/message.h"
#include "sipmon/sip/nameaddr.h"
#include "sipmon/sip/params.h"
#include "sipmon/sip/reason.h"
#include "sipmon/sip/via.h"

static void require(int truth)
{
	if (!truth)
		abort();
}

static void require_within(struct slice s, struct slice whole)
{
	if (!slice_is_set(s)) {
		require(s.len == 0);
		return;
	}
	require(s.ptr >= whole.ptr && s.len <= whole.len &&
		s.ptr + s.len <= whole.ptr + whole.len);
}

static void require_slices(const struct sip_msg *m)
{
	const struct slice all[] = {
		m->method_name, m->request_uri,  m->phrase,    m->call_id,
		m->from,        m->from_uri,     m->from_user, m->from_host,
		m->from_tag,    m->to,           m->to_uri,    m->to_user,
		m->to_host,     m->to_tag,       m->via,       m->branch,
		m->via_sent_by, m->content_type, m->headers,   m->body,
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		require_within(all[i], m->raw);
	for (uint32_t i = 0; i < m->defects.count && i < SIP_DEFECT_ROOM; i++) {
		require(m->defects.list[i].offset <= m->raw.len ||
			m->raw.len < SIP_MESSAGE_BYTES_MAX);
		require(m->defects.list[i].kind > SIP_DEFECT_NONE &&
			m->defects.list[i].kind < SIP_DEFECTS);
	}
}

/* Every parser of one value takes what any field holds. */
static void read_value(struct slice value)
{
	struct sip_nameaddr addr;
	struct sip_reason reason;
	struct sip_warning warning;
	struct sip_param param;
	struct sip_auth auth;
	struct sip_cseq cseq;
	struct sip_via via;
	uint32_t seconds;
	size_t at = 0;
	int errors = 0;

	errors += sip_nameaddr_parse(&addr, value, &at) == ERR_OK;
	require(at <= value.len);
	require_within(addr.display, value);
	require_within(addr.uri_text, value);
	require_within(addr.params, value);
	require_within(addr.tag, value);
	errors += sip_via_parse(&via, value, &at) == ERR_OK;
	require(at <= value.len);
	require_within(via.sent_by, value);
	require_within(via.branch, value);
	errors += sip_cseq_parse(&cseq, value, &at) == ERR_OK;
	require(at <= value.len);
	errors += sip_auth_parse(&auth, value, &at) == ERR_OK;
	require(at <= value.len);
	errors += sip_reason_parse(&reason, value) == ERR_OK;
	errors += sip_warning_parse(&warning, value) == ERR_OK;
	errors += sip_retry_after_parse(&seconds, value) == ERR_OK;
	require(errors <= 7);
	while (sip_param_next(&value, &param))
		require(param.name.len <= 65536);
}

static void require_walk(const struct sip_msg *m)
{
	struct slice rest = m->headers;
	struct sip_header h;
	uint64_t present = 0;
	unsigned count = 0;

	while (sip_header_next(&rest, &h)) {
		struct slice values = h.value;
		struct slice one;

		require_within(h.line, m->headers);
		require_within(h.value, h.line);
		require(sip_header_of(h.name) == h.id);
		if ((present >> h.id & 1) == 0) {
			require(slice_eq(sip_msg_field(m, h.id, 0), h.value));
			if (h.id == SIP_HEADER_TO)
				require(slice_eq(m->to, h.value));
			if (h.id == SIP_HEADER_FROM)
				require(slice_eq(m->from, h.value));
			if (h.id == SIP_HEADER_CALL_ID)
				require(slice_eq(m->call_id, h.value));
		}
		present |= UINT64_C(1) << h.id;
		read_value(h.value);
		while (sip_value_next(&values, &one))
			require_within(one, h.value);
		count++;
	}
	require(count <= SIP_HEADERS_MAX);
	require(present == m->present);
}

static void require_same(const struct sip_msg *a, const struct sip_msg *b)
{
	size_t kept = a->defects.count < SIP_DEFECT_ROOM ? a->defects.count
							 : SIP_DEFECT_ROOM;

	require(a->raw.ptr == b->raw.ptr && a->raw.len == b->raw.len);
	require(a->status == b->status && a->method == b->method);
	require(a->present == b->present && a->via_count == b->via_count);
	require(a->body.ptr == b->body.ptr && a->body.len == b->body.len);
	require(a->branch.ptr == b->branch.ptr);
	require(a->from_user.ptr == b->from_user.ptr);
	require(a->defects.count == b->defects.count);
	require(memcmp(a->defects.list, b->defects.list,
		       kept * sizeof(a->defects.list[0])) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = { (const char *)data, size };
	struct sip_msg first;
	struct sip_msg second;
	bool is_sip = sip_msg_parse(&first, bytes);

	require(is_sip == sip_recognise(bytes));
	require(is_sip == sip_msg_parse(&second, bytes));
	if (!is_sip)
		return 0;
	require_within(first.raw, bytes);
	require_slices(&first);
	require_same(&first, &second);
	require_walk(&first);
	/* what was left out behind the body is not what makes it SIP */
	require(sip_msg_parse(&second, first.raw));
	require(second.present == first.present);
	return 0;
}
