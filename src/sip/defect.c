#include "sipmon/sip/defect.h"

static const struct {
	const char *name;
	const char *rule;
	const char *text;
} rows[SIP_DEFECTS] = {
	[SIP_DEFECT_NONE] = { "none", "", "" },
#define SIP_DEFECT(id, name, rule, text)                                       \
	[SIP_DEFECT_##id] = { name, rule, text },
#include "sipmon/sip/defects.def"
#undef SIP_DEFECT
};

const char *sip_defect_name(enum sip_defect_kind kind)
{
	return rows[kind < SIP_DEFECTS ? kind : SIP_DEFECT_NONE].name;
}

const char *sip_defect_rule(enum sip_defect_kind kind)
{
	return rows[kind < SIP_DEFECTS ? kind : SIP_DEFECT_NONE].rule;
}

const char *sip_defect_text(enum sip_defect_kind kind)
{
	return rows[kind < SIP_DEFECTS ? kind : SIP_DEFECT_NONE].text;
}

void sip_defect_add(struct sip_defects *d, enum sip_defect_kind kind,
		    uint32_t offset)
{
	if (d->count < SIP_DEFECT_ROOM)
		d->list[d->count] = (struct sip_defect){ kind, offset };
	if (d->count < UINT32_MAX)
		d->count++;
}
