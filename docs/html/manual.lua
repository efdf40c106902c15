-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- For pandoc: reads manual pages in mdoc, by means of mandoc. Its HTML gets the form that pages of the manual have.

-- Without line breaks of the source.
local function one_line(code)
	code.text = code.text:gsub("%s+", " ")
	code.attributes = {}
	return code
end

local function inlines(cell)
	return pandoc.utils.blocks_to_inlines(cell.contents)
end

-- A synopsis is a table for mandoc, with the name of the program in the first column.
local function synopsis(row)
	local words = inlines(row.cells[1])
	words:insert(pandoc.Space())
	words:extend(inlines(row.cells[2]))
	return pandoc.Div(pandoc.Para(words), { class = "synopsis" })
end

-- pandoc 3.11 reads a <pre> in a <div> as text with line breaks.
local function literal(block)
	local lines = block:walk({
		LineBreak = function()
			return pandoc.Str("\n")
		end,
	})
	return pandoc.CodeBlock((pandoc.utils.stringify(lines):gsub("\u{a0}", " ")))
end

local shape = {
	Code = one_line,
	Table = function(tbl)
		if tbl.classes:includes("head") or tbl.classes:includes("foot") then
			return {}
		end
		if tbl.classes:includes("Nm") then
			return synopsis(tbl.bodies[1].body[1])
		end
	end,
	Div = function(div)
		local first = div.content[1]
		-- .Dl: a command on a line of its own
		if div.classes:includes("Bd-indent") and #div.content == 1 and first.t ~= "CodeBlock" then
			local text = pandoc.utils.stringify(first):gsub("%s+", " ")
			return pandoc.CodeBlock(text, { class = "sh" })
		end
		if div.classes:includes("Li") and #div.content == 1 and first.t ~= "CodeBlock" then
			return literal(first)
		end
		if div.classes:includes("section") or div.classes:includes("manual-text") then
			return div.content
		end
	end,
	-- Empty lines between parts of a synopsis.
	Plain = function(plain)
		if #plain.content == 1 and plain.content[1].t == "LineBreak" then
			return {}
		end
	end,
	CodeBlock = function(block)
		return pandoc.CodeBlock(block.text)
	end,
	Header = function(header)
		header.level = header.level + 1
		header.classes = {}
		return header
	end,
	-- page.lua makes its own.
	Link = function(link)
		if link.classes:includes("permalink") then
			return link.content
		end
	end,
}

function Reader(input)
	local html = pandoc.pipe(os.getenv("MANDOC"), { "-T", "html", "-O", "fragment,man=%N.%S.html" },
		tostring(input))
	html = html:gsub('<a class="In">([^<]*)</a>', "%1") -- pandoc 3.11 would make three parts of an #include
	local doc = pandoc.read(html, "html")
	local title = html:match('<td class="head%-ltitle">([^<]*)')
	doc = doc:walk(shape)
	doc.blocks:insert(1, pandoc.Header(1, title:lower()))
	return doc
end
