/*
 * The torture tests of RFC 4475 and RFC 5118: messages of our own, each with
 * what the one of that name is about, and whether the grammar lets it pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/sip/message.h"

#define VIA          "Via: SIP/2.0/UDP h.example.net;branch=z9hG4bKt0rt\r\n"
#define FROM         "From: sip:carol@example.net;tag=5a\r\n"
#define TO           "To: sip:dave@example.org\r\n"
#define CALL         "Call-ID: tort@h.example.net\r\nMax-Forwards: 70\r\n"
#define NONE(method) VIA FROM TO CALL "CSeq: 7 " method "\r\n"
#define SDP          "Content-Type: application/sdp\r\n"
#define EMPTY        "Content-Length: 0\r\n\r\n"
#define OPTIONS      "OPTIONS sip:dave@example.org SIP/2.0\r\n"
#define INVITE       "INVITE sip:dave@example.org SIP/2.0\r\n"
#define REGISTER     "REGISTER sip:example.org SIP/2.0\r\n"

struct torture {
	const char *name;
	enum sip_defect_kind kind; /* NONE: the grammar lets it pass */
	const char *text;
};

/* RFC 4475 section 3.1.1: valid messages */
static const struct torture valid[] = {
	{ "wsinv", SIP_DEFECT_NONE,
	  "INVITE sip:dave@example.org;unknown SIP/2.0\r\n"
	  "TO :\r\n sip:dave@example.org ;   tag    = 19n\r\n"
	  "from   : \"C \\\\\\\"\"     <sip:carol@example.net>\r\n  ;\r\n"
	  "  tag = 98\r\nMaX-fOrWaRdS: 0068\r\nCall-ID: ws@192.0.2.1\r\n"
	  "Content-Length   : 4\r\ncseq: 0009\r\n  INVITE\r\n"
	  "Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390sk\r\n"
	  "s :\r\nNewField:   new\r\n continued\r\nOdd: ;;,,;;,;\r\n" SDP
	  "Route:\r\n <sip:s.example.com;lr;unknown=x;no-value>\r\n"
	  "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n"
	  "  branch  =   z9hG4bK9  ,\r\n SIP  /    2.0   / UDP  192.0.2.5"
	  "   ; branch=\r\n z9hG4bK3\r\n"
	  "m:\"Quoted \\\"\\\"\" <sip:carol@example.net> ; newparam =\r\n"
	  "      newvalue ;\r\n  second ; q = 0.33\r\n\r\nv=0\n" },
	{ "intmeth", SIP_DEFECT_NONE,
	  "!odd-Method01_*+`.%indeed'~ sip:1_u.U~(to!)&i'+i$/c?,/;;*:&i+h=1,"
	  "w!*p$wo~d_t.(d-i)@example.com SIP/2.0\r\n"
	  "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~\r\n"
	  "To: \"BEL:\\\x07 DEL:\\\x7f\" <sip:1_u.U~(to!)&i'+i$/c?,/;;*@e.com>"
	  "\r\nFrom: token1~` token2'+_ token3*%!.- <sip:m@example.com>"
	  ";fromParam''~+*_!.-%=\"\xd1\x80\xd0\xb0\";tag=_t~1'+`*%!-.\r\n"
	  "Call-ID: int.w%ZK-!.*_+'@w`~)(><:\\/\"][?}{\r\n"
	  "CSeq: 139122385 !odd-Method01_*+`.%indeed'~\r\n"
	  "Max-Forwards: "
	  "255\r\next-!.%*+_`'~:\xef\xbb\xbf\xe5\xa4\xa7\r\n" EMPTY },
	{ "esc01", SIP_DEFECT_NONE,
	  "INVITE sip:sips%3Ad%40example.org@example.net SIP/2.0\r\n"
	  "To: sip:%64av%65@example.org\r\n" VIA CALL
	  "From: <sip:with%20blanks@example.net>;tag=938\r\nCSeq: 2 INVITE\r\n"
	  "Contact:\r\n  "
	  "<sip:c%61rol@h.example.net;%6C%72;n%61me=v%25%34>\r\n" EMPTY },
	{ "escnull", SIP_DEFECT_NONE,
	  REGISTER VIA CALL
	  "To: sip:null-%00-null@example.org\r\n"
	  "From: sip:null-%00-null@example.org;tag=1\r\nCSeq: 1 REGISTER\r\n"
	  "Contact: <sip:%00@h.example.net>\r\n"
	  "Contact: <sip:%00%00@h.example.net>\r\nL:0\r\n\r\n" },
	{ "esc02", SIP_DEFECT_NONE,
	  "RE%47IST%45R sip:example.org SIP/2.0\r\n"
	  "To: \"%Z%45\" <sip:r@example.org>\r\n" VIA CALL
	  "From: \"%Z%45\" <sip:r@example.org>;tag=f2\r\n"
	  "CSeq: 29344 RE%47IST%45R\r\nContact: <sip:a1@h.example.net>\r\n"
	  "C%6Fntact: <sip:a2@h.example.net>\r\n" EMPTY },
	{ "lwsdisp", SIP_DEFECT_NONE,
	  OPTIONS VIA CALL TO
	  "CSeq: 60 OPTIONS\r\n"
	  "From: carol<sip:carol@example.net>;tag=323\r\n" EMPTY },
	{ "dblreq", SIP_DEFECT_NONE,
	  REGISTER NONE("REGISTER") EMPTY "\r\n" INVITE NONE("INVITE") EMPTY },
	{ "semiuri", SIP_DEFECT_NONE,
	  "OPTIONS sip:user;par=u%40example.net@example.org SIP/2.0\r\n" NONE(
		  "OPTIONS") "Accept: application/sdp, "
			     "application/pkcs7-mime,\r\n"
			     "        multipart/mixed, message/sip\r\n" EMPTY },
	{ "transports", SIP_DEFECT_NONE,
	  OPTIONS NONE("OPTIONS") "Via: SIP/2.0/SCTP "
				  "t2.example.com;branch=z9hG4bKk\r\n"
				  "Via: SIP/2.0/UNKNOWN "
				  "t4.example.com;branch=z9hG4bKa\r\n" EMPTY },
	{ "mpart01", SIP_DEFECT_NONE,
	  "MESSAGE sip:dave@example.org SIP/2.0\r\n" NONE(
		  "MESSAGE") "Identity: "
			     "r5mwreLuyDRYBi/0TiPwEsY3rEVsk+813gvYUA=\r\n"
			     "Content-Transfer-Encoding: binary\r\n"
			     "Content-Type: multipart/mixed;boundary=7a9c\r\n"
			     "Date: Sat, 15 Oct 2005 04:44:56 "
			     "GMT\r\nContent-Length: 18\r\n\r\n"
			     "--7a9c\r\n\r\n\x01\x82\r\n--7a" },
	{ "unreason", SIP_DEFECT_NONE,
	  "SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe\r\n" NONE("INVITE")
		  EMPTY },
	{ "noreason", SIP_DEFECT_NONE,
	  "SIP/2.0 100 \r\n" NONE("INVITE") EMPTY },
};

