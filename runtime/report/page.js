/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Renders the facts as figures, programs and tables. page_graph.js draws the call graphs. */

const ROWS = 50; /* of a table, initially */
const PROGRAMS = 30;
const MAX_STACK = 512;
const MAX_FRAMES = 8;

/*
 * Shown as its code point, as in messages: a character that is invisible or changes the direction
 * of the text.
 */
const HIDDEN = /[\0-\x08\v-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;
const numbered = (c) => "\\u" + c.codePointAt(0).toString(16).padStart(4, "0");
const facts = JSON.parse(document.getElementById("facts").textContent,
	(key, value) => (typeof value === "string" ? value.replace(HIDDEN, numbered) : value));
const KINDS = [["code", "Code"], ["data", "Data"], ["bss", "Zeroed data"], ["btf", "BTF"],
	["btf_ext", "BTF.ext"], ["debug", "DWARF"]];

const number = (n) => n.toLocaleString("en");
const bytes = (n) => count(n, "byte");
const plain = (path) => path.slice(path.lastIndexOf("/") + 1);

function change(before, after) {
	if (before === after)
		return "unchanged";
	if (!before)
		return "made by the linker";
	const percent = Math.abs(100 * (after - before) / before);

	return (after < before ? "−" : "+") + (percent < 10 ? percent.toFixed(1) : Math.round(percent)) + "\u00a0%";
}

function bars(before, after, top) {
	const bar = (n, name) => make("i", { class: name, style: `width: ${top ? 100 * n / top : 0}%` });

	return make("div", { class: "bars", "aria-hidden": "true" }, bar(before, "before"), bar(after, ""));
}

/* ---- tables ---- */

/*
 * columns: {title, value(row), show(row), num, name, wide}. A cell shows value(), or the element
 * that show() returns; rows are sorted by value().
 */
class Table {
	constructor({ label, columns, rows, sort, text }) {
		Object.assign(this, { label, columns, rows, text, limit: ROWS });
		this.shown = rows;
		this.sorted = sort || { column: -1 };
		this.body = make("tbody");
		this.status = make("span", { class: "note", role: "status" });
		this.more = make("button", { class: "button", type: "button", click: () => this.grow() });
		this.heads = columns.map((c, i) => make("th", { scope: "col", class: c.num ? "num" : "" },
			make("button", { type: "button", click: () => this.order(i) }, c.title)));
		this.element = make("div", {},
			make("div", { class: "tools" }, rows.length > 12 ? this.search() : null),
			make("div", { class: "scroll" },
				make("table", { "aria-label": label },
					make("thead", {}, make("tr", {}, this.heads)), this.body)),
			make("div", { class: "tools" }, this.more, this.status));
		this.draw();
	}

	search() {
		return make("input", {
			type: "search", placeholder: "Filter", "aria-label": `Filter: ${this.label}`,
			input: (event) => {
				const words = event.target.value.toLowerCase().split(/\s+/);

				this.shown = this.rows.filter((r) => {
					const text = this.text(r).toLowerCase();

					return words.every((w) => text.includes(w));
				});
				this.limit = ROWS;
				this.draw();
			} });
	}

	order(column) {
		const down = this.sorted.column === column ? !this.sorted.down : !!this.columns[column].num;

		this.sorted = { column, down };
		this.draw();
	}

	grow() {
		this.limit = this.limit * 4;
		this.draw();
	}

	draw() {
		const { column, down } = this.sorted;
		const value = column >= 0 ? this.columns[column].value : null;
		const rows = value ? [...this.shown].sort((a, b) => {
			const x = value(a);
			const y = value(b);

			return (down ? -1 : 1) * (typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en"));
		}) : this.shown;
		const left = rows.length - this.limit;

		this.heads.forEach((th, i) => {
			if (i === column)
				th.setAttribute("aria-sort", down ? "descending" : "ascending");
			else
				th.removeAttribute("aria-sort");
		});
		this.body.replaceChildren(...rows.slice(0, this.limit).map((r) => make("tr", {},
			this.columns.map((c) => this.cell(c, r)))));
		this.more.hidden = left <= 0;
		this.more.textContent = `Show ${number(Math.min(left, this.limit * 3))} more`;
		this.status.textContent = left > 0 || this.shown !== this.rows
			? `${number(Math.min(rows.length, this.limit))} of ${number(this.rows.length)}` : "";
	}

	cell(c, row) {
		const shown = c.show ? c.show(row) : undefined;
		const value = shown === undefined ? c.value(row) : shown;
		const name = [c.num && "num", c.name && "name", c.wide && "wide"].filter(Boolean).join(" ");

		return make("td", { class: name }, typeof value === "number" ? number(value) : value);
	}
}

/* "before → after", and a bar for the share of the total afterwards. */
function beforeAfter(before, after, total) {
	return make("div", {},
		before === after ? null : make("span", { class: "before" }, number(before) + " → "), number(after),
		total === undefined ? null : make("div", { class: "share", "aria-hidden": "true" },
			make("i", { style: `width: ${total ? 100 * after / total : 0}%` })));
}

function someNames(names) {
	if (names.length <= 4)
		return names.join(", ") || "–";
	return make("details", {}, make("summary", {}, `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`),
		names.slice(3).join(", "));
}

const functionNames = (ids) => [...new Set(ids)].map((id) => facts.functions[id].name);

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
			s.count === undefined ? null : make("span", { class: "count" }, number(s.count))))))));
}

