/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The page: the overview, warnings and programs, and the other parts in order. */

const PROGRAMS = 30; /* initially */
const MAX_STACK = 512;
const MAX_FRAMES = 8;

/* ---- the top ---- */

function optionNames() {
	return Object.keys(facts.options).map((o) => ({
		icf: "--icf=all", strip_debug: facts.options.strip_all ? "" : "--strip-debug" })[o] ??
		"--" + o.replace(/_/g, "-")).filter(Boolean);
}

function head(sections) {
	document.title = `${facts.output} – link report`;
	document.getElementById("top").append(
		make("div", { class: "title" },
			make("h1", {}, facts.output),
			make("p", {}, `${facts.link === "final" ? "Final" : "Partial"} link of ${count(facts.in.files, "file")} by ${facts.linker}`,
				optionNames().map((o) => [" ", make("code", { class: "tag" }, o)]))));
	document.getElementById("top").after(make("nav", { "aria-label": "Parts of the report" },
		make("ul", {}, sections.map((s) => make("li", {}, make("a", { href: `#${s.id}` }, s.title, " ",
			s.count === undefined ? null : make("span", { class: `count ${s.alert ? "alert" : ""}` }, number(s.count))))))));
}

function sizeTile(title, key, more) {
	const before = facts.in[key];
	const after = facts.out[key];

	return tile(title, [number(after), make("small", {}, " bytes")],
		[before === after ? "as in the inputs" : `${number(before)} in the inputs, ${change(before, after)}`, more],
		bars(before, after, Math.max(before, after)));
}

function overview() {
	const deepest = [...facts.programs].sort((a, b) => b.stack - a.stack)[0];
	const calling = facts.functions.filter((f) => f.program && !f.dropped).length;
	const gone = facts.functions.filter((f) => f.dropped).length;
	const { types } = facts.out;

	return make("ul", { class: "tiles" },
		tile("Programs", number(calling), `${count(facts.out.functions, "function")} in total` +
			(gone ? `, ${number(gone)} dropped` : "")),
		deepest ? tile("Deepest stack",
			make("span", { class: deepest.stack > MAX_STACK ? "bad" : "" }, number(deepest.stack),
				make("small", {}, ` of ${MAX_STACK} bytes`)),
			toFunction(deepest.function), meter(deepest)) : null,
		sizeTile("Code", "code"),
		sizeTile("Data", "data", facts.in.bss || facts.out.bss ? `; ${number(facts.out.bss)} of .bss` : null),
		sizeTile("BTF", "btf"),
		tile("Types", number(types), facts.in.types === types ? "as in the inputs"
			: `${number(facts.in.types)} in the inputs, ${change(facts.in.types, types)}`,
			bars(facts.in.types, types, Math.max(facts.in.types, types))));
}

/* ---- warnings and notes ---- */

const diagnostics = [...facts.diagnostics].sort((a, b) => (b.severity === "warning") - (a.severity === "warning"));

/*
 * The subjects of a diagnostic: the functions and maps at its places; where it has none, those
 * whose names its first line quotes, and else the inputs that it names.
 */