/* RFC 4475 section 3.1.2: invalid messages */
static const struct torture invalid[] = {
	{ "badinv01", SIP_DEFECT_VIA,
	  INVITE FROM TO CALL
	  "CSeq: 8 INVITE\r\n"
	  "Via: SIP/2.0/UDP 192.0.2.15;;,;,,\r\n"
	  "Contact: \"Joe\" <sip:joe@example.org>;;;;\r\n" EMPTY },
	{ "clerr", SIP_DEFECT_CONTENT_LENGTH_OVER,
	  INVITE NONE("INVITE") SDP "Content-Length: 9999\r\n\r\nv=0\r\n" },
	{ "ncl", SIP_DEFECT_CONTENT_LENGTH,
	  INVITE NONE("INVITE") SDP "Content-Length: -999\r\n\r\nv=0\r\n" },
	{ "scalar02", SIP_DEFECT_CSEQ_RANGE,
	  REGISTER VIA FROM TO "Call-ID: s@h\r\nMax-Forwards: 300\r\n"
			       "CSeq: 36893488147419103232 REGISTER\r\n"
			       "Expires: 1000000000000000000000000000000000\r\n"
			       "Contact: <sip:user@h.example.net>\r\n  "
			       ";expires=280297596632815\r\n" EMPTY },
	{ "scalarlg", SIP_DEFECT_RETRY_AFTER,
	  "SIP/2.0 503 Service Unavailable\r\n" VIA FROM TO CALL
	  "CSeq: 9292394834772304023312 OPTIONS\r\n"
	  "Retry-After: 949302838503028349304023988\r\n"
	  "Warning: 1812 overture \"In Progress\"\r\n" EMPTY },
	{ "quotbal", SIP_DEFECT_TO,
	  INVITE VIA FROM CALL "To: \"Mr. D <sip:dave@example.org>\r\n"
			       "CSeq: 8 INVITE\r\n" EMPTY },
	{ "ltgtruri", SIP_DEFECT_REQUEST_URI_BRACKETS,
	  "INVITE <sip:dave@example.org> SIP/2.0\r\n" NONE("INVITE") EMPTY },
	{ "lwsruri", SIP_DEFECT_REQUEST_URI,
	  "INVITE sip:dave@example.org; lr SIP/2.0\r\n" NONE("INVITE") EMPTY },
	{ "lwsstart", SIP_DEFECT_START_LINE_BLANKS,
	  "INVITE  sip:dave@example.org  SIP/2.0\r\n" NONE("INVITE") EMPTY },
	{ "trws", SIP_DEFECT_START_LINE_BLANKS,
	  "OPTIONS sip:dave@example.org SIP/2.0  \r\n" NONE("OPTIONS") EMPTY },
	{ "escruri", SIP_DEFECT_REQUEST_URI_HEADERS,
	  "INVITE sip:dave@example.org?Route=%3Csip:e.com%3E SIP/2.0\r\n" NONE(
		  "INVITE") EMPTY },
	{ "baddate", SIP_DEFECT_DATE,
	  INVITE NONE(
		  "INVITE") "Date: Fri, 01 Jan 2010 16:00:00 EST\r\n" EMPTY },
	{ "regbadct", SIP_DEFECT_CONTACT,
	  REGISTER NONE("REGISTER") "Contact: "
				    "sip:dave@example.org?Route=%3Csip:e.com%"
				    "3E\r\n" EMPTY },
	{ "badaspec", SIP_DEFECT_TO,
	  OPTIONS VIA FROM CALL "To: \"D, T\" < sip:dave@example.org >\r\n"
				"CSeq: 3923239 OPTIONS\r\n" EMPTY },
	{ "baddn", SIP_DEFECT_FROM,
	  OPTIONS VIA TO CALL "From:    D, T <sip:dave@example.org>;tag=43\r\n"
			      "CSeq: 3923239 OPTIONS\r\n" EMPTY },
	{ "badvers", SIP_DEFECT_VERSION,
	  "OPTIONS sip:dave@example.org SIP/7.0\r\n" NONE("OPTIONS") EMPTY },
	{ "mismatch01", SIP_DEFECT_CSEQ_METHOD, OPTIONS NONE("INVITE") EMPTY },
	{ "mismatch02", SIP_DEFECT_CSEQ_METHOD,
	  "NEWMETHOD sip:dave@example.org SIP/2.0\r\n" NONE("INVITE") EMPTY },
	{ "bigcode", SIP_DEFECT_STATUS_CODE,
	  "SIP/2.0 4294967301 better not break the receiver\r\n" NONE("INVITE")
		  EMPTY },
};

