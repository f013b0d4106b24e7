/*
 * hex.h - bytes that a test writes in hexadecimal.
 */
#ifndef SIPMON_TESTS_STREAM_HEX_H
#define SIPMON_TESTS_STREAM_HEX_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Returns how many bytes; a test knows that they fit. */
static inline size_t bytes_of_hex(const char *hex, uint8_t *out, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = strlen(hex) / 2;

	assert(n <= size && strlen(hex) % 2 == 0);
	for (size_t i = 0; i < n; i++) {
		const char *high = strchr(digits, hex[2 * i]);
		const char *low = strchr(digits, hex[2 * i + 1]);

		assert(high != NULL && low != NULL);
		out[i] = (uint8_t)((high - digits) << 4 | (low - digits));
	}
	return n;
}

#endif