function subjects(d) {
	const functions = d.functions || [];
	const maps = d.maps || [];

	if (functions.length + maps.length)
		return { functions, maps, files: [] };
	const quoted = new Set([...d.message.split("\n")[0].matchAll(/'([^']+)'/g)].map((m) => m[1]));
	const those = (list) => list.map((e, i) => (quoted.has(e.name) && !e.dropped ? i : -1)).filter((i) => i >= 0);

	const found = { functions: those(facts.functions), maps: those(facts.maps), files: [] };

	if (found.functions.length + found.maps.length === 0) {
		const words = new Set(d.message.split(/[\s'"(),:;]+/));

		facts.files.forEach((f, i) => words.has(f.name) && found.files.push(i));
	}
	return found;
}

function warningCard(d, at) {
	const [first, ...rest] = d.message.split("\n");
	const lines = rest.map((line) => line.replace(/^>>> /, ""));
	const help = lines.filter((line) => line.startsWith("help: ")).map((line) => line.slice(6));
	const details = lines.filter((line) => !line.startsWith("help: "));
	const about = subjects(d);
	const links = [...about.functions.map(toFunction), ...about.maps.map(toMap), ...about.files.map(toInput)];
	const text = details.length ? make("pre", {}, details.join("\n")) : null;

	return places.warnings[at] = make("div", { class: `card diagnostic ${d.severity}` },
		make("p", {}, make("b", {}, d.severity), " ", first, " ", make("code", { class: "tag" }, d.id)),
		help.length ? make("p", { class: "help" }, help.join("\n")) : null,
		links.length ? make("p", { class: "links" }, "See ", some(links, 2)) : null,
		details.length > 2 ? make("details", {}, make("summary", {}, "Details"), text) : text);
}

/* Shows the warnings; if there are any, notes on demand. */
function warnings() {
	const cards = diagnostics.map(warningCard);
	const warned = diagnostics.filter((d) => d.severity === "warning").length;
	const shown = Math.min(12, warned || 3);
	const rest = diagnostics.slice(shown);
	const notes = rest.every((d) => d.severity === "note");

	return [make("div", { class: "cards" }, cards.slice(0, shown)), rest.length ? make("details", { class: "fold" },
		make("summary", {}, notes ? count(rest.length, "more note") : `${number(rest.length)} more`),
		make("div", { class: "cards" }, cards.slice(shown))) : null];
}

/* ---- programs ---- */

/* The functions of the chain with the deepest stack. */
function chainOf(p) {
	const chain = [];

	for (let f = p.function; f !== undefined; f = facts.functions[f].next)
		chain.push(f);
	return chain;
}

/* The number of functions that a program calls, directly or indirectly, including itself. */
function reachedBy(data, p) {
	const seen = new Set([p.function]);

	for (const f of seen)
		data.callsOf(f).forEach((c) => seen.add(c.to));
	return seen.size;
}

const frame = (f) => Math.ceil(facts.functions[f].stack / 16) * 16;

/* The frames of a chain side by side, with a mark at the verifier's limit. */
function meter(p) {
	const top = Math.max(MAX_STACK, p.stack);
	const frames = chainOf(p).map(frame).filter((n) => n);

	return make("div", { class: "meter", role: "img",
		"aria-label": `${p.stack} of ${MAX_STACK} bytes of stack` },
		frames.map((n) => make("i", { style: `width: ${100 * n / top}%` })),
		p.stack > MAX_STACK ? make("b", { style: `left: ${100 * MAX_STACK / top}%` }) : null);
}

function callLists() {
	const calls = facts.functions.map(() => []);
	const callers = facts.functions.map(() => []);

	for (const c of facts.calls) {
		calls[c.from].push(c);
		callers[c.to].push(c.from);
	}
	return { functions: facts.functions, callsOf: (f) => calls[f], callersOf: (f) => callers[f], chainOf, label, file: fileOf };
}

function legend() {
	const line = (name, text) => make("li", {}, make("svg", { width: 30, height: 8, "aria-hidden": "true" },
		make("path", { class: `edge ${name}`, d: "M0 4H30" })), text);
	const kinds = new Set(facts.calls.map((c) => c.kind));

	return make("ul", { class: "legend" }, line("worst", "the chain with the deepest stack"), line("", "call"),
		kinds.has("callback") ? line("callback", "callback on the caller's stack") : null,
		kinds.has("later") ? line("later", "callback on a stack of its own") : null,
		facts.calls.some((c) => c.circular) ? line("circular", "recursion") : null);
}

function programBody(data, p) {
	const chain = chainOf(p);
	const steps = chain.slice(0, 12).map((f) => make("li", {}, make("span", {}, make("code", {}, label(f)), ` ${frame(f)}`)));
	const rejected = facts.functions[p.function].rejected_by;
	const notes = rejected ? [make("p", { class: "bad" }, `Rejected by Linux ${rejected.join(", ")}.`)] : [];

	if (!data.callsOf(p.function).length)
		return [...notes, make("p", { class: "note" }, `Calls no function. ${facts.functions[p.function].place}`)];
	const graph = new CallGraph(data, p);

	return [...notes,
		make("p", { class: "note" }, `Deepest stack: ${bytes(p.stack)}, with each frame rounded up to 16` +
			(p.stack > MAX_STACK && p.stack_sure <= MAX_STACK
				? `. The verifier may skip code that is unreachable at load time; it is certain to see ${p.stack_sure}.`
				: ".")),
		make("ol", { class: "chain" }, steps,
			chain.length > steps.length ? make("li", {}, `${chain.length - steps.length} more`) : null),
		graph.element, make("div", { class: "tools" }, legend(), graph.all)];
}

/* Why a program comes first: it is over a limit, rejected by a kernel, or the subject of a warning. */
function violations(p) {
	const f = facts.functions[p.function];
	const warned = diagnostics.map((d, i) => [d, i]).filter(([d]) => d.severity === "warning" &&
		subjects(d).functions[0] === p.function).map(([, i]) => i);

	return { warned, any: p.stack > MAX_STACK || p.frames > MAX_FRAMES || !!f.rejected_by || warned.length > 0 ||
		verdictsOf(f).some((v) => v && v.verdict === "rejected") };
}

function programDetails(data, p) {
	const fn = facts.functions[p.function];
	const body = make("div", { class: "body" });
	const fill = () => {
		if (details.open && !body.firstChild)
			body.append(...programBody(data, p));
	};
	const verifier = cost(fn);
	const rejecting = verdicts.filter((r, i) => verdictsOf(fn)[i]?.verdict === "rejected");
	const details = make("details", { class: `card program ${p.violates.any ? "violates" : ""}`, toggle: fill },
		make("summary", {},
			make("span", { class: "name" }, fullName(p.function), " ",
				make("span", { class: "tag" }, p.later ? "callback, stack of its own" : fn.section)),
			meter(p),
			make("span", { class: "figures" },
				make("span", { class: p.stack > MAX_STACK ? "bad" : "" }, `${number(p.stack)} of ${MAX_STACK} bytes`), " · ",
				make("span", { class: p.frames > MAX_FRAMES ? "bad" : "" }, count(p.frames, "frame")), " · ",
				count(reachedBy(data, p), "function"),
				verifier >= 0 ? ` · verifier ${number(verifier)}` : null,
				rejecting.length ? make("span", { class: "bad" }, ` · rejected by ${rejecting.map(kernelName).join(", ")}`) : null)),
		p.violates.warned.length ? make("p", { class: "links" }, p.violates.warned.map((i) => jump(diagnostics[i].id,
			() => {
				const fold = places.warnings[i].closest("details.fold");

				if (fold)
					fold.open = true;
				visit(places.warnings[i]);
			}, { class: "tag warning" }))) : null,
		body);

	return { details, fill };
}

function programs() {
	if (facts.link === "partial")
		return [make("p", { class: "empty" }, "A partial link has no call graph: callees may be missing.")];
	if (!facts.programs.length)
		return [make("p", { class: "empty" }, "The output has no program (function outside .text).")];
	const data = callLists();
	const list = make("div", { class: "programs" });
	let shown = [];
	let limit = PROGRAMS;
	const more = make("button", { class: "button", type: "button", click: () => { limit *= 4; draw(); } });

	for (const p of facts.programs)
		p.violates = violations(p);
	const sorted = [...facts.programs].sort((a, b) => b.violates.any - a.violates.any || b.stack - a.stack || b.frames - a.frames);
	const draw = () => {
		list.replaceChildren(...shown.slice(0, limit).map((p) => (p.element ||= programDetails(data, p)).details));
		more.hidden = shown.length <= limit;
		more.textContent = `Show ${number(Math.min(shown.length - limit, limit * 3))} more`;
	};
	const filter = (text) => {
		shown = sorted.filter((p) => (facts.functions[p.function].name + " " +
			facts.functions[p.function].section).toLowerCase().includes(text));
		limit = PROGRAMS;
		draw();
	};
	const search = sorted.length > 12 ? make("input", { type: "search", placeholder: "Filter",
		"aria-label": "Filter: programs", input: (e) => filter(e.target.value.toLowerCase()) }) : null;

	for (const p of sorted)
		places.programs.set(p.function, () => {
			if (!shown.includes(p)) {
				search.value = "";
				filter("");
			}
			if (shown.indexOf(p) >= limit) {
				limit = shown.indexOf(p) + 1;
				draw();
			}
			p.element.details.open = true;
			p.element.fill();
			visit(p.element.details, p.element.details.querySelector("summary"));
		});
	filter("");
	list.firstChild.open = true;
	const over = sorted.filter((p) => p.violates.any).length;

	return [
		make("p", { class: "note" }, `The verifier allows ${MAX_STACK} bytes of stack and ${MAX_FRAMES} frames for each call chain.`,
			over ? ` Over a limit, rejected or with a warning: ${number(over)}, shown first.` : ""),
		make("div", { class: "tools" }, search), list, make("div", { class: "tools" }, more)];
}

/* ---- the page ---- */

function listOr(rows, none, table) {
	return () => (rows.length ? [table().element] : [make("p", { class: "empty" }, none)]);
}

const PARTS = [
	{ id: "overview", title: "Overview", body: () => [overview()] },
	diagnostics.length ? { id: "warnings", title: "Warnings and notes", count: diagnostics.length,
		alert: diagnostics[0].severity === "warning", body: warnings } : null,
	facts.against ? { id: "against", title: "Changes", body: comparison } : null,
	{ id: "programs", title: "Programs", count: facts.functions.filter((f) => f.program && !f.dropped).length,
	  body: programs },
	verdicts.length ? { id: "verdicts", title: "Verdicts of kernels", count: new Set(verdicts.map((r) => r.target)).size,
		alert: troubles().some((t) => t.program.verdict === "rejected"), body: verdictPart } : null,
	facts.targets ? { id: "targets", title: "BTF of kernels", count: facts.targets.kernels.length, body: targets } : null,
	{ id: "bytes", title: "Bytes by origin", body: origins },
	{ id: "maps", title: "Maps", count: facts.maps.length,
	  body: listOr(facts.maps, "The output has no maps.", mapTable) },
	{ id: "dropped", title: "Dropped", count: facts.dropped.length,
	  body: () => (facts.dropped.length ? dropped() : [make("p", { class: "empty" }, "Nothing was dropped.")]) },
	{ id: "externs", title: "Externs", count: facts.externs.length, half: true,
	  body: listOr(facts.externs, "No symbol is left to the loader.", externTable) },
	{ id: "sections", title: "Sections", count: facts.sections.length, half: true, body: () => [sectionTable().element] },
].filter(Boolean);

const main = document.getElementById("main");
const halves = make("div", { class: "pair" });

head(PARTS);
/* Programs first: links of other parts lead to them. */
const bodies = new Map([...PARTS].sort((a, b) => (b.id === "programs") - (a.id === "programs")).map((part) => [part, part.body()]));

for (const part of PARTS)
	(part.half ? halves : main).append(make("section", { id: part.id, "aria-labelledby": `${part.id}-title` },
		make("h2", { id: `${part.id}-title` }, part.title), bodies.get(part)));
/* Links lead to places below the menu. */
new ResizeObserver(([{ target }]) => {
	const sticky = getComputedStyle(target).position === "sticky";

	document.documentElement.style.scrollPaddingTop = `${(sticky ? target.offsetHeight : 0) + 12}px`;
}).observe(document.querySelector("nav"));
main.append(halves, make("footer", {}, `Written by ${facts.linker}. `, "The same data as JSON: --report=FILE.json."));
