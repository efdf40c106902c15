# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# awk -v want=man|bash -v output=FILE -f options.awk options.def warnings.def TEMPLATE
#
# Fills in a template from the table of ld.bpf's options: each line that is only @NAME@ becomes the
# rows of that name, as mdoc for the manual page or as words for bash.

# The arguments of the macro call in the current line, without quotes, in arg[1..n].
function split_row(text,    i, c, quoted) {
	sub(/^[A-Z]+\(/, "", text)
	sub(/\)$/, "", text)
	split("", arg)
	n = 1
	arg[1] = ""
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == "\"" || (c == "'" && !quoted && substr(text, i + 2, 1) == "'")) {
			if (c == "'") {
				arg[n] = arg[n] substr(text, i + 1, 1)
				i += 2
			} else
				quoted = !quoted
		} else if (c == "," && !quoted)
			arg[++n] = ""
		else if (c != " " || quoted)
			arg[n] = arg[n] c
	}
}

# Text of a manual page: dashes that can be typed, nothing that could be taken for a request.
function mdoc_text(text) {
	gsub(/\\/, "\\e", text)
	gsub(/--/, "\\-\\-", text)
	text = escape_dashes(text)
	return text ~ /^[.']/ ? "\\&" text : text
}

# A dash before a letter that begins a word, as in " -r".
function escape_dashes(text,    out) {
	while (match(text, /(^|[ (:,])-[A-Za-z]/)) {
		out = out substr(text, 1, RSTART + RLENGTH - 3) "\\-" substr(text, RSTART + RLENGTH - 1, 1)
		text = substr(text, RSTART + RLENGTH)
	}
	return out text
}

function add(name, text) {
	rows[name] = rows[name] text "\n"
}

# One dash or two: habit writes -EL and -Bstatic, but --rpath.
function dashes(name) {
	return name ~ /^[A-Z]/ ? "-" : "--"
}

function man_option(name, letter, long, form, value, help,    item) {
	item = ".It"
	if (letter != "0") {
		item = item " Fl " (letter ~ /[()]/ ? "\\&" letter : letter)
		if (value != "NULL")
			item = item " Ar " value
	}
	if (long != "NULL") {
		item = item (letter != "0" ? " , " : " ") "Fl " (long ~ /^[A-Z]/ ? "" : "-") long
		if (form == "OPTVALUE")
			item = item " Ns Oo = Ns Ar " value " Oc"
		else if (value != "NULL")
			item = item " Ns = Ns Ar " value
	}
	add(name, item "\n" mdoc_text(help))
}

function bash_option(letter, long, form, value,    word) {
	if (letter ~ /[A-Za-z]/)
		add("WORDS", "-" letter)
	if (long != "NULL") {
		word = dashes(long) long
		add("WORDS", form == "VALUE" ? word "=" : word)
		if (value != "NULL")
			add("VALUES", "[" word "]=" value)
	}
	if (letter ~ /[A-Za-z]/ && value != "NULL")
		add("VALUES", "[-" letter "]=" value)
}

/^(OPT|NOOP|REFUSE)\(.*\)$/ {
	kind = $0
	sub(/\(.*/, "", kind)
	split_row($0)
	first = kind == "OPT" ? 2 : 1 # an OPT row begins with its id
	if (want == "man")
		man_option(kind, arg[first], arg[first + 1], arg[first + 2], arg[first + 3], arg[first + 4])
	else if (kind != "REFUSE")
		bash_option(arg[first], arg[first + 1], arg[first + 2], arg[first + 3])
	next
}

/^ZKEY\(/ {
	split_row($0)
	add("ZKEY", want == "man" ? ".It Fl z Cm " arg[2] "\n" mdoc_text(arg[3]) : arg[2])
	next
}

/^ZNOOP\(/ {
	split_row($0)
	keyword = arg[1]
	value = sub(/=$/, "", keyword) ? " Ns = Ns Ar value" : ""
	add("ZNOOP", want == "man" ? ".It Fl z Cm " keyword value : arg[1])
	next
}

/^WARNING\(/ {
	split_row($0)
	add("WARNING", arg[1])
	next
}

# All that the tables have is known by now; what follows is the template.
FILENAME ~ /\.in$/ {
	if ($0 ~ /^@[A-Z]+@$/) {
		name = substr($0, 2, length($0) - 2)
		if (!(name in rows)) {
			print "options.awk: no rows for " $0 >"/dev/stderr"
			exit 1
		}
		printf "%s", rows[name] >output
	} else
		print >output
}