function tile(label, value, sub, extra) {
	return make("li", { class: "tile" }, make("div", { class: "label" }, label),
		make("div", { class: "value" }, value), make("div", { class: "sub" }, sub), extra);
}

function sizeTile(label, key) {
	/* To users, zero-initialized data is data. */
	const of = (counts) => counts[key] + (key === "data" ? counts.bss : 0);
	const before = of(facts.in);
	const after = of(facts.out);

	return tile(label, [number(after), make("small", {}, " bytes")],
		before === after ? "as in the inputs" : `${number(before)} in the inputs, ${change(before, after)}`,
		bars(before, after, Math.max(before, after)));
}

function overview() {
	const programs = [...facts.programs].sort((a, b) => b.stack - a.stack);
	const deepest = programs[0];
	const calling = facts.functions.filter((f) => f.program && !f.dropped).length;
	const gone = facts.functions.filter((f) => f.dropped).length;

	return make("ul", { class: "tiles" },
		tile("Programs", number(calling), `${count(facts.out.functions, "function")} in all` +
			(gone ? `, ${number(gone)} dropped` : "")),
		deepest ? tile("Most stack",
			make("span", { class: deepest.stack > MAX_STACK ? "bad" : "" }, number(deepest.stack),
				make("small", {}, ` of ${MAX_STACK} bytes`)),
			facts.functions[deepest.function].name, meter(deepest)) : null,
		sizeTile("Code", "code"),
		sizeTile("Data", "data"),
		sizeTile("BTF", "btf"),
		tile("Types", number(facts.out.types), facts.in.types === facts.out.types ? "as in the inputs"
			: `${number(facts.in.types)} in the inputs, ${change(facts.in.types, facts.out.types)}`,
			bars(facts.in.types, facts.out.types, Math.max(facts.in.types, facts.out.types))));
}

/* ---- warnings and notes ---- */