/* RFC 4475 sections 3.2 to 3.4: for others than the parser to judge */
static const struct torture later[] = {
	{ "badbranch", SIP_DEFECT_NONE,
	  OPTIONS FROM TO CALL
	  "CSeq: 8 OPTIONS\r\n"
	  "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK\r\n" EMPTY },
	{ "insuf", SIP_DEFECT_MISSING_CALL_ID,
	  INVITE "CSeq: 193942 INVITE\r\n" VIA EMPTY },
	{ "unkscm", SIP_DEFECT_NONE,
	  "OPTIONS nobodyKnowsThisScheme:totallyopaque SIP/2.0\r\n" NONE(
		  "OPTIONS") EMPTY },
	{ "novelsc", SIP_DEFECT_NONE,
	  "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0\r\n" NONE("OPTIONS")
		  EMPTY },
	{ "unksm2", SIP_DEFECT_NONE,
	  REGISTER VIA CALL "CSeq: 1 REGISTER\r\nTo: isbn:2983792873\r\n"
			    "From: <http://www.example.com>;tag=3\r\nContact: "
			    "<name:J_S>\r\n" EMPTY },
	{ "bext01", SIP_DEFECT_NONE,
	  OPTIONS NONE(
		  "OPTIONS") "Require: nothingSupportsThis, norThis\r\n"
			     "Proxy-Require: noProxiesSupportThis\r\n" EMPTY },
	{ "invut", SIP_DEFECT_NONE,
	  INVITE NONE("INVITE") "Content-Type: application/unknown\r\n"
				"Content-Length: 3\r\n\r\n<a>" },
	{ "regaut01", SIP_DEFECT_NONE,
	  REGISTER NONE("REGISTER") "Authorization: NoOneKnowsThisScheme "
				    "opaque-data=here\r\n" EMPTY },
	{ "multi01", SIP_DEFECT_FIELD_REPEATED,
	  INVITE NONE("INVITE") "CSeq: 59 INVITE\r\nCall-ID: 2@h\r\n" TO FROM
				"Max-Forwards: 5\r\n" EMPTY },
	{ "mcl01", SIP_DEFECT_CONTENT_LENGTH_DIFFERS,
	  OPTIONS NONE("OPTIONS") "Content-Length: 3\r\nContent-Length: 1\r\n"
				  "Content-Type: text/plain\r\n\r\nabcd" },
	{ "bcast", SIP_DEFECT_NONE,
	  "SIP/2.0 200 OK\r\n" NONE(
		  "INVITE") "Via: SIP/2.0/UDP "
			    "255.255.255.255;branch=z9hG4bK1s\r\n" EMPTY },
	{ "zeromf", SIP_DEFECT_NONE,
	  OPTIONS VIA FROM TO "Call-ID: z\r\nCSeq: 3 OPTIONS\r\n"
			      "Max-Forwards: 0\r\n" EMPTY },
	{ "cparam01", SIP_DEFECT_NONE,
	  REGISTER NONE("REGISTER") "Contact: "
				    "sip:+1972@gw1.example.net;"
				    "unknownparam\r\n" EMPTY },
	{ "cparam02", SIP_DEFECT_NONE,
	  REGISTER NONE("REGISTER") "Contact: "
				    "<sip:+1972@gw1.example.net;unknownparam>"
				    "\r\n" EMPTY },
	{ "regescrt", SIP_DEFECT_NONE,
	  REGISTER NONE("REGISTER") "M: "
				    "<sip:dave@example.org?Route=%3Csip:e.com%"
				    "3E>\r\n" EMPTY },
	{ "sdp01", SIP_DEFECT_NONE,
	  INVITE NONE("INVITE") "Accept: text/nobodyKnowsThis\r\n" SDP
				"Content-Length: 3\r\n\r\nv=0" },
	{ "inv2543", SIP_DEFECT_NONE,
	  INVITE "Via: SIP/2.0/UDP iftgw.example.com\r\n"
		 "From: <sip:+1303@ift.example.net;user=phone>\r\n"
		 "Record-Route: <sip:b@example.com;maddr=ss1.example.com>\r\n"
		 "To: sip:+1650@ss1.example.net;user=phone\r\n"
		 "Call-ID: inv2543@h\r\nCSeq: 56 INVITE\r\n" SDP
		 "\r\nv=0\r\n" },
};

