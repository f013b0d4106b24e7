# Turns the tables of share/sipmon into one C file, so that a lone binary
# explains.
# usage: LC_ALL=C awk -f embed.awk share/sipmon/*.tsv share/sipmon/lang/*/*.tsv
#
# The table of codes.tsv is called "codes", that of lang/vi/codes.tsv
# "vi/codes".  A table may come in parts: what stands before the first dot
# names it, and each part has the same line of column names.

function name_of(path,    part, n, name)
{
	n = split(path, part, "/")
	name = part[n]
	sub(/\..*/, "", name)
	if (n > 2 && part[n - 2] == "lang")
		name = part[n - 1] "/" name
	return name
}

function fail(text)
{
	print FILENAME ":" FNR ": " text > "/dev/stderr"
	failed = 1
	exit 1
}

# One line as a C string.  A question mark is escaped because of trigraphs.
function quoted(line)
{
	gsub(/[\\"?]/, "\\\\&", line)
	gsub(/\t/, "\\t", line)
	return "\t\"" line "\\n\"\n"
}

FNR == 1 {
	name = name_of(FILENAME)
	if (!(name in columns)) {
		columns[name] = $0
		names[++count] = name
		text[name] = quoted($0)
	} else if (columns[name] != $0) {
		fail("not the columns of the other part")
	}
	next
}

/[\001-\010\013-\037\177]/ { fail("a control character") }

{ text[name] = text[name] quoted($0) }

END {
	if (failed)
		exit 1
	print "/* Made by src/catalogue/embed.awk from share/sipmon. */"
	print "#include \"embed.h\"\n"
	print "/* Each table is one string, longer than C promises. */"
	print "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
	for (i = 1; i <= count; i++)
		printf "static const char text_%d[] =\n%s\t\"\";\n\n", \
			i, text[names[i]]
	print "const struct catalogue_table embedded_tables[] = {"
	for (i = 1; i <= count; i++)
		printf "\t{ \"%s\", { text_%d, sizeof(text_%d) - 1 } },\n", \
			names[i], i, i
	print "};\n"
	printf "const size_t embedded_table_count = %d;\n", count
}
