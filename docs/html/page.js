// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Search, the section that is read in the list of contents, and access to wide blocks by keyboard.
"use strict";

const MAX_RESULTS = 40;
const LENGTH = 150; // of an excerpt

const form = document.querySelector(".search");
const input = form.querySelector("input");
const results = form.querySelector(".results");
const list = results.querySelector("ul");
const status = results.querySelector("[role=status]");
const toc = document.getElementById("toc");
const names = new Map([...document.querySelectorAll("#nav a")].map((a) => [a.getAttribute("href"), a.textContent]));

let entries = null; // [page, id, title, text, title and text in lower case]

// ---- search ----

// search-index.js calls this; a script can be loaded from a file, unlike data.
globalThis.searchIndex = (lines) => {
	entries = lines.map((line) => [...line, line[2].toLowerCase(), line[3].toLowerCase()]);
	search();
};

function loadIndex() {
	if (document.getElementById("search-index"))
		return;
	const script = document.createElement("script");
	script.id = "search-index";
	script.src = "search-index.js";
	document.head.append(script);
}

// How well an entry fits; 0 if a word is missing.
function score([page, , , , title, text], words, phrase) {
	let sum = 0;
	for (const word of words) {
		const at = title.indexOf(word);
		if (at < 0 && !text.includes(word))
			return 0;
		const whole = !/\w/.test((title[at - 1] ?? "") + (title[at + word.length] ?? ""));
		sum += at < 0 ? 1 : whole ? 8 : 4;
	}
	if (title === phrase || title.split(/[=,\s[]/)[0] === phrase)
		sum += 100;
	else if (title.startsWith(phrase))
		sum += 20;
	return sum + (page === "CHANGELOG.html" ? 0 : 1);
}

// Appends text, with the words marked.
function mark(element, text, words) {
	const pattern = words.map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
	for (const [i, part] of text.split(new RegExp(`(${pattern})`, "i")).entries()) {
		if (i % 2) {
			const found = document.createElement("mark");
			found.textContent = part;
			element.append(found);
		} else {
			element.append(part);
		}
	}
}

function excerpt(text, lower, words) {
	const first = Math.min(...words.map((w) => lower.indexOf(w)).filter((i) => i >= 0), text.length);
	const from = first < LENGTH / 2 ? 0 : text.indexOf(" ", Math.min(first, text.length - LENGTH) - 40) + 1;
	return (from ? "… " : "") + text.slice(from, from + LENGTH) + (text.length > from + LENGTH ? " …" : "");
}

function item([page, id, title, text, , lower], words) {
	const link = document.createElement("a");
	link.href = page + (id && "#" + id);
	const head = link.appendChild(document.createElement("b"));
	mark(head, title, words);
	if (names.get(page) !== title)
		link.append(" ", Object.assign(document.createElement("span"), { textContent: names.get(page) }));
	mark(link.appendChild(document.createElement("small")), excerpt(text, lower, words), words);
	const li = document.createElement("li");
	li.append(link);
	return li;
}

function search() {
	const phrase = input.value.trim().toLowerCase();
	const words = phrase.split(/\s+/).filter(Boolean);
	results.hidden = !words.length || !entries;
	if (results.hidden)
		return;
	const found = entries.map((entry) => [score(entry, words, phrase), entry]).filter(([n]) => n);
	found.sort(([a], [b]) => b - a);
	list.replaceChildren(...found.slice(0, MAX_RESULTS).map(([, entry]) => item(entry, words)));
	status.textContent = found.length > MAX_RESULTS ? `The first ${MAX_RESULTS} of ${found.length} results` :
		found.length === 1 ? "1 result" : `${found.length || "No"} results`;
}

function closeResults() {
	results.hidden = true;
}

function moveInResults(step) {
	const stops = [input, ...list.querySelectorAll("a")];
	const next = stops.indexOf(document.activeElement) + step;
	stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
}

form.hidden = false;
input.addEventListener("focus", () => {
	loadIndex();
	search();
});
input.addEventListener("input", search);
form.addEventListener("submit", (event) => {
	event.preventDefault();
	list.querySelector("a")?.click();
});
form.addEventListener("keydown", (event) => {
	if (event.key === "ArrowDown" || event.key === "ArrowUp") {
		event.preventDefault();
		moveInResults(event.key === "ArrowDown" ? 1 : -1);
	} else if (event.key === "Escape") {
		input.focus();
		closeResults();
	}
});
form.addEventListener("focusout", (event) => {
	if (!form.contains(event.relatedTarget))
		closeResults();
});
list.addEventListener("click", closeResults);
document.addEventListener("keydown", (event) => {
	if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && document.activeElement !== input) {
		event.preventDefault();
		input.focus();
		input.select();
	}
});

// ---- contents ----

// A tap on an entry closes a list that covers the page.
addEventListener("hashchange", () => toc?.hidePopover?.());

function followReading() {
	const links = new Map([...toc.querySelectorAll("a")].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
	const heads = [...links.keys()].map((id) => document.getElementById(id));
	let waiting = false, current = null;

	function update() {
		waiting = false;
		const above = heads.filter((head) => head.getBoundingClientRect().top < 130);
		const link = links.get((above.at(-1) ?? heads[0]).id);
		if (link === current)
			return;
		current?.removeAttribute("aria-current");
		link.setAttribute("aria-current", "true");
		current = link;
		// Not scrollIntoView(), which would scroll the page as well.
		if (link.offsetTop < toc.scrollTop || link.offsetTop > toc.scrollTop + toc.clientHeight - 60)
			toc.scrollTop = link.offsetTop - toc.clientHeight / 3;
	}
	addEventListener("scroll", () => {
		if (!waiting)
			requestAnimationFrame(update);
		waiting = true;
	}, { passive: true });
	update();
}
if (toc)
	followReading();

const nav = document.getElementById("nav");
const page = nav.querySelector("[aria-current]");
if (page && page.offsetTop > nav.clientHeight - 60)
	nav.scrollTop = page.offsetTop - nav.clientHeight / 2;

// ---- wide blocks ----

// What scrolls can be reached by keyboard.
function reachWide() {
	for (const block of document.querySelectorAll("pre, .table"))
		if (block.scrollWidth > block.clientWidth)
			block.tabIndex = 0;
		else
			block.removeAttribute("tabindex");
}
addEventListener("resize", reachWide);
reachWide();
