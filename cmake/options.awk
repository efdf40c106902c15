# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# awk -v want=man|bash|zsh|fish -v output=FILE -f options.awk TABLE... TEMPLATE
#
# Expands a template: replaces each line @NAME@ with the rows of that name, as mdoc for the manual page or
# in the syntax of a shell. The tables are options.def and warnings.def of ld.bpf, options.def of bpfld, and
# the usage text of bpfld-hook.

BEGIN {
	# Possible values, by the placeholder for the value in --help.
	choices["CPU"] = "v1 v2 v3 v4"
	choices["EMULATION"] = "elf64lbpf elf64bbpf"
	choices["METHOD"] = "report-all ignore-all"
	choices["MODE"] = "auto replace static"
	choices["STYLE"] = "text json"
	choices["WHEN"] = "auto always never"
	choices["WHICH"] = "all none"
}

# Splits the macro call in the current line into arg[1..n], without quotes.
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

# Escapes text for a manual page: ASCII dashes, and no requests.
function mdoc_text(text) {
	gsub(/\\/, "\\e", text)
	gsub(/--/, "\\-\\-", text)
	text = escape_dashes(text)
	return text ~ /^[.']/ ? "\\&" text : text
}

# Escapes dashes of options, as in " -r".
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

# The n-th and later words of a line of usage text.
function usage_help(n,    i, out) {
	for (i = n; i <= NF; i++)
		out = out (i > n ? " " : "") $i
	return out
}

# By convention: -EL and -Bstatic, but --rpath.
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

# ---- completions ----
#
# Names of rows have the program as a prefix: LD_OPTIONS, BPFLD_OPTIONS, ... Options of a bpfld command are
# in BPFLD_COMMAND_OPTIONS, with a case for each command; for fish, all are in OPTIONS.

function shell_option(program, letter, long, form, value, help, of,    text, i, n, list) {
	letter = letter ~ /[A-Za-z]/ ? letter : ""
	long = long == "NULL" ? "" : dashes(long) long
	value = value == "NULL" ? "" : value
	if (want == "fish") {
		fish_option(program, letter, long, form, value, help, of)
		return
	}
	if (want == "zsh")
		text = zsh_option(letter, long, form, value, help)
	else
		text = bash_option(program, letter, long, form, value)
	if (of == "")
		add(program "_OPTIONS", text)
	n = split(of, list, ", ")
	for (i = 1; i <= n; i++)
		options_of[list[i]] = options_of[list[i]] text "\n"
}

function shell_command(program, name, help) {
	if (want == "bash")
		add(program "_COMMANDS", name)
	else if (want == "zsh")
		add(program "_COMMANDS", quote(name ":" help))
	else
		add("OPTIONS", "complete -c " commands[program] " -n __fish_use_subcommand -a " name " -d " quote(help))
}

function quote(text) {
	gsub(/\\/, "&&", text)
	if (want == "fish")
		gsub(/'/, "\\'", text)
	else
		gsub(/'/, "'\\''", text)
	return "'" text "'"
}

# Returns the words to complete, and adds a case that completes values.
function bash_option(program, letter, long, form, value,    pattern, action) {
	if (value != "") {
		pattern = long == "" ? "" : long "=" (form == "VALUE" ? " | " long : "")
		if (letter != "")
			pattern = pattern (pattern == "" ? "" : " | ") "-" letter
		if (value in choices)
			action = "_bpfld_offer " choices[value]
		else if (value == "DIR")
			action = "compopt +o default -o dirnames"
		else if (value == "INTERFACE")
			action = "_bpfld_offer_devices"
		else
			action = value ~ /^FILE/ ? ":" : "compopt +o default"
		add(program "_VALUES", "\t" pattern ") " action " ;;")
	}
	return (letter == "" ? "" : "-" letter (long == "" ? "" : "\n")) long (long != "" && form == "VALUE" ? "=" : "")
}

# Returns specs for _arguments.
function zsh_option(letter, long, form, value, help,    action) {
	gsub(/[][\\]/, "\\\\&", help)
	if (value in choices)
		action = "(" choices[value] ")"
	else if (value == "DIR")
		action = "_files -/"
	else if (value == "INTERFACE")
		action = "_bpfld_devices"
	else
		action = value ~ /^FILE/ ? "_files" : " "
	gsub(/:/, "\\:", value)
	action = value == "" ? "" : ":" value ":" action
	if (form == "OPTVALUE")
		long = quote("*" long "=-[" help "]:" action)
	else if (long != "")
		long = quote("*" long (value == "" ? "" : "=") "[" help "]" action)
	if (letter != "")
		letter = quote("*-" letter (value == "" ? "" : "+") "[" help "]" action)
	return letter (letter != "" && long != "" ? "\n" : "") long
}

function fish_option(program, letter, long, form, value, help, of,    row) {
	row = "complete -c " commands[program]
	if (of != "") {
		gsub(/,/, "", of)
		row = row " -n '__fish_seen_subcommand_from " of "'"
	}
	if (letter != "")
		row = row " -s " letter
	if (long != "")
		row = row (long ~ /^--/ ? " -l " : " -o ") substr(long, long ~ /^--/ ? 3 : 2)
	if (value in choices)
		row = row (form == "VALUE" ? " -x" : "") " -a '" choices[value] "'"
	else if (value == "INTERFACE")
		row = row " -x -a '(__bpfld_devices)'"
	else if (value ~ /^(FILE|DIR)/)
		row = row (form == "VALUE" ? " -r" : "") " -F"
	else if (value != "")
		row = row (form == "VALUE" ? " -x" : "")
	add("OPTIONS", row " -d " quote(help))
}

# Rows that depend on all tables.
function finish_shell(    i) {
	commands["LD"] = "ld.bpf"
	commands["BPFLD"] = "bpfld"
	commands["HOOK"] = "bpfld-hook"
	choices["KEYWORD"] = substr(keywords, 2)
	choices["ID"] = substr(warnings, 2)
	for (i = 1; i <= n_options; i++) {
		split(noted[i], arg, SUBSEP)
		shell_option(arg[1], arg[2], arg[3], arg[4], arg[5], arg[6], arg[7])
	}
	for (i = 1; i <= n_commands; i++) {
		split(noted_command[i], arg, SUBSEP)
		shell_command(arg[1], arg[2], arg[3])
		if (want != "fish" && arg[1] == "BPFLD")
			add("BPFLD_COMMAND_OPTIONS", "\t" arg[2] ") options+=(\n" options_of[arg[2]] ") ;;")
	}
}

function note_option(program, letter, long, form, value, help, of) {
	noted[++n_options] = program SUBSEP letter SUBSEP long SUBSEP form SUBSEP value SUBSEP help SUBSEP of
}

function note_command(program, name, help) {
	noted_command[++n_commands] = program SUBSEP name SUBSEP help
}

# ---- the tables ----

FILENAME ~ /bpfld\/options\.def$/ && /^OPT\(.*\)$/ {
	split_row($0)
	note_option("BPFLD", arg[2], arg[3], arg[4], arg[5], arg[6], arg[7])
	next
}

/^COMMAND\(.*\)$/ {
	split_row($0)
	note_command("BPFLD", arg[1], arg[3])
	next
}

FILENAME ~ /bpfld-hook$/ {
	if (/^  --[a-z]+ [A-Z]+  /)
		note_option("HOOK", "0", substr($1, 3), "VALUE", $2, usage_help(3), "")
	else if (/^  --[a-z]+  /)
		note_option("HOOK", "0", substr($1, 3), "FLAG", "NULL", usage_help(2), "")
	else if (/^  [a-z]+  +[a-z]/)
		note_command("HOOK", $1, usage_help(2))
	if (/^END$/)
		nextfile
	next
}

/^(OPT|NOOP|REFUSE)\(.*\)$/ {
	kind = $0
	sub(/\(.*/, "", kind)
	split_row($0)
	first = kind == "OPT" ? 2 : 1 # an OPT row begins with its id
	if (want == "man")
		man_option(kind, arg[first], arg[first + 1], arg[first + 2], arg[first + 3], arg[first + 4])
	else if (kind != "REFUSE")
		note_option("LD", arg[first], arg[first + 1], arg[first + 2], arg[first + 3], arg[first + 4], "")
	next
}

/^ZKEY\(/ {
	split_row($0)
	add("ZKEY", ".It Fl z Cm " arg[2] "\n" mdoc_text(arg[3]))
	keywords = keywords " " arg[2]
	next
}

/^ZNOOP\(/ {
	split_row($0)
	keyword = arg[1]
	value = sub(/=$/, "", keyword) ? " Ns = Ns Ar value" : ""
	add("ZNOOP", ".It Fl z Cm " keyword value)
	keywords = keywords " " arg[1]
	next
}

/^WARNING\(/ {
	split_row($0)
	warnings = warnings " " arg[1]
	next
}

# The tables are complete; the template follows.
FILENAME ~ /\.in$/ {
	if (FNR == 1 && want != "man")
		finish_shell()
	if ($0 ~ /^@[A-Z_]+@$/) {
		name = substr($0, 2, length($0) - 2)
		if (!(name in rows)) {
			print "options.awk: no rows for " $0 >"/dev/stderr"
			exit 1
		}
		printf "%s", rows[name] >output
	} else
		print >output
}
