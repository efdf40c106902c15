-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- For pandoc: makes a page of the manual from what a reader has parsed. Metadata: `root`, the directory of
-- the sources; `source`, the page's path in it; `index`, the file to write what search finds to.
PANDOC_VERSION:must_be_at_least("2.17")
local stringify = pandoc.utils.stringify

local groups = {} -- { name, pages = { { source, name, file } } }
local pages = {} -- each page, by its path in the sources
local manuals = {} -- names of files, by name(section)
local diagnostics = {} -- ids
local here -- the page

local function read_pages(root)
	local previous
	for line in io.lines(root .. "/docs/html/pages.txt") do
		local source, name = line:match("^\t(%S+)%s+(.+)$")
		if source then
			local file = source:match("[^/]+$"):gsub("%.md$", ""):gsub("%.in$", ""):gsub("^README$", "index")
			local page = { source = source, name = name, file = file .. ".html", previous = previous }
			if previous then
				previous.next = page
			end
			previous = page
			table.insert(groups[#groups].pages, page)
			pages[source] = page
			if source:match("^docs/man/") then
				manuals[name] = page.file
			end
		elseif line:match("^[^#]") then
			table.insert(groups, { name = line, pages = {} })
		end
	end
	for line in io.lines(root .. "/docs/diagnostics.md") do
		local id = line:match("^## `(.+)`$")
		if id then
			diagnostics[id] = pages["docs/diagnostics.md"].file .. "#" .. id
		end
	end
end

-- ---- anchors ----

local ids = {}

-- An id that is free on this page: `wanted`, or with a number.
local function new_id(wanted)
	local id, n = wanted, 1
	while ids[id] do
		id, n = wanted .. "-" .. n, n + 1
	end
	ids[id] = true
	return id
end

-- What leads to itself.
local function permalink(content, id, attr)
	attr = attr or {}
	attr.class = "permalink"
	return pandoc.Link(content, "#" .. id, "", attr)
end

local function header(h)
	local content = pandoc.Inlines(h.content):walk({
		Link = function(link)
			return link.content
		end,
	})
	if h.level > 1 then
		content = { permalink(content, h.identifier) }
	end
	h.content = content
	return h
end

-- What search finds besides sections: { id, title, blocks }
local terms = {}

-- Options in a term or in the first cell of a row get anchors: `--name`. Other terms of lists get one, too.
local function anchor_options(inlines, any)
	local found = {}
	local function anchor(code, wanted)
		local id = new_id(wanted)
		table.insert(found, id)
		return permalink(code, id, { id = id })
	end
	local result = pandoc.Inlines(inlines):walk({
		Code = function(code)
			local option = code.text:match("^%-%-?[%w()][%w_-]*")
			if option and not ids[option] then
				return anchor(code, option)
			end
		end,
	})
	if any and #found == 0 and #result > 0 then
		local first = result[1].t == "Code" and result[1].text or stringify(result)
		result = pandoc.Inlines({ anchor(result, (first:gsub("[^%w_.]+", "-"))) })
	end
	return result, found
end

local function definitions(list)
	for _, item in ipairs(list.content) do
		local text = stringify(item[1])
		local found
		item[1], found = anchor_options(item[1], true)
		if found[1] then
			table.insert(terms, { found[1], text, item[2][1] })
		end
	end
	return list
end

-- Wide tables scroll inside the page.
local function wrap_table(tbl)
	for _, body in ipairs(tbl.bodies) do
		for _, row in ipairs(body.body) do
			local first = row.cells[1].contents[1]
			if first and first.content and first.content[1] and first.content[1].t == "Code" then
				local text = stringify(first.content)
				local found
				first.content, found = anchor_options(first.content)
				row.cells[1].contents[1] = first
				if found[1] then
					table.insert(terms, { found[1], text, row.cells[#row.cells].contents })
				end
			end
		end
	end
	return pandoc.Div(tbl, { class = "table" })
end

-- ---- links ----

-- The path in the sources that `path` of this page means.
local function in_sources(path)
	local full = (here.source:match("^(.*/)") or "") .. path
	local n
	repeat
		full, n = full:gsub("[^/]+/%.%./", "", 1)
	until n == 0
	return full
end

-- Links between pages lead to their HTML. What is no page of the manual is named only.
local function link(l)
	local path, rest = l.target:match("^([^#]*)(.*)$")
	if l.classes:includes("permalink") or path:match("^%a+:") then
		return nil
	end
	if l.classes:includes("Xr") or path == "" and l.classes:includes("Sx") then
		local file = path == "" and here.file or manuals[stringify(l)]
		return file and pandoc.Link(l.content, path == "" and rest or file) or l.content
	end
	if path == "" then
		return nil
	end
	local page = pages[in_sources(path)]
	if not page then
		return l.content
	end
	if stringify(l.content):match("%.md$") then
		l.content = page.name
	end
	l.target = page.file .. rest
	return l
end

-- Pictures are next to the pages.
local function image(i)
	i.src = i.src:match("[^/]+$")
	return i
end

local function raw_image(raw)
	raw.text = raw.text:gsub('(src%l*)="[^"]*/([^"/]+)"', '%1="%2"')
	return raw
end

-- ld.bpf(1) in a text
local function reference(str)
	local name, rest = str.text:match("^([%w.-]+%(%d%))(.*)$")
	local file = manuals[name]
	if file and file ~= here.file then
		return { pandoc.Link(name, file), pandoc.Str(rest) }, false
	end
end

-- ---- code ----

local function escape(text)
	return (text:gsub("[&<>\"]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }))
end

local function mark(class, text)
	return '<b class="' .. class .. '">' .. text .. "</b>"
end

-- What programs print: severities and ids of diagnostics, prompts and what is typed there.
local function terminal_line(line)
	local prompt, typed = line:match("^([$#] )(.*)$")
	if prompt then
		return mark("prompt", prompt) .. mark("typed", escape(typed))
	end
	line = escape(line)
	line = line:gsub("^&gt;&gt;&gt; help:", "&gt;&gt;&gt; " .. mark("help", "help:"))
	line = line:gsub("^&gt;&gt;&gt;", mark("side", "&gt;&gt;&gt;"))
	for _, severity in ipairs({ "error", "warning", "note" }) do
		line = line:gsub("^([%w.-]+: )" .. severity .. ":", "%1" .. mark(severity, severity .. ":"))
	end
	return (line:gsub("%[([a-z-]+)%]", function(id)
		local target = diagnostics[id]
		return target and ('[<a href="%s">%s</a>]'):format(target, id)
	end))
end

local function code_block(block)
	local language = block.classes[1] or "text"
	if language ~= "text" and language ~= "console" then
		return nil
	end
	local lines = {}
	for line in (block.text .. "\n"):gmatch("(.-)\n") do
		table.insert(lines, terminal_line(line))
	end
	return pandoc.RawBlock("html", "<pre><code>" .. table.concat(lines, "\n") .. "</code></pre>")
end

-- Options and names stay on one line; ids of diagnostics lead to their pages.
local function code(c)
	if #c.text <= 30 then
		c.classes:insert("short")
	end
	return c
end

local function linked_code(c)
	local target = c.text:match("%-") and diagnostics[c.text]
	if target and here.source ~= "docs/diagnostics.md" then
		return pandoc.Link(c, target), false
	end
end

-- ---- search ----

local function text_of(blocks)
	local words = {}
	local function add(text)
		table.insert(words, text)
	end
	local function text(element)
		add(element.text)
	end
	local function blank()
		add(" ")
	end
	pandoc.Div(blocks):walk({
		traverse = "topdown",
		Str = text,
		Code = text,
		CodeBlock = function(block)
			add(" " .. block.text)
		end,
		Space = blank,
		SoftBreak = blank,
		Para = blank,
		Plain = blank,
	})
	return (table.concat(words):gsub("%s+", " "):gsub("^ ", ""))
end

local function quote(text)
	return '"' .. text:gsub('[%c"\\]', function(c)
		return ("\\u%04x"):format(c:byte())
	end) .. '"'
end

-- A line for each section, and for each term: page, id, title, text.
local function write_index(path, blocks)
	local file = assert(io.open(path, "w"))
	local id, title, section = "", here.name, pandoc.List()
	local function entry(at, name, text)
		file:write(("[%s,%s,%s,%s],\n"):format(quote(here.file), quote(at), quote(name), quote(text)))
	end
	for _, block in ipairs(blocks) do
		if block.t == "Header" then
			if block.level > 1 then
				entry(id, title, text_of(section))
				id, title, section = block.identifier, stringify(block), pandoc.List()
			end
		else
			section:insert(block)
		end
	end
	entry(id, title, text_of(section))
	for _, term in ipairs(terms) do
		entry(term[1], term[2], text_of(term[3]))
	end
	file:close()
end

-- ---- the page ----

local function navigation()
	local result = {}
	for _, group in ipairs(groups) do
		local list = {}
		for _, page in ipairs(group.pages) do
			table.insert(list, { file = page.file, name = page.name, current = page == here })
		end
		table.insert(result, { name = group.name, pages = list })
	end
	return result
end

function Pandoc(doc)
	local root = stringify(doc.meta.root)
	read_pages(root)
	here = assert(pages[stringify(doc.meta.source)])
	local function keep_id(element)
		ids[element.identifier] = true
	end
	doc:walk({ Header = keep_id, Code = keep_id })
	doc = doc:walk({ Code = code })
	doc = doc:walk({ DefinitionList = definitions, Table = wrap_table })
	write_index(stringify(doc.meta.index), doc.blocks)
	doc = doc:walk({ RawBlock = raw_image, RawInline = raw_image, Image = image })
	doc = doc:walk({ Header = header, CodeBlock = code_block, Link = link })
	doc = doc:walk({
		traverse = "topdown",
		Link = function(l)
			return l, false
		end,
		Header = function(h)
			return h, false
		end,
		Str = reference,
		Code = linked_code,
	})
	local top = doc.blocks[1]
	if top.t == "Header" and top.level == 1 then
		doc.blocks:remove(1)
		doc.meta.heading = pandoc.Inlines(top.content)
		doc.meta.heading_id = top.identifier
	end
	doc.meta.pagetitle = here.name
	doc.meta.nav = navigation()
	for _, way in ipairs({ "previous", "next" }) do
		local page = here[way]
		doc.meta[way] = page and { file = page.file, name = page.name }
	end
	return doc
end
