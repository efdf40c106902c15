-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- For pandoc: links between pages lead to their HTML. What is no page of the manual is named only.
-- PAGES is the pages' files, without folders.
local pages = {}
for file in (os.getenv("PAGES") or ""):gmatch("%S+") do
	pages[file] = true
end

function Link(link)
	local path, rest = link.target:match("^([^#]*)(.*)$")
	local file = path:match("[^/]*$")
	if path == "" or path:match("^%a+:") then
		return link
	end
	if pages[file] and not path:match("examples/") then
		local page = pandoc.utils.stringify(link.content):match("^docs/(.*)%.md$")
		if page then
			link.content = page
		end
		link.target = file:gsub("%.md$", ""):gsub("^README$", "index") .. ".html" .. rest
		return link
	end
	return link.content
end

-- The README is in the directory above the images.
function Image(image)
	image.src = image.src:gsub("^docs/", "")
	return image
end

function RawInline(raw)
	raw.text = raw.text:gsub('(src%w*=")docs/', "%1")
	return raw
end

RawBlock = RawInline

-- Wide tables scroll by themselves.
function Table(tbl)
	return pandoc.Div(tbl, { class = "table" })
end

-- Options and names stay on one line.
function Code(code)
	if #code.text <= 30 then
		code.classes = { "short" }
	end
	return code
end
