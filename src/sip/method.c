#include "sipmon/sip/method.h"

/* clang-format off */
static const struct slice names[SIP_METHODS] = {
#define SIP_METHOD(id, name) [SIP_METHOD_##id] = { name, sizeof(name) - 1 },
#include "sipmon/sip/methods.def"
#undef SIP_METHOD
};
/* clang-format on */

enum sip_method sip_method_of(struct slice name)
{
	for (unsigned i = SIP_METHOD_NONE + 1; i < SIP_METHOD_OTHER; i++) {
		if (names[i].len == name.len &&
		    names[i].ptr[0] == name.ptr[0] &&
		    memcmp(names[i].ptr, name.ptr, name.len) == 0)
			return (enum sip_method)i;
	}
	return SIP_METHOD_OTHER;
}

const char *sip_method_name(enum sip_method m)
{
	const char *name = m < SIP_METHODS ? names[m].ptr : NULL;

	return name == NULL ? "" : name;
}
