/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The facts, how they are named, and the parts of the page that are tables. */

const KINDS = [["code", "Code"], ["data", "Data"], ["bss", ".bss"], ["btf", "BTF"], ["btf_ext", "BTF.ext"],
	["debug", "DWARF"]];

/*
 * Shown as its code point, as in messages: a character that is invisible or changes the direction
 * of the text.
 */
const HIDDEN = /[\0-\x08\v-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;
const numbered = (c) => "\\u" + c.codePointAt(0).toString(16).padStart(4, "0");
const facts = JSON.parse(document.getElementById("facts").textContent,
	(key, value) => (typeof value === "string" ? value.replace(HIDDEN, numbered) : value));

/* ---- names ---- */

/* The directory that all inputs are in; names of inputs are shown without it. */
const directory = (() => {
	const names = facts.files.map((f) => f.name).filter((n) => !n.startsWith("<"));
	let common = names.length > 1 ? names[0].slice(0, names[0].lastIndexOf("/") + 1) : "";

	while (common && !names.every((n) => n.startsWith(common)))
		common = common.slice(0, common.lastIndexOf("/", common.length - 2) + 1);
	return common;
})();
const input = (name) => (name.startsWith(directory) ? name.slice(directory.length) : name);

const named = new Map();
for (const f of facts.functions)
	named.set(f.name, (named.get(f.name) || 0) + 1);

/* The file of a function if other functions have its name, else "". */
const fileOf = (f) => (named.get(facts.functions[f].name) > 1 ? input(facts.functions[f].file) : "");
const label = (f) => facts.functions[f].name + (fileOf(f) && ` (${fileOf(f)})`);
const fullName = (f) => [facts.functions[f].name, fileOf(f) ? make("span", { class: "of" }, ` ${fileOf(f)}`) : null];

/* Tables and elements that links lead to; parts fill them in. */
const places = { functions: null, maps: null, inputs: null, programs: new Map(), warnings: [] };

function toFunction(f) {
	const program = places.programs.get(f);

	return jump(label(f), () => (program ? program() : places.functions.visit(facts.functions[f])), { class: "mono" });
}

const toMap = (m) => jump(facts.maps[m].name, () => places.maps.visit(facts.maps[m]), { class: "mono" });
const toInput = (f) => jump(input(facts.files[f].name), () => places.inputs.visit(facts.files[f]), { class: "mono" });
const users = (ids) => some([...new Set(ids)].map(toFunction));

/* ---- bytes by input ---- */

function flow() {
	const top = Math.max(...KINDS.flatMap(([k]) => [facts.in[k], facts.out[k]]));

	return make("div", { class: "card flow" }, KINDS.filter(([k]) => facts.in[k] || facts.out[k]).map(([k, title]) =>
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
	const whole = sum(facts.out);

	return places.inputs = new Table({
		label: "Bytes by input", rows, sort: { column: kinds.length + 1, down: true },
		text: (f) => f.name + " " + (f.source || ""),
		columns: [
			{ title: "Input", name: true, value: (f) => f.name,
			  show: (f) => make("div", {}, input(f.name), f.taken_for || f.compiled ? make("div", { class: "note" },
				f.compiled ? "compiled from bitcode" : `extracted for ${f.taken_for}`) : null) },
			...kinds.map(([k, title]) => ({ title, num: true, value: (f) => f.out[k],
				show: (f) => beforeAfter(f.in[k], f.out[k]) })),
			{ title: "All", num: true, value: (f) => sum(f.out),
			  show: (f) => beforeAfter(sum(f.in), sum(f.out), whole) }],
		total: ["Total", ...kinds.map(([k]) => beforeAfter(facts.in[k], facts.out[k])), beforeAfter(sum(facts.in), whole)] });
}

const fateColumn = { title: "Output", value: (r) => r.dropped || "kept",
	show: (r) => (r.dropped ? make("span", { class: "tag" }, r.dropped) : "kept") };

/* The most instructions that a kernel's verifier processed for a program, or -1. */
function cost(f) {
	const loads = f.program ? verdictsOf(f).filter((v) => v && v.verdict === "loads") : [];

	return Math.max(-1, ...loads.map((v) => v.instructions));
}

function functionTable() {
	const kept = (f) => (f.dropped ? 0 : f.size);
	const optional = [
		{ title: "CO-RE", num: true, value: (f) => f.core_relocations || 0 },
		{ title: "Verifier", num: true, value: cost, show: (f) => (cost(f) < 0 ? "–" : undefined) },
		{ title: "Plan", value: (f) => f.plan ?? "", show: (f) => f.plan ?? "–" },
	].filter((c) => facts.functions.some((f) => ![0, -1, ""].includes(c.value(f))));

	return places.functions = new Table({
		label: "Functions", rows: facts.functions, sort: { column: 3, down: true },
		text: (f) => [f.name, f.file, f.section, f.dropped || "kept"].join(" "),
		columns: [
			{ title: "Function", name: true, value: (f) => f.name, show: (f) => make("span", {}, fullName(facts.functions.indexOf(f))) },
			{ title: "Place", wide: true, value: (f) => f.place },
			{ title: "Section", wide: true, value: (f) => f.section },
			{ title: "Code", num: true, value: (f) => f.size, show: (f) => beforeAfter(f.size, kept(f), facts.out.code) },
			{ title: "BTF.ext", num: true, value: (f) => f.btf_ext_in || 0,
			  show: (f) => beforeAfter(f.btf_ext_in || 0, f.btf_ext_out || 0) },
			{ title: "Stack", num: true, value: (f) => f.stack ?? -1, show: (f) => (f.stack === undefined ? "–" : undefined) },
			...optional, fateColumn] });
}

function variableTable() {
	return new Table({
		label: "Variables", rows: facts.variables, sort: { column: 3, down: true },
		text: (v) => [v.name, v.file, v.section, v.dropped || "kept"].join(" "),
		columns: [
			{ title: "Variable", name: true, value: (v) => v.name },
			{ title: "File", wide: true, value: (v) => input(v.file) },
			{ title: "Section", value: (v) => v.section },
			{ title: "Bytes", num: true, value: (v) => v.size, show: (v) => beforeAfter(v.size, v.dropped ? 0 : v.size) },
			fateColumn] });
}

function typeTable() {
	return new Table({
		label: "Types", rows: facts.types, sort: { column: 2, down: true }, text: (t) => t.name,
		columns: [
			{ title: "Type", name: true, value: (t) => t.name },
			{ title: "Size of a value", num: true, value: (t) => t.size },
			{ title: "BTF, without names", num: true, value: (t) => t.btf }] });
}

function folded(title, table, open) {
	return make("details", { class: "fold", open }, make("summary", {}, title), table.element);
}

function origins() {
	return [
		make("p", { class: "note" }, make("span", { class: "key before" }), " in the inputs, ", make("span", { class: "key" }),
			" in the output. Data has contents in the file: .data, .rodata, .maps; .bss has none. A type or string of BTF that",
			" several inputs have counts for the first of them; <internal> means parts that the linker adds, such as headers and padding.",
			directory ? ` Inputs are in ${directory}.` : ""),
		make("div", { class: "columns" }, flow(), inputTable().element),
		folded(count(facts.functions.length, "function"), functionTable(), facts.functions.length <= 20),
		facts.variables.length ? folded(count(facts.variables.length, "variable"), variableTable()) : null,
		facts.types.length ? folded(count(facts.types.length, "struct, union and enum", "structs, unions and enums"), typeTable()) : null];
}

/* ---- maps, externs, sections ---- */

function mapTable() {
	const sized = (type, size) => (type ? (size ? `${type} (${number(size)})` : type) : size ? bytes(size) : "–");
	const attribute = (m, name) => (m.attributes || {})[name];
	const flags = (m) => attribute(m, "map_flags");
	const pinned = (m) => ["no", "by name"][attribute(m, "pinning") || 0] || String(attribute(m, "pinning"));
	const rest = (m) => Object.entries(m.attributes || {}).filter(([k]) =>
		!/^(type|key|value|key_size|value_size|max_entries|map_flags|pinning)$/.test(k));
	const other = (m) => [flags(m) ? `flags 0x${flags(m).toString(16)}` : null,
		attribute(m, "pinning") ? `pinned ${pinned(m)}` : null,
		...rest(m).map(([k, v]) => `${k}: ${v}`)].filter(Boolean).join(", ") || "–";

	return places.maps = new Table({
		label: "Maps", rows: facts.maps,
		text: (m) => [m.name, m.type, m.file].join(" "),
		columns: [
			{ title: "Map", name: true, value: (m) => m.name, show: (m) => make("div", {}, m.name,
				make("div", { class: "note" }, m.section ? "made by the loader" : input(m.file))) },
			{ title: "Type", value: (m) => (m.type || "–").replace("BPF_MAP_TYPE_", "").toLowerCase() },
			{ title: "Key", value: (m) => sized(attribute(m, "key"), m.key_size) },
			{ title: "Value", wide: true, value: (m) => sized(attribute(m, "value"), m.value_size) },
			{ title: "Entries", num: true, value: (m) => (m.section ? 1 : attribute(m, "max_entries") ?? -1),
			  show: (m) => (m.section || attribute(m, "max_entries") !== undefined ? undefined : "–") },
			{ title: "Bytes", num: true, value: (m) => m.bytes ?? 0, show: (m) => (m.bytes ? undefined : "–") },
			{ title: "Other", value: other },
			{ title: "Users", wide: true, value: (m) => m.users.length, show: (m) => make("div", {}, users(m.users),
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
			{ title: "Users", wide: true, value: (e) => e.users.length, show: (e) => make("div", {}, users(e.users)) }] });
}

function sectionTable() {
	return new Table({
		label: "Sections of the output", rows: facts.sections, text: (s) => s.name,
		columns: [
			{ title: "Section", name: true, value: (s) => s.name },
			{ title: "Bytes", num: true, value: (s) => s.size },
			{ title: "Alignment", num: true, value: (s) => s.align }] });
}

/* ---- kernels: --target-btf and bpfld check ---- */

const RESULTS = ["exists", "other size", "absent", "guarded", "optional", "unknown", "missing", "other kind", "rejected"];

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

	return [make("p", { class: "note" }, "What the output needs of kernels, looked up in the BTF of --target-btf."),
		kernelTable().element, rows.length ? [make("h3", {}, "What some kernel lacks or has in another form"), useTable(rows).element]
			: make("p", { class: "note" }, "Each kernel has all that the output refers to.")];
}

/* The results of this output by kernel, or of all objects if none has its name. */
const verdicts = (() => {
	const base = (path) => path.slice(path.lastIndexOf("/") + 1);
	const all = facts.verdicts || [];
	const own = all.filter((r) => base(r.object) === base(facts.output));

	return own.length ? own : all;
})();
const kernelName = (r) => r.target.slice(r.target.lastIndexOf("/") + 1);

/* For each kernel, the verdict on a program. */
const verdictsOf = (f) => verdicts.map((r) => r.programs.find((p) => p.name === f.name && p.section === f.section));

/* Programs that do not load, with the kernels that give the same reason. */
function troubles() {
	const found = new Map();

	for (const r of verdicts)
		for (const p of r.programs) {
			const key = [r.object, p.name, p.verdict, p.meaning || p.reason].join("\n");

			if (p.verdict !== "loads")
				found.set(key, { program: p, kernels: [...(found.get(key)?.kernels || []), kernelName(r)] });
		}
	return [...found.values()].sort((a, b) => (b.program.verdict === "rejected") - (a.program.verdict === "rejected"));
}


function verdictTable() {
	const programs = new Map(verdicts.flatMap((r) => r.programs.map((p) => [`${p.name}\n${p.section}`, p])));
	const cell = (r) => (p) => r.programs.find((q) => q.name === p.name && q.section === p.section);
	const shown = (v) => (!v ? "–" : v.verdict !== "loads" ? make("span", { class: v.verdict === "rejected" ? "bad" : "" }, v.verdict)
		: make("div", {}, number(v.instructions), make("div", { class: "note" }, count(v.total_states, "state"),
			v.stack ? `, stack ${v.stack}` : "")));

	return new Table({
		label: "Verdicts", rows: [...programs.values()], text: (p) => `${p.name} ${p.section}`,
		columns: [
			{ title: "Program", name: true, value: (p) => p.name,
			  show: (p) => make("div", {}, p.name, make("div", { class: "note" }, p.section)) },
			...verdicts.map((r) => ({ title: kernelName(r), num: true, value: (p) => {
				const v = cell(r)(p);

				return !v ? -2 : v.verdict === "loads" ? v.instructions : -1;
			}, show: (p) => shown(cell(r)(p)) }))] });
}

function troubleCard({ program: p, kernels }) {
	const f = facts.functions.findIndex((g) => g.program && !g.dropped && g.name === p.name && g.section === p.section);
	const item = (name, text) => (text ? [make("dt", {}, name), make("dd", {}, text)] : []);

	return make("div", { class: `card diagnostic ${p.verdict === "rejected" ? "rejected" : "note"}` },
		make("p", {}, make("b", {}, p.verdict), " ", f < 0 ? make("code", {}, p.name) : toFunction(f), ` on ${kernels.join(", ")}: `,
			p.meaning || p.reason),
		make("dl", {}, item("to change", p.help), p.meaning ? item("verifier", p.reason) : [], item("at", p.source),
			(p.callers || []).flatMap((c) => item("called at", c)), item("acquired at", p.acquired), item("global function", p.function),
			Object.entries(p.registers || {}).flatMap(([name, value]) => item(name, value))),
		p.log ? make("details", {}, make("summary", {}, "the verifier's log"), make("pre", {}, p.log)) : null);
}

function verdictPart() {
	return [
		make("p", { class: "note" }, "From bpfld check: for a program that loads, the instructions that the verifier processed."),
		make("ul", { class: "tiles few" }, verdicts.map((r) => {
			const loading = r.programs.filter((p) => p.verdict === "loads").length;

			return tile(kernelName(r), r.programs.length ? [number(loading), make("small", {}, ` of ${r.programs.length} load`)]
				: make("span", { class: "bad" }, "no verdict"), r.error || r.kernel,
				r.programs.length ? make("div", { class: "bars", "aria-hidden": "true" },
					make("i", { style: `width: ${100 * loading / r.programs.length}%` })) : null);
		})),
		verdicts.some((r) => r.programs.length) ? verdictTable().element : null,
		make("div", { class: "cards" }, troubles().map(troubleCard))];
}

/* ---- --report-against ---- */

function changeTable(title, rows, more) {
	const grown = (c) => (c.after || 0) - (c.before || 0);
	const top = Math.max(...rows.map((c) => Math.abs(grown(c))), 1);
	const signed = (n) => (n > 0 ? "+" : n < 0 ? "−" : "") + number(Math.abs(n));

	return new Table({
		label: title, rows, text: (c) => `${c.name} ${c.file || ""}`,
		columns: [
			{ title: title.split(",")[0].replace(/s$/, ""), name: true, value: (c) => c.name, show: (c) => make("div", {}, c.name,
				make("div", { class: "note" }, [c.file && input(c.file), c.before === undefined ? "new" : c.after === undefined ? "gone" : null,
					c[`${more}_before`] !== undefined ? `${more} ${number(c[`${more}_before`])} → ${number(c[`${more}_after`])}` : null]
					.filter(Boolean).join(", "))) },
			{ title: "Before", num: true, value: (c) => c.before ?? -1, show: (c) => (c.before === undefined ? "–" : undefined) },
			{ title: "After", num: true, value: (c) => c.after ?? -1, show: (c) => (c.after === undefined ? "–" : undefined) },
			{ title: "Change", num: true, value: grown, show: (c) => make("div", {}, signed(grown(c)),
				make("div", { class: `share ${grown(c) > 0 ? "grown" : ""}`, "aria-hidden": "true" },
					make("i", { style: `width: ${100 * Math.abs(grown(c)) / top}%` }))) }] });
}

function comparison() {
	const { totals, functions, maps, types, report, output } = facts.against;
	const titles = { ...Object.fromEntries(KINDS), types: "Types", stack: "Deepest stack" };
	const changed = Object.entries(totals).filter(([, t]) => t.before !== t.after);
	const lists = [["Functions, by bytes of code", functions, "stack"], ["Maps, by bytes of keys and values", maps, ""],
		["Types, by bytes of BTF", types, "size"]].filter(([, rows]) => rows.length);

	return [
		make("p", { class: "note" }, "Compared with ", make("code", {}, output), " as ", make("code", {}, report), " describes it."),
		changed.length ? make("ul", { class: "tiles" }, changed.map(([key, t]) => tile(titles[key], number(t.after),
			`${number(t.before)} before, ${change(t.before, t.after)}`, bars(t.before, t.after, Math.max(t.before, t.after)))))
			: make("p", { class: "empty" }, "No total has changed."),
		make("div", { class: "pair" }, lists.map(([title, rows, more]) =>
			make("div", {}, make("h3", {}, title), changeTable(title, rows, more).element)))];
}

/* ---- what was dropped ---- */

const DROPPED = [["code", "Functions"], ["data", "Data"], ["debug", "Debug strings and sections"], ["other", "Other sections"]];

function droppedTable(title, rows) {
	const why = (d) => [d.of && `kept in ${input(d.of)}`, d.by && `by ${input(d.by)}`, d.group && `group ${d.group}`,
		d.pieces && count(d.pieces, "piece")].filter(Boolean).join(", ");
	const names = rows.some((d) => d.name);

	return new Table({
		label: `Dropped: ${title}`, rows, sort: { column: names ? 1 : 0, down: true },
		text: (d) => [d.reason, d.file, d.section, d.name, why(d)].join(" "),
		columns: [
			names ? { title: "Name", name: true, value: (d) => d.name || "–" } : null,
			{ title: "Bytes", num: true, value: (d) => d.size },
			{ title: "Reason", value: (d) => d.reason, show: (d) => make("div", {}, d.reason, why(d) ? make("div", { class: "note" }, why(d)) : null) },
			{ title: "Input", wide: true, value: (d) => input(d.file), show: (d) => make("div", {}, input(d.file),
				make("div", { class: "note" }, d.section + (d.offset ? "+0x" + d.offset.toString(16) : ""))) }].filter(Boolean),
		total: [names ? count(rows.length, "entry", "entries") : null, number(rows.reduce((n, d) => n + d.size, 0)), "", ""]
			.filter((c) => c !== null).slice(0, names ? 4 : 3) });
}

function droppedByInput(groups) {
	const inputs = new Map();

	for (const d of facts.dropped) {
		const row = inputs.get(d.file) || { name: d.file, all: 0 };

		row[d.kind] = (row[d.kind] || 0) + d.size;
		row.all += d.size;
		inputs.set(d.file, row);
	}
	const rows = [...inputs.values()];
	const total = (k) => rows.reduce((n, r) => n + (r[k] || 0), 0);

	return new Table({
		label: "Dropped by input", rows, sort: { column: groups.length + 1, down: true }, text: (r) => r.name,
		columns: [{ title: "Input", name: true, value: (r) => input(r.name) },
			...groups.map(([k, title]) => ({ title: title.split(" ")[0], num: true, value: (r) => r[k] || 0 })),
			{ title: "All", num: true, value: (r) => r.all }],
		total: ["Total", ...groups.map(([k]) => total(k)), total("all")].map((c) => (typeof c === "number" ? number(c) : c)) });
}

function dropped() {
	const groups = DROPPED.map(([k, title]) => [k, title, facts.dropped.filter((d) => d.kind === k)]).filter(([, , rows]) => rows.length);
	const reasons = (rows) => [...new Set(rows.map((d) => d.reason))].join(", ");

	return [
		make("ul", { class: "tiles few" }, groups.map(([, title, rows]) => tile(title, [number(rows.reduce((n, d) => n + d.size, 0)),
			make("small", {}, " bytes")], `${count(rows.length, "entry", "entries")}: ${reasons(rows)}`))),
		make("div", { class: "pair" }, groups.map(([, title, rows]) =>
			make("div", {}, make("h3", {}, title), droppedTable(title, rows).element)),
			make("div", {}, make("h3", {}, "By input"), droppedByInput(groups).element))];
}