/* RFC 5118 section 4 */
static const struct torture ipv6[] = {
	{ "ipv6-good", SIP_DEFECT_NONE,
	  "REGISTER sip:[2001:db8::10] SIP/2.0\r\n" NONE(
		  "REGISTER") "Contact: \"C\" "
			      "<sip:c@[2001:db8::1]>\r\n" EMPTY },
	{ "ipv6-bad", SIP_DEFECT_REQUEST_URI,
	  "REGISTER sip:2001:db8::10 SIP/2.0\r\n" NONE("REGISTER") EMPTY },
	{ "port-ambiguous", SIP_DEFECT_NONE,
	  "REGISTER sip:[2001:db8::10:5070] SIP/2.0\r\n" NONE("REGISTER")
		  EMPTY },
	{ "port-unambiguous", SIP_DEFECT_NONE,
	  "REGISTER sip:[2001:db8::10]:5070 SIP/2.0\r\n" NONE("REGISTER")
		  EMPTY },
	{ "via-received-param-with-delim", SIP_DEFECT_NONE,
	  OPTIONS "Via: SIP/2.0/UDP [2001:db8::9:1]"
		  ";received=[2001:db8::9:255];branch=z9hG4bKas\r\n" NONE(
			  "OPTIONS") EMPTY },
	{ "via-received-param-no-delim", SIP_DEFECT_NONE,
	  OPTIONS "Via: SIP/2.0/UDP [2001:db8::9:1]"
		  ";received=2001:db8::9:255;branch=z9hG4bKas\r\n" NONE(
			  "OPTIONS") EMPTY },
	{ "ipv4-mapped-ipv6", SIP_DEFECT_NONE,
	  OPTIONS "Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823"
		  ";branch=z9hG4bKbh\r\n" NONE("OPTIONS") EMPTY },
	{ "ipv6-bug-abnf-3-colons", SIP_DEFECT_NONE,
	  "OPTIONS sip:d@[2001:db8:::192.0.2.1] SIP/2.0\r\n" NONE("OPTIONS")
		  EMPTY },
	{ "ipv6-correct-abnf-2-colons", SIP_DEFECT_NONE,
	  "OPTIONS sip:d@[2001:db8::192.0.2.1] SIP/2.0\r\n" NONE("OPTIONS")
		  EMPTY },
};

