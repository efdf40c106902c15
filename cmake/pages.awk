# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# awk -v output=FILE -f pages.awk docs/diagnostics.md
#
# Makes a C table of the pages of docs/diagnostics.md, for --explain. A page starts with "## `id`", an empty line
# and "severity: summary". Examples are indented, and links become their text.

function quoted(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	return "\"" text "\""
}

function without_links(text,    at, link) {
	while (match(text, /\[[^]]*\]\([^)]*\)/)) {
		link = substr(text, RSTART + 1, RLENGTH - 1)
		at = index(link, "](")
		text = substr(text, 1, RSTART - 1) substr(link, 1, at - 1) substr(text, RSTART + RLENGTH)
	}
	return text
}

function end_page() {
	if (id != "")
		print ("},") > output
}

BEGIN {
	print ("/* Made by cmake/pages.awk. */") > output
	print ("#include \"common/explain.h\"") > output
	print ("const struct page pages[] = {") > output
}

/^## `/ {
	end_page()
	id = substr($2, 2, length($2) - 2)
	summary = ""
	empty = 0
	next
}

id == "" { next }

summary == "" {
	if (!index($0, ": "))
		next
	summary = substr($0, index($0, ": ") + 2)
	print ("{" quoted(id) ", " quoted(substr($0, 1, index($0, ": ") - 1)) ", " quoted(summary) ",") > output
	print ("\"\"") > output
	empty = -1
	next
}

/^```/ {
	example = !example
	next
}

# One empty line between paragraphs, and none at the ends.
$0 == "" {
	empty = empty < 0 ? -1 : 1
	next
}

{
	if (empty > 0)
		print ("\"\\n\"") > output
	empty = 0
	print (quoted((example ? "    " : "") (example ? $0 : without_links($0))) "\"\\n\"") > output
}

END {
	end_page()
	print ("};") > output
	print ("const size_t nr_pages = sizeof(pages) / sizeof(pages[0]);") > output
}
