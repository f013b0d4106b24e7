#include "rules.h"

#include "sipmon/identity/fetch_url.h"

#include "address.h"
#include "lookup.h"

const struct fetch_rules fetch_rules_public = {
	.may_connect = address_is_public,
	.may_ask_port = fetch_url_port_is_usual,
	.resolve = lookup_system,
	.ca_file = NULL,
	.connect_ms = 3000,
	.total_ms = 5000,
	.a_minute = 10,
};