static bool has(const struct sip_msg *m, enum sip_defect_kind kind)
{
	for (uint32_t i = 0; i < m->defects.count && i < SIP_DEFECT_ROOM; i++)
		if (m->defects.list[i].kind == kind)
			return true;
	return false;
}

static void judge(const struct torture *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sip_msg m;

		if (!sip_msg_parse(&m, slice_of(rows[i].text)))
			fail_msg("%s: no SIP", rows[i].name);
		if ((m.defects.count > 0) != (rows[i].kind != 0) ||
		    (rows[i].kind != 0 && !has(&m, rows[i].kind)))
			fail_msg("%s: %u, %s", rows[i].name, m.defects.count,
				 sip_defect_name(m.defects.list[0].kind));
	}
}

#define JUDGE(rows) judge(rows, sizeof(rows) / sizeof((rows)[0]))

static void valid_messages_have_no_defect(void **state)
{
	(void)state;
	JUDGE(valid);
}

static void invalid_messages_have_the_defect_of_their_name(void **state)
{
	(void)state;
	JUDGE(invalid);
}

static void what_others_must_judge_is_read(void **state)
{
	(void)state;
	JUDGE(later);
}

static void ipv6_is_read_as_its_torture_test_wants(void **state)
{
	(void)state;
	JUDGE(ipv6);
}

