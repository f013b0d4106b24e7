/*
 * tls_hello.h - messages of the TLS handshake, as far as a listener needs them.
 *
 * RFC 5246 section 7.4, RFC 8446 section 4.  All slices point into the body of
 * the message, which is what follows its type and length.
 */
#ifndef SIPMON_STREAM_TLS_HELLO_H
#define SIPMON_STREAM_TLS_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/slice.h"

#define TLS_MESSAGE_HEADER 4
#define TLS_SESSION_ID_MAX 32

enum tls_message {
	TLS_HELLO_REQUEST = 0,
	TLS_CLIENT_HELLO = 1,
	TLS_SERVER_HELLO = 2,
	TLS_NEW_SESSION_TICKET = 4,
	TLS_END_OF_EARLY_DATA = 5,
	TLS_ENCRYPTED_EXTENSIONS = 8,
	TLS_SERVER_HELLO_DONE = 14,
	TLS_CLIENT_KEY_EXCHANGE = 16,
	TLS_FINISHED = 20,
	TLS_KEY_UPDATE = 24,
};

struct tls_client_hello {
	uint16_t version; /* legacy_version: what a premaster secret repeats */
	const uint8_t *random;
	struct slice session_id;
	struct slice ticket; /* RFC 5077; absent if there is none, or empty */
	struct slice name;   /* RFC 6066 section 3: of the server */
	struct slice alpn;   /* RFC 7301: the list as it was sent */
	bool early_data;     /* RFC 8446 section 4.2.10 */
};

struct tls_server_hello {
	uint16_t version; /* by supported_versions if that is there */
	const uint8_t *random;
	struct slice session_id;
	uint16_t suite;
	bool retry; /* it is a HelloRetryRequest, RFC 8446 section 4.1.4 */
	bool extended_master;  /* RFC 7627 */
	bool encrypt_then_mac; /* RFC 7366 */
};

/* False if the body breaks off or its lengths lie; `*out` is then of no use. */
bool tls_client_hello_parse(struct tls_client_hello *out, struct slice body);
bool tls_server_hello_parse(struct tls_server_hello *out, struct slice body);

/* Does its ALPN or the name of the server say that SIP will be spoken? */
bool tls_client_hello_is_sip(const struct tls_client_hello *hello);

/* Was early data accepted, in the body of EncryptedExtensions? */
bool tls_accepts_early_data(struct slice body);

/* The ticket in a NewSessionTicket of TLS 1.2 (RFC 5077 section 3.3), or
 * absent. */
struct slice tls_ticket_of(struct slice body);

/* The encrypted premaster secret of an RSA key exchange (RFC 5246 section
 * 7.4.7.1), or absent. */
struct slice tls_premaster_of(struct slice body);

#endif
