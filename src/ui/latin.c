#include "latin.h"

#include <stddef.h>

/* A '.' has no base. */
struct block {
	uint32_t first;
	uint32_t last;
	const char *bases;
};

/* clang-format off */
static const struct block blocks[] = {
	/* Latin-1 and Latin Extended-A */
	{ 0x00c0, 0x017f,
	"AAAAAA.CEEEEIIIIDNOOOOO.OUUUUY.." /* U+00C0 */
	"aaaaaa.ceeeeiiiidnooooo.ouuuuy.y" /* U+00E0 */
	"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGg" /* U+0100 */
	"GgGgHhHhIiIiIiIiIi..JjKk.LlLlLl." /* U+0120 */
	".LlNnNnNn...OoOoOo..RrRrRrSsSsSs" /* U+0140 */
	"SsTtTtTtUuUuUuUuUuUuWwYyYZzZzZz." /* U+0160 */ },
	{ 0x01a0, 0x01a1, "Oo" },
	{ 0x01af, 0x01b0, "Uu" },
	/* Latin Extended Additional, Vietnamese in the last three rows */
	{ 0x1e00, 0x1ef9,
	"AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFf" /* U+1E00 */
	"GgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMm" /* U+1E20 */
	"MmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRr" /* U+1E40 */
	"SsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVv" /* U+1E60 */
	"WwWwWwWwWwXxXxYyZzZzZzhtwy......" /* U+1E80 */
	"AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEe" /* U+1EA0 */
	"EeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOo" /* U+1EC0 */
	"OoOoUuUuUuUuUuUuUuYyYyYyYy" /* U+1EE0 */ },
};
/* clang-format on */

char latin_base(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		const struct block *b = &blocks[i];
		char base;

		if (cp < b->first || cp > b->last)
			continue;
		base = b->bases[cp - b->first];
		if (base != '.')
			return base;
	}
	return '\0';
}
