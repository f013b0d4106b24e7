# Complains of every include that points upwards.
# usage: awk -f layers.awk layers.txt FILE...

function room_of(path,    part, n)
{
	n = split(path, part, "/")
	return part[n - 1]
}

function complain(text)
{
	print FILENAME ":" FNR ": " text > "/dev/stderr"
	failed = 1
}

FNR == NR { # layers.txt: a room, then what it may include
	sub(/#.*/, "")
	if (NF > 0)
		known[$1] = 1
	for (i = 2; i <= NF; i++)
		may[$1, $i] = 1
	next
}

FNR == 1 {
	here = room_of(FILENAME)
	if (!known[here])
		complain("layers.txt does not know the room " here)
}

match($0, /^#include "sipmon\/[^"]+/) {
	header = substr($0, RSTART + 17, RLENGTH - 17)
	there = room_of("/" header)
	if (here != there && !may[here, "*"] &&
	    (!may[here, there] || may[here, "!" header]))
		complain(here " must not include " header)
}

/^#include <.*curses/ && FILENAME !~ /\/ui\/term_ncurses\.c$/ {
	complain("only ui/term_ncurses.c knows the terminal")
}

/\<(strcpy|strcat|sprintf|strncpy|strtok|sscanf|gets|alloca|atoi)[ \t]*\(/ {
	complain("this function has no place near strangers' bytes")
}

END {
	exit failed
}