static void long_values_are_no_defect(void **state)
{
	static const char head[] = INVITE "Subject: ";
	static const char tail[] = "\r\n" NONE("INVITE") EMPTY;
	size_t size = sizeof(head) + 8000 + sizeof(tail);
	char *text = test_malloc(size);
	struct sip_msg m;

	(void)state;
	memset(text, 'x', size);
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + size - sizeof(tail) + 1, tail, sizeof(tail) - 1);
	assert_true(sip_msg_parse(&m, (struct slice){ text, size }));
	assert_int_equal(m.defects.count, 0);
	test_free(text);
}

#define FILE_MAX 65536

/* Takes the marks of RFC 4475 section 2.1 out: what they hold is one line. */
static size_t join_lines(char *text, size_t len)
{
	static const char open[] = "<allOneLine>\r\n";
	static const char close[] = "</allOneLine>\r\n";
	size_t out = 0;
	bool inside = false;

	for (size_t i = 0; i < len;) {
		if (len - i >= sizeof(open) - 1 &&
		    memcmp(text + i, open, sizeof(open) - 1) == 0) {
			i += sizeof(open) - 1;
			inside = true;
		} else if (len - i >= sizeof(close) - 1 &&
			   memcmp(text + i, close, sizeof(close) - 1) == 0) {
			i += sizeof(close) - 1;
			inside = false;
			text[out++] = '\r';
			text[out++] = '\n';
		} else if (inside && (text[i] == '\r' || text[i] == '\n')) {
			i++;
		} else {
			text[out++] = text[i++];
		}
	}
	return out;
}

/*
 * Well formed in the words of their class, but not to the grammar: fields that
 * are mandatory are missing or single ones repeated.  In ipv6-in-sdp the
 * length is larger than the body that the RFC prints.
 */
static bool is_malformed(const char *file, const char *class)
{
	static const char *const more[] = { "insuf", "multi01", "mcl01",
					    "test.dat", "ipv6-in-sdp" };

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		if (strstr(file, more[i]) != NULL)
			return true;
	return strcmp(class, "invalid syntax") == 0;
}

static void judge_file(const char *folder, const char *file, const char *class)
{
	char path[1024];
	char *text = test_malloc(FILE_MAX);
	struct sip_msg m;
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	f = fopen(path, "rb");
	assert_non_null(f);
	len = join_lines(text, fread(text, 1, FILE_MAX, f));
	fclose(f);
	assert_true(sip_msg_parse(&m, (struct slice){ text, len }));
	if ((m.defects.count > 0) != is_malformed(file, class))
		fail_msg("%s (%s): %u defects", file, class, m.defects.count);
	test_free(text);
}

/* $SIPMON_CORPUS/captures/messages/messages.tsv, if there is such a place */
static void the_messages_of_the_rfcs_are_judged_by_their_class(void **state)
{
	const char *corpus = getenv("SIPMON_CORPUS");
	char folder[512];
	char path[600];
	char row[4096];
	unsigned count = 0;
	FILE *f;

	(void)state;
	if (corpus == NULL)
		skip();
	snprintf(folder, sizeof(folder), "%s/captures/messages", corpus);
	snprintf(path, sizeof(path), "%s/messages.tsv", folder);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(row, sizeof(row), f) != NULL) {
		struct slice rest = slice_of(row);
		struct slice file = slice_split(rest, '\t', &rest);
		struct slice class;
		char name[256];
		char words[256];

		if (strncmp(row, "rfc", 3) != 0)
			continue;
		for (unsigned column = 1; column < 5; column++)
			slice_split(rest, '\t', &rest);
		class = slice_split(rest, '\t', NULL);
		judge_file(folder, slice_copy(file, name, sizeof(name)),
			   slice_copy(class, words, sizeof(words)));
		count++;
	}
	fclose(f);
	assert_true(count >= 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_messages_have_no_defect),
		cmocka_unit_test(
			invalid_messages_have_the_defect_of_their_name),
		cmocka_unit_test(what_others_must_judge_is_read),
		cmocka_unit_test(ipv6_is_read_as_its_torture_test_wants),
		cmocka_unit_test(long_values_are_no_defect),
		cmocka_unit_test(
			the_messages_of_the_rfcs_are_judged_by_their_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