function warnings() {
	return facts.diagnostics.map((d) => {
		const [first, ...rest] = d.message.split("\n");

		const head = [make("b", {}, d.severity), " ", first, " ", make("code", { class: "tag" }, d.id)];
		const more = rest.length ? make("pre", {}, rest.map((line) => line.replace(/^>>> /, "")).join("\n")) : null;

		return make("div", { class: `diagnostic ${d.severity}` }, rest.length > 3
			? make("details", {}, make("summary", {}, head), more) : [make("p", {}, head), more]);
	});
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

/* The frames of a chain side by side, with a mark at the verifier's limit. */
function meter(p) {
	const top = Math.max(MAX_STACK, p.stack);
	const frames = chainOf(p).map((f) => Math.ceil(facts.functions[f].stack / 16) * 16).filter((n) => n);

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
	return { functions: facts.functions, callsOf: (f) => calls[f], callersOf: (f) => callers[f], chainOf };
}

function legend() {
	const line = (name, text) => make("li", {}, make("svg", { width: 30, height: 8, "aria-hidden": "true" },
		make("path", { class: `edge ${name}`, d: "M0 4H30" })), text);
	const kinds = new Set(facts.calls.map((c) => c.kind));

	return make("ul", { class: "legend" }, line("worst", "the chain that needs most stack"), line("", "call"),
		kinds.has("callback") ? line("callback", "callback on the caller's stack") : null,
		kinds.has("later") ? line("later", "callback on a stack of its own") : null,
		facts.calls.some((c) => c.circular) ? line("circular", "recursion") : null);
}

function programBody(data, p) {
	const steps = chainOf(p).map((f) => make("li", {}, make("span", {},
		make("code", {}, facts.functions[f].name), ` ${Math.ceil(facts.functions[f].stack / 16) * 16}`)));

	if (!data.callsOf(p.function).length)
		return make("p", { class: "note" }, `Calls no function. ${facts.functions[p.function].place}`);
	return make("div", {},
		make("p", { class: "note" }, `Deepest stack: ${bytes(p.stack)}, with each frame rounded up to 16` +
			(p.stack > MAX_STACK && p.stack_sure <= MAX_STACK
				? `. The verifier may skip code that is unreachable at load time; it is certain to see ${p.stack_sure}.`
				: ".")),
		make("ol", { class: "chain" }, steps.length > 12
			? [...steps.slice(0, 12), make("li", {}, `${steps.length - 12} more`)] : steps),
		new CallGraph(data, p).element, legend());
}

function programDetails(data, p) {
	const fn = facts.functions[p.function];
	const body = make("div", { class: "body" });
	const details = make("details", {
		class: "program",
		toggle: () => {
			if (details.open && !body.firstChild)
				body.append(programBody(data, p));
		} },
		make("summary", {},
			make("span", { class: "name" }, fn.name, " ",
				make("span", { class: "tag" }, p.later ? "callback, stack of its own" : fn.section)),
			meter(p),
			make("span", { class: "figures" },
				make("span", { class: p.stack > MAX_STACK ? "bad" : "" }, `${number(p.stack)} of ${MAX_STACK} bytes`), " · ",
				make("span", { class: p.frames > MAX_FRAMES ? "bad" : "" }, count(p.frames, "frame")), " · ",
				count(reachedBy(data, p), "function"))),
		body);

	return details;
}

function programs() {
	if (facts.link === "partial")
		return [make("p", { class: "empty" }, "A partial link has no call graph: callees may be missing.")];
	if (!facts.programs.length)
		return [make("p", { class: "empty" }, "The output has no program (function outside .text).")];
	const data = callLists();
	const sorted = [...facts.programs].sort((a, b) => b.stack - a.stack || b.frames - a.frames);
	const list = make("div");
	let shown = [];
	let limit = PROGRAMS;
	const more = make("button", { class: "button", type: "button", click: () => { limit *= 4; draw(); } });
	const draw = () => {
		list.replaceChildren(...shown.slice(0, limit).map((p) => (p.element ||= programDetails(data, p))));
		more.hidden = shown.length <= limit;
		more.textContent = `Show ${number(Math.min(shown.length - limit, limit * 3))} more`;
	};
	const filter = (text) => {
		shown = sorted.filter((p) => (facts.functions[p.function].name + " " +
			facts.functions[p.function].section).toLowerCase().includes(text));
		limit = PROGRAMS;
		draw();
	};

	filter("");
	if (list.firstChild)
		list.firstChild.open = true;
	return [
		make("p", { class: "note" }, `The verifier allows ${MAX_STACK} bytes of stack and ${MAX_FRAMES} frames for each call chain.`),
		make("div", { class: "tools" }, sorted.length > 8 ? make("input", { type: "search", placeholder: "Filter",
			"aria-label": "Filter: programs", input: (e) => filter(e.target.value.toLowerCase()) }) : null),
		list, make("div", { class: "tools" }, more)];
}

/* ---- bytes by input ---- */

function flow() {
	const top = Math.max(...KINDS.flatMap(([k]) => [facts.in[k], facts.out[k]]));

	return make("div", { class: "flow" }, KINDS.filter(([k]) => facts.in[k] || facts.out[k]).map(([k, title]) =>
		make("div", {}, make("span", {}, title), bars(facts.in[k], facts.out[k], top),
			make("span", { class: "num" }, `${number(facts.in[k])} → ${number(facts.out[k])}`))));
}

/* Bytes of no input: padding, headers, string tables. */
function linkerShare() {
	const own = { name: "<internal>", in: {}, out: {} };

	for (const [k] of KINDS) {
		own.in[k] = 0;
		own.out[k] = facts.files.reduce((rest, f) => rest - f.out[k], facts.out[k]);
	}
	return own;
}

const sum = (counts) => KINDS.reduce((n, [k]) => n + counts[k], 0);

function inputTable() {
	const kinds = KINDS.filter(([k]) => facts.in[k] || facts.out[k]);
	const rows = [...facts.files, linkerShare()];
	const total = rows.reduce((n, f) => n + sum(f.out), 0);

	return new Table({
		label: "Bytes by input", rows, sort: { column: kinds.length + 1, down: true },
		text: (f) => f.name + " " + (f.source || ""),
		columns: [
			{ title: "Input", name: true, value: (f) => f.name,
			  show: (f) => make("div", {}, f.name, f.taken_for || f.compiled ? make("div", { class: "note" },
				f.compiled ? "compiled from bitcode" : `extracted for ${f.taken_for}`) : null) },
			...kinds.map(([k, title]) => ({ title, num: true, value: (f) => f.out[k],
				show: (f) => beforeAfter(f.in[k], f.out[k]) })),
			{ title: "All", num: true, value: (f) => sum(f.out),
			  show: (f) => beforeAfter(sum(f.in), sum(f.out), total) }] });
}

const fateColumn = { title: "Output", value: (r) => r.dropped || "kept",
	show: (r) => (r.dropped ? make("span", { class: "tag" }, r.dropped) : "kept") };

function functionTable() {
	const kept = (f) => (f.dropped ? 0 : f.size);

	return new Table({
		label: "Functions", rows: facts.functions, sort: { column: 3, down: true },
		text: (f) => [f.name, f.file, f.section, f.dropped || "kept"].join(" "),
		columns: [
			{ title: "Function", name: true, value: (f) => f.name },
			{ title: "Place", wide: true, value: (f) => f.place },
			{ title: "Section", value: (f) => f.section },
			{ title: "Code", num: true, value: (f) => f.size, show: (f) => beforeAfter(f.size, kept(f), facts.out.code) },
			{ title: "BTF.ext", num: true, value: (f) => f.btf_ext_in || 0,
			  show: (f) => beforeAfter(f.btf_ext_in || 0, f.btf_ext_out || 0) },
			{ title: "CO-RE", num: true, value: (f) => f.core_relocations || 0 },
			{ title: "Stack", num: true, value: (f) => f.stack ?? -1, show: (f) => (f.stack === undefined ? "–" : undefined) },
			fateColumn] });
}

function variableTable() {
	return new Table({
		label: "Variables", rows: facts.variables, sort: { column: 3, down: true },
		text: (v) => [v.name, v.file, v.section, v.dropped || "kept"].join(" "),
		columns: [
			{ title: "Variable", name: true, value: (v) => v.name },
			{ title: "File", wide: true, value: (v) => v.file },
			{ title: "Section", value: (v) => v.section },
			{ title: "Bytes", num: true, value: (v) => v.size, show: (v) => beforeAfter(v.size, v.dropped ? 0 : v.size) },
			fateColumn] });
}

function folded(title, rows, table) {
	const details = make("details", { toggle: () => {
		if (details.open && details.childElementCount === 1)
			details.append(table().element);
	} }, make("summary", {}, title));

	details.open = rows.length <= 40;
	return details;
}

function origins() {
	return [
		make("p", { class: "note" }, make("span", { class: "key before" }), " in the inputs, ", make("span", { class: "key" }),
			" in the output. A type or string of BTF that several inputs have is counted for the first of them;",
			" <internal> is what the linker adds: headers, sections' descriptions, padding."),
		flow(), make("h3", {}, "By input"), inputTable().element,
		make("h3", {}, "By function and variable"),
		folded(count(facts.functions.length, "function"), facts.functions, functionTable),
		facts.variables.length ? folded(count(facts.variables.length, "variable"), facts.variables, variableTable) : null];
}

/* ---- maps, externs, what was dropped ---- */

function mapTable() {
	const sized = (type, size) => (type ? (size ? `${type} (${number(size)})` : type) : size ? bytes(size) : "–");
	const attribute = (m, name) => (m.attributes || {})[name];
	const flags = (m) => attribute(m, "map_flags");
	const pinned = (m) => ["no", "by name"][attribute(m, "pinning") || 0] || String(attribute(m, "pinning"));
	const rest = (m) => Object.entries(m.attributes || {}).filter(([k]) =>
		!/^(type|key|value|key_size|value_size|max_entries|map_flags|pinning)$/.test(k));

	return new Table({
		label: "Maps", rows: facts.maps,
		text: (m) => [m.name, m.type, m.file].join(" "),
		columns: [
			{ title: "Map", name: true, value: (m) => m.name, show: (m) => make("div", {}, m.name,
				make("div", { class: "note" }, m.section ? "made by the loader" : m.file)) },
			{ title: "Type", value: (m) => (m.type || "–").replace("BPF_MAP_TYPE_", "").toLowerCase() },
			{ title: "Key", value: (m) => sized(attribute(m, "key"), m.key_size) },
			{ title: "Value", wide: true, value: (m) => sized(attribute(m, "value"), m.value_size) },
			{ title: "Entries", num: true, value: (m) => (m.section ? 1 : attribute(m, "max_entries") ?? -1),
			  show: (m) => (m.section || attribute(m, "max_entries") !== undefined ? undefined : "–") },
			{ title: "Flags", value: (m) => (flags(m) ? "0x" + flags(m).toString(16) : "–") },
			{ title: "Pinned", value: pinned },
			{ title: "Other", value: (m) => rest(m).map(([k, v]) => `${k}: ${v}`).join(", ") || "–" },
			{ title: "Users", wide: true, value: (m) => m.users.length, show: (m) => make("div", {}, someNames(functionNames(m.users)),
				m.inside ? make("div", { class: "note" }, "inside " + m.inside.map((i) => facts.maps[i].name).join(", ")) : null) }] });
}

function externTable() {
	return new Table({
		label: "Externs", rows: facts.externs,
		text: (e) => [e.name, e.kind, e.type].join(" "),
		columns: [
			{ title: "Name", name: true, value: (e) => e.name },
			{ title: "Kind", value: (e) => (e.weak ? "weak " : "") + e.kind },
			{ title: "Type", name: true, value: (e) => e.type || "–" },
			{ title: "Users", wide: true, value: (e) => e.users.length, show: (e) => someNames(functionNames(e.users)) }] });
}

/* --target-btf: the results of each kernel, and the dependencies that some kernel does not just have. */
const RESULTS = ["exists", "other size", "absent", "guarded", "optional", "unknown", "missing", "other kind", "refused"];

function kernelTable() {
	return new Table({
		label: "Kernels", rows: facts.targets.kernels, text: (k) => k.name,
		columns: [
			{ title: "Kernel", name: true, value: (k) => k.name + (k.broken ? " (cannot be read)" : "") },
			...RESULTS.map((r) => ({ title: r[0].toUpperCase() + r.slice(1), num: true, value: (k) => k.counts[r] || 0 }))] });
}

function useTable(rows) {
	const kernels = facts.targets.kernels;
	const result = (r) => `${r.result}: ${r.kernels.length === kernels.length ? "all" : r.kernels.length > 5
		? count(r.kernels.length, "kernel") : r.kernels.map((k) => kernels[k].name).join(", ")}`;
	const results = (u) => u.results.map(result).join("; ");

	return new Table({
		label: "Dependencies", rows, text: (u) => [u.name, u.kind, u.function, results(u)].join(" "),
		columns: [
			{ title: "Name", name: true, value: (u) => u.name },
			{ title: "Kind", value: (u) => (u.weak ? "weak " : "") + u.kind },
			{ title: "Place", wide: true, value: (u) => [u.place, u.function].filter(Boolean).join(", in ") || "–" },
			{ title: "Results", wide: true, value: results }] });
}

function targets() {
	const plainly = (r) => r.result === "exists" || r.result === "unknown";
	const rows = facts.targets.uses.filter((u) => !u.results.every(plainly));

	return [kernelTable().element, rows.length ? useTable(rows).element
		: make("p", { class: "note" }, "Each kernel has all that the output refers to.")];
}

function droppedTable() {
	const why = (d) => [d.of && `kept in ${d.of}`, d.by && `by ${d.by}`, d.group && `group ${d.group}`,
		d.pieces && count(d.pieces, "piece")].filter(Boolean).join(", ");

	return new Table({
		label: "Dropped", rows: facts.dropped, sort: { column: 0, down: true },
		text: (d) => [d.reason, d.file, d.section, d.name, why(d)].join(" "),
		columns: [
			{ title: "Bytes", num: true, value: (d) => d.size },
			{ title: "Reason", value: (d) => d.reason },
			{ title: "Name", name: true, value: (d) => d.name || "–" },
			{ title: "Input", wide: true, value: (d) => d.file },
			{ title: "Section", value: (d) => d.section + (d.offset ? "+0x" + d.offset.toString(16) : "") },
			{ title: "Details", wide: true, value: (d) => why(d) || "–" }] });
}

function dropped() {
	const reasons = new Map();

	for (const d of facts.dropped)
		reasons.set(d.reason, (reasons.get(d.reason) || 0) + d.size);
	return [make("p", { class: "note" }, [...reasons].sort((a, b) => b[1] - a[1])
		.map(([reason, n]) => `${reason}: ${bytes(n)}`).join("; ")), droppedTable().element];
}

function sectionTable() {
	return new Table({
		label: "Sections of the output", rows: facts.sections, text: (s) => s.name,
		columns: [
			{ title: "Section", name: true, value: (s) => s.name },
			{ title: "Bytes", num: true, value: (s) => s.size },
			{ title: "Alignment", num: true, value: (s) => s.align }] });
}

/* ---- the page ---- */

/* Shows only the start of a long list. */
function folding(elements) {
	const rest = elements.slice(5);

	return rest.length ? [elements.slice(0, 5), make("details", {},
		make("summary", {}, `${number(rest.length)} more`), rest)] : elements;
}

function listOr(rows, none, table) {
	return () => (rows.length ? [table().element] : [make("p", { class: "empty" }, none)]);
}

const PARTS = [
	{ id: "overview", title: "Overview", body: () => [overview()] },
	facts.diagnostics.length ? { id: "warnings", title: "Warnings and notes", count: facts.diagnostics.length,
		body: () => folding(warnings()) } : null,
	{ id: "programs", title: "Programs", count: facts.functions.filter((f) => f.program && !f.dropped).length,
	  body: programs },
	{ id: "bytes", title: "Bytes by origin", body: origins },
	{ id: "maps", title: "Maps", count: facts.maps.length,
	  body: listOr(facts.maps, "The output has no maps.", mapTable) },
	{ id: "externs", title: "Externs", count: facts.externs.length,
	  body: listOr(facts.externs, "No symbol is left to the loader.", externTable) },
	facts.targets ? { id: "targets", title: "Kernels", count: facts.targets.kernels.length, body: targets } : null,
	{ id: "dropped", title: "Dropped", count: facts.dropped.length,
	  body: () => (facts.dropped.length ? dropped() : [make("p", { class: "empty" }, "Nothing was dropped.")]) },
	{ id: "sections", title: "Sections", count: facts.sections.length, body: () => [sectionTable().element] },
].filter(Boolean);

head(PARTS);
for (const part of PARTS)
	document.getElementById("main").append(make("section", { id: part.id, "aria-labelledby": `${part.id}-title` },
		make("h2", { id: `${part.id}-title` }, part.title), part.body()));
document.getElementById("main").append(make("footer", {}, `Written by ${facts.linker}. `,
	"The same data as JSON: --report=FILE.json."));
