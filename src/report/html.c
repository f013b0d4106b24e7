#include "html.h"

#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/utf8.h"

static void add_escaped(struct buf *out, char c)
{
	switch (c) {
	case '&':
		buf_add(out, SLICE("&amp;"));
		break;
	case '<':
		buf_add(out, SLICE("&lt;"));
		break;
	case '>':
		buf_add(out, SLICE("&gt;"));
		break;
	case '"':
		buf_add(out, SLICE("&quot;"));
		break;
	case '\'':
		buf_add(out, SLICE("&#39;"));
		break;
	default:
		buf_add_char(out, c);
		break;
	}
}

void html_text(struct buf *out, struct slice s)
{
	while (s.len > 0) {
		char piece[12];
		bool escaped;
		unsigned n = utf8_show_next(&s, piece, &escaped);

		for (unsigned i = 0; i < n; i++)
			add_escaped(out, piece[i]);
	}
}

void html_words(struct html_page *p, const char *english)
{
	html_text(&p->sink.buf, slice_of(words(p->in->words, english)));
}

void html_ms_cell(struct buf *out, int64_t ns)
{
	buf_add(out, SLICE("<td class=\"n\">"));
	if (ns < 0)
		buf_add_char(out, '-');
	else
		buf_add_format(out, "%.1f", (double)ns / (double)CLOCK_MS_NS);
	buf_add(out, SLICE("</td>"));
}

/* Colours are those of the screen's light and dark themes. */
static const char style[] =
	":root{color-scheme:light dark;--bg:#fff;--fg:#262626;--dim:#616161;"
	"--line:#ccc;--request:#005f87;--c1:#6b5d00;--c2:#00684b;--c3:#8a3a6a;"
	"--c4:#a33b00;--c5:#b00020}"
	"@media(prefers-color-scheme:dark){:root{--bg:#1c1c1c;--fg:#d0d0d0;"
	"--dim:#9e9e9e;--line:#444;--request:#56b4e9;--c1:#f0e442;"
	"--c2:#40c79a;--c3:#cc79a7;--c4:#f08a4b;--c5:#ff6f61}}"
	"body{background:var(--bg);color:var(--fg);margin:1em auto;"
	"max-width:100em;padding:0 1em;font:14px/1.45 system-ui,sans-serif}"
	"table{border-collapse:collapse;margin:.5em 0}"
	"th,td{border-bottom:1px solid var(--line);padding:.15em .6em;"
	"text-align:left;vertical-align:top}"
	".n{text-align:right;font-variant-numeric:tabular-nums}"
	".id,svg text{font-family:ui-monospace,monospace}"
	".id{overflow-wrap:anywhere}"
	"details{border-top:1px solid var(--line);padding:.3em 0}"
	"summary{cursor:pointer}.scroll{overflow-x:auto}"
	".dim{color:var(--dim)}.error{color:var(--c5);font-weight:bold}"
	".warning{color:var(--c4)}.note{color:var(--request)}"
	".c1{color:var(--c1);fill:var(--c1);stroke:var(--c1)}"
	".c2{color:var(--c2);fill:var(--c2);stroke:var(--c2)}"
	".c3{color:var(--c3);fill:var(--c3);stroke:var(--c3)}"
	".c4{color:var(--c4);fill:var(--c4);stroke:var(--c4)}"
	".c5,.c6{color:var(--c5);fill:var(--c5);stroke:var(--c5)}"
	".rq{color:var(--request);fill:var(--request);stroke:var(--request)}"
	"svg text{font-size:12px;fill:var(--fg);stroke:none}"
	"svg .life{stroke:var(--line)}svg .resent{stroke-dasharray:4 3}"
	"svg text.c1{fill:var(--c1)}svg text.c2{fill:var(--c2)}"
	"svg text.c3{fill:var(--c3)}svg text.c4{fill:var(--c4)}"
	"svg text.c5,svg text.c6{fill:var(--c5)}"
	"svg text.rq{fill:var(--request)}svg text[class]{stroke:none}svg "
	".bar{fill:var(--request)}"
	"svg .bad{fill:var(--c5)}svg text.mark{fill:var(--c5);"
	"font-weight:bold}";

void html_begin(struct html_page *p)
{
	struct buf *out = &p->sink.buf;

	buf_add_text(out, "<!DOCTYPE html>\n<html "
			  "xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"");
	buf_add_text(out, catalogue_language(p->in->words) == LANGUAGE_VI
				  ? "vi"
				  : "en");
	buf_add_text(out,
		     "\">\n<head>\n<meta charset=\"utf-8\"/>\n"
		     "<meta http-equiv=\"Content-Security-Policy\" "
		     "content=\"default-src 'none'; style-src "
		     "'unsafe-inline'\"/>\n"
		     "<meta name=\"viewport\" content=\"width=device-width\"/>"
		     "\n<meta name=\"generator\" content=\"sipmon\"/>\n"
		     "<title>sipmon</title>\n<style>");
	buf_add_text(out, style);
	buf_add_text(out, "</style>\n</head>\n<body>\n");
}

void html_end(struct html_page *p)
{
	buf_add_text(&p->sink.buf, "</body>\n</html>\n");
}
