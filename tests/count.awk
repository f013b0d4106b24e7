# Reads the output of cmocka programs, each followed by a line "exit N NAME".
# Prints what went wrong and, last, "N passed, N failed".

/^\[  PASSED  \] [0-9]+ test/ { passed += $4 }
/^\[  SKIPPED \] [0-9]+ test/ { skipped += $4 }
/^\[  FAILED  \] [0-9]+ test/ { failed += $4; told = 1 }
/^\[  (ERROR|FAILED)|^\[  ERROR|^\[   LINE|^==|runtime error|Sanitizer/ { print }

/^exit [0-9]+ / { # a program that ended without saying why has failed too
	if ($2 != 0 && !told) {
		failed++
		print $3 " ended with status " $2
	}
	told = 0
	programs++
}

END {
	if (programs == 0) {
		print "no test was run"
		failed++
	}
	if (skipped > 0)
		print skipped " skipped (they need SIPMON_CORPUS or other rights)"
	print passed + 0 " passed, " failed + 0 " failed"
	exit failed > 0
}
