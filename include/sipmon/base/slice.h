/*
 * slice.h - bytes that somebody else owns.
 *
 * A slice with `ptr` NULL is absent; one with `len` 0 and a pointer is present
 * and empty.  Nothing here reads a terminator.
 */
#ifndef SIPMON_BASE_SLICE_H
#define SIPMON_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const char *ptr;
	size_t len;
};

#define SLICE(literal) ((struct slice){ (literal), sizeof(literal) - 1 })
#define SLICE_NONE     ((struct slice){ NULL, 0 })

/* For printf("%.*s", SLICE_ARG(s)): only for text that was made safe. */
#define SLICE_ARG(s) (int)(s).len, (s).ptr != NULL ? (s).ptr : ""

static inline bool slice_is_set(struct slice s)
{
	return s.ptr != NULL;
}

static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* The slice of a C string; NULL gives an absent one. */
struct slice slice_of(const char *text);

/* Equal but for the case of ASCII letters. */
bool slice_eq_nocase(struct slice a, struct slice b);

/* <0, 0, >0 as memcmp, the shorter first. */
int slice_compare(struct slice a, struct slice b);

/* Part of `s`; what lies outside it is cut off. */
struct slice slice_sub(struct slice s, size_t from, size_t len);

/* Without SP, HT, CR and LF at both ends. */
struct slice slice_trim(struct slice s);

/* Offset of the first `c`, or s.len. */
size_t slice_find(struct slice s, char c);

/* Offset of the first `part`, case of ASCII ignored if `nocase`; or s.len. */
size_t slice_search(struct slice s, struct slice part, bool nocase);

/* What stands before the first `c`; `*rest` (may be NULL) is what follows it.
 */
struct slice slice_split(struct slice s, char c, struct slice *rest);

/*
 * A decimal number that fills `s`: false on no digit, another character or a
 * value over `max`; `*out` is then untouched.
 */
bool slice_to_u32(struct slice s, uint32_t max, uint32_t *out);

/* A terminated copy in `out`, cut at `size`; returns `out`. */
char *slice_copy(struct slice s, char *out, size_t size);

#endif
