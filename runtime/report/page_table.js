/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Tables that are sorted, filtered and extended, and whose rows are targets of links. */

const ROWS = 20; /* of a table, initially */

const number = (n) => n.toLocaleString("en");
const bytes = (n) => count(n, "byte");
const percent = (n) => (n < 10 ? n.toFixed(1) : String(Math.round(n)));

function change(before, after) {
	if (before === after)
		return "unchanged";
	if (!before)
		return "new";
	return (after < before ? "−" : "+") + percent(Math.abs(100 * (after - before) / before)) + "\u00a0%";
}

function bars(before, after, top) {
	const bar = (n, name) => make("i", { class: name, style: `width: ${top ? 100 * n / top : 0}%` });

	return make("div", { class: "bars", "aria-hidden": "true" }, bar(before, "before"), bar(after, ""));
}

/* Scrolls to an element, highlights it, and moves the focus to it or into it. */
function visit(element, focus) {
	const target = focus || element;

	if (!target.hasAttribute("tabindex") && !/^(A|SUMMARY|BUTTON)$/.test(target.tagName))
		target.setAttribute("tabindex", -1);
	document.querySelectorAll(".visited").forEach((e) => e.classList.remove("visited"));
	element.classList.add("visited");
	element.scrollIntoView({ block: "start" });
	target.focus({ preventScroll: true });
}

/* A link to a place on this page that may have to be unfolded first: open() does that. */
function jump(text, open, attributes) {
	return make("a", { href: "#main", ...attributes, click: (event) => {
		event.preventDefault();
		open();
	} }, text);
}

/*
 * columns: {title, value(row), show(row), num, name, wide}. A cell shows value(), or what show()
 * returns; rows are sorted by value(). total: the cells of the last row.
 */
class Table {
	constructor({ label, columns, rows, sort, text, total }) {
		Object.assign(this, { label, columns, rows, text, limit: ROWS });
		this.shown = rows;
		this.sorted = sort || { column: -1 };
		this.body = make("tbody");
		this.status = make("span", { class: "note", role: "status" });
		this.more = make("button", { class: "button", type: "button", click: () => this.grow() });
		this.heads = columns.map((c, i) => make("th", { scope: "col", class: c.num ? "num" : "" },
			make("button", { type: "button", click: () => this.order(i) }, c.title)));
		this.input = rows.length > 12 ? this.search() : null;
		const width = columns.length > 8 ? "widest" : columns.length > 5 ? "wider" : columns.length > 3 ? "medium" : "small";

		this.element = make("div", {},
			make("div", { class: "tools" }, this.input),
			make("div", { class: `card table ${width}` },
				make("table", { "aria-label": label },
					make("thead", {}, make("tr", {}, this.heads)), this.body,
					total ? make("tfoot", {}, make("tr", {}, columns.map((c, i) => this.cell(c, null, total[i])))) : null)),
			make("div", { class: "tools" }, this.more, this.status));
		this.draw();
	}

	search() {
		return make("input", {
			type: "search", placeholder: "Filter", "aria-label": `Filter: ${this.label}`,
			input: (event) => this.filter(event.target.value) });
	}

	filter(text) {
		const words = text.toLowerCase().split(/\s+/).filter(Boolean);

		this.shown = words.length ? this.rows.filter((r) => {
			const of = this.text(r).toLowerCase();

			return words.every((w) => of.includes(w));
		}) : this.rows;
		this.limit = ROWS;
		this.draw();
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

	inOrder() {
		const { column, down } = this.sorted;
		const value = column >= 0 ? this.columns[column].value : null;

		return value ? [...this.shown].sort((a, b) => {
			const x = value(a);
			const y = value(b);

			return (down ? -1 : 1) * (typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en"));
		}) : this.shown;
	}

	draw() {
		const { column, down } = this.sorted;
		const rows = this.inOrder();
		const left = rows.length - this.limit;

		this.heads.forEach((th, i) => {
			if (i === column)
				th.setAttribute("aria-sort", down ? "descending" : "ascending");
			else
				th.removeAttribute("aria-sort");
		});
		this.drawn = new Map(rows.slice(0, this.limit).map((r) => [r, make("tr", {},
			this.columns.map((c) => this.cell(c, r)))]));
		this.body.replaceChildren(...this.drawn.values());
		this.more.hidden = left <= 0;
		this.more.textContent = `Show ${number(Math.min(left, this.limit * 3))} more`;
		this.status.textContent = left > 0 || this.shown !== this.rows
			? `${number(Math.min(rows.length, this.limit))} of ${number(this.rows.length)}` : "";
	}

	cell(c, row, text) {
		const shown = row && c.show ? c.show(row) : text;
		const value = shown === undefined && row ? c.value(row) : shown;
		const name = [c.num && "num", c.name && "name", c.wide && "wide"].filter(Boolean).join(" ");

		return make("td", { class: name, "data-title": c.title }, typeof value === "number" ? number(value) : value);
	}

	/* Shows a row, whatever is filtered or folded. */
	visit(row) {
		for (let e = this.element; e; e = e.parentElement)
			if (e.tagName === "DETAILS")
				e.open = true;
		if (this.shown !== this.rows) {
			this.input.value = "";
			this.filter("");
		}
		const at = this.inOrder().indexOf(row);

		if (at >= this.limit) {
			this.limit = at + 1;
			this.draw();
		}
		visit(this.drawn.get(row));
	}
}

/* "before → after", and a bar for the share of the total afterwards. */
function beforeAfter(before, after, total) {
	return make("div", {},
		before === after ? null : make("span", { class: "before" }, number(before) + " → "), number(after),
		total === undefined ? null : make("div", { class: "share", "aria-hidden": "true" },
			make("i", { style: `width: ${total ? 100 * after / total : 0}%` })));
}

/* A few elements, and the rest on demand. */
function some(elements, shown = 3) {
	const list = (part) => part.flatMap((e, i) => (i ? [", ", e] : [e]));

	if (elements.length <= shown + 1)
		return elements.length ? list(elements) : "–";
	const rest = make("span", { hidden: true }, ", ", list(elements.slice(shown)));
	const more = make("button", { class: "more", type: "button", click: () => {
		rest.hidden = false;
		more.remove();
		rest.querySelector("a").focus();
	} }, ` and ${elements.length - shown} more`);

	return [list(elements.slice(0, shown)), rest, more];
}

function tile(label, value, sub, extra) {
	return make("li", { class: "card tile" }, make("div", { class: "label" }, label),
		make("div", { class: "value" }, value), make("div", { class: "sub" }, sub), extra);
}
