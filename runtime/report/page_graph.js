/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Draws a program's call graph into the width that there is. Functions are in columns by their
 * longest distance from the program, so that calls lead from left to right; if the columns do not
 * fit, they are lines of an indented tree. Dense parts are folded: a function with hidden callees
 * has a badge with their number, and opens on demand.
 */
const SVG = "http://www.w3.org/2000/svg";
const NODE = { height: 46, down: 60, least: 104, most: 300 }; /* draw() sets height and down */
const EDGE = 12; /* of the picture */
const SHOWN_AT_FIRST = 30; /* functions */
const COLUMN_AT_FIRST = 9;
const MORE = 12; /* callees, each time that a function is opened */

/* Creates an element. Text and attributes are set as such, never as markup. */
function make(name, attributes, ...children) {
	const svg = /^(svg|g|path|rect|text|tspan|defs|marker|line|title)$/.test(name) &&
		!(attributes && attributes.html);
	const e = svg ? document.createElementNS(SVG, name) : document.createElement(name);

	for (const [key, value] of Object.entries(attributes || {})) {
		if (typeof value === "function")
			e.addEventListener(key, value);
		else if (value !== undefined && value !== null && value !== false && key !== "html")
			e.setAttribute(key, value === true ? "" : value);
	}
	e.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== ""));
	return e;
}

function count(n, one, many) {
	return n.toLocaleString("en") + " " + (n === 1 ? one : many || one + "s");
}

const LETTER = 7.3; /* width of a letter of a name */

function cut(text, letters) {
	return text.length > letters ? text.slice(0, letters - 1) + "…" : text;
}

/* A name in one line or two, as long as fits into a box; with its file in the second one. */
function nameLines(name, file, width) {
	const letters = Math.floor((width - 18) / LETTER);

	if (file)
		return [cut(name, letters), file.length > letters ? "…" + file.slice(1 - letters) : file];
	if (name.length <= letters)
		return [name];
	const at = name.slice(0, letters).lastIndexOf("_") + 1 || letters;

	return [name.slice(0, at), cut(name.slice(at), letters)];
}

/*
 * Positions in order and without overlaps, each sizes[i] before the next, with the least sum of
 * squared distances from the wanted ones.
 */
function spread(wanted, sizes) {
	const blocks = [];
	let before = 0;
	const offsets = sizes.map((size) => {
		before += size;
		return before - size;
	});

	wanted.forEach((want, i) => {
		let block = { sum: want - offsets[i], n: 1 };

		while (blocks.length && blocks.at(-1).sum / blocks.at(-1).n >= block.sum / block.n) {
			const last = blocks.pop();

			block = { sum: last.sum + block.sum, n: last.n + block.n };
		}
		blocks.push(block);
	});
	return blocks.flatMap((b) => Array(b.n).fill(b.sum / b.n)).map((y, i) => y + offsets[i]);
}

/* The calls among visible functions, and which of them close a cycle. */
function visibleEdges(root, callsOf) {
	const state = new Map();
	const order = [];
	const edges = [];
	const stack = [[root, 0]];

	state.set(root, "open");
	while (stack.length) {
		const top = stack.at(-1);
		const calls = callsOf(top[0]);

		if (top[1] === calls.length) {
			state.set(top[0], "done");
			order.unshift(top[0]);
			stack.pop();
			continue;
		}
		const call = calls[top[1]++];

		edges.push({ ...call, back: state.get(call.to) === "open" });
		if (!state.has(call.to)) {
			state.set(call.to, "open");
			stack.push([call.to, 0]);
		}
	}
	return { order, edges };
}

/* Columns of nodes; a call that skips columns has a bend in each of them. */
function columnsOf(order, edges) {
	const depth = new Map(order.map((f) => [f, 0]));
	const columns = [];
	const put = (node) => {
		(columns[node.column] ||= []).push(node);
		return node;
	};

	for (const f of order)
		for (const e of edges)
			if (e.from === f && !e.back)
				depth.set(e.to, Math.max(depth.get(e.to), depth.get(f) + 1));
	const nodes = new Map(order.map((f) => [f, put({ f, column: depth.get(f), near: [] })]));

	for (const e of edges) {
		let last = nodes.get(e.from);

		e.way = [last];
		for (let c = depth.get(e.from) + 1; !e.back && c < depth.get(e.to); c++)
			e.way.push(put({ bend: true, column: c, near: [] }));
		e.way.push(nodes.get(e.to));
		for (const node of e.back ? [] : e.way.slice(1)) {
			last.near.push(node);
			node.near.push(last);
			last = node;
		}
	}
	return { columns, nodes };
}

/* Orders each column by the mean position of the neighbors, so that calls are short. */
function arrange(columns) {
	const mean = (node, side) => {
		const to = node.near.filter((n) => n.column === node.column + side);

		return to.length ? to.reduce((sum, n) => sum + n.y, 0) / to.length : node.y;
	};
	const size = (node) => (node.bend ? NODE.down / 2 : NODE.down);

	for (const column of columns)
		column.forEach((node, i) => { node.y = i * NODE.down; });
	for (let round = 0; round < 12; round++) {
		const forth = round % 2 === 0;

		for (const column of forth ? columns : [...columns].reverse()) {
			const wanted = new Map(column.map((n) => [n, mean(n, forth ? -1 : 1)]));

			if (round < 8)
				column.sort((a, b) => wanted.get(a) - wanted.get(b));
			const places = spread(column.map((n) => wanted.get(n)), column.map(size));

			column.forEach((node, i) => { node.y = places[i]; });
		}
	}
	const top = Math.min(...columns.flat().map((n) => n.y));

	for (const node of columns.flat())
		node.y += 30 - top;
}

/* The width of boxes and the distance of columns, or null if they do not fit. */
function fit(columns, width) {
	const inner = width - 2 * EDGE;
	const box = Math.min(NODE.most, Math.floor((inner - 22 * (columns - 1)) / columns));
	const gap = columns > 1 ? Math.min(110, (inner - columns * box) / (columns - 1)) : 0;

	return box < NODE.least ? null : { box, right: box + gap };
}

/* The nodes as lines of a tree: each one below the first function that calls it. */
function outline(root, nodes, edges, width) {
	const tree = [];
	const add = (node, depth, parent) => {
		Object.assign(node, { depth, parent, y: EDGE + tree.length * (NODE.height + 8) });
		tree.push(node);
		for (const e of edges)
			if (e.from === node.f && nodes.get(e.to).y === undefined)
				add(nodes.get(e.to), depth + 1, node);
	};

	for (const node of nodes.values())
		node.y = undefined;
	add(nodes.get(root), 0);
	const deepest = Math.max(...tree.map((n) => n.depth));
	const indent = deepest ? Math.min(22, (width - 2 * EDGE - 170) / deepest) : 0;

	for (const node of tree) {
		node.x = EDGE + node.depth * indent;
		node.width = Math.min(420, width - EDGE - node.x);
	}
	return tree;
}

function edgePath(e) {
	const middle = NODE.height / 2;

	if (e.tree) {
		const a = e.way[0];
		const b = e.way.at(-1);

		return `M${a.x + Math.min(6, (b.x - a.x) / 2)} ${a.y + NODE.height}V${b.y + middle}H${b.x}`;
	}
	if (e.back) {
		const a = e.way[0];
		const b = e.way.at(-1);
		const rise = Math.min(a.y, b.y) - 22;
		const from = a.x + a.width * 0.7;
		const to = b.x + b.width * 0.3;

		return `M${from} ${a.y} C${from} ${rise} ${to} ${rise} ${to} ${b.y - 5}`;
	}
	return e.way.slice(1).reduce((d, n, i) => {
		const p = e.way[i];
		const from = p.x + p.width;
		const to = n.x - (n.bend ? 0 : 6);
		const half = (from + to) / 2;

		return d + (i ? `H${from}` : `M${from} ${p.y + middle}`) +
			`C${half} ${p.y + middle} ${half} ${n.y + middle} ${to} ${n.y + middle}`;
	}, "");
}

/*
 * The number of callees to show initially for each function in addition to the deepest chain: all
 * of them, breadth first, until there are enough functions, or enough at one depth.
 */
function openAtFirst(root, chain, callsOf) {
	const open = new Map(chain.map((f) => [f, 0]));
	const shown = new Set(chain);
	const queue = [root];
	const depth = new Map([[root, 0]]);
	const rows = chain.map(() => 1);

	for (let i = 0; i < queue.length; i++) {
		const calls = callsOf(queue[i]);
		const fresh = calls.filter((c) => !shown.has(c.to));
		const down = depth.get(queue[i]) + 1;
		const row = (rows[down] || 0) + fresh.length;

		if (shown.size + fresh.length > SHOWN_AT_FIRST || row > COLUMN_AT_FIRST)
			continue;
		rows[down] = row;
		open.set(queue[i], calls.length);
		for (const c of calls) {
			shown.add(c.to);
			if (!depth.has(c.to)) {
				depth.set(c.to, down);
				queue.push(c.to);
			}
		}
	}
	return open;
}

class CallGraph {
	/* data: {functions, callsOf(f), callersOf(f), label(f), file(f)}; program: an entry of "programs". */
	constructor(data, program) {
		this.data = data;
		this.program = program;
		this.chain = data.chainOf(program);
		this.open = openAtFirst(program.function, this.chain, data.callsOf);
		this.current = program.function;
		this.about = make("p", { class: "about", "aria-live": "polite" });
		this.frame = make("div", { class: "graph" });
		this.all = make("button", { class: "button", type: "button", click: () => this.toggleAll() });
		this.element = make("div", {}, this.frame, this.about);
		new ResizeObserver(() => {
			if (this.frame.clientWidth !== this.width)
				this.draw();
		}).observe(this.frame);
	}

	/* Opens all functions, or those that are open at first. */
	toggleAll() {
		const first = this.everything;

		this.everything = !first;
		this.open = first ? openAtFirst(this.program.function, this.chain, this.data.callsOf)
			: new Map(this.data.functions.map((_, f) => [f, this.data.callsOf(f).length]));
		this.draw();
	}

	/* The visible calls of f: those of the chain, and as many others as were requested. */
	shownCalls(f) {
		let left = this.open.get(f) ?? 0;

		return this.data.callsOf(f).filter((c) => (this.open.has(f) && this.chain.includes(c.to)) || left-- > 0);
	}

	hidden(f) {
		return this.data.callsOf(f).length - this.shownCalls(f).length;
	}

	draw(focus) {
		const root = this.program.function;
		const { order, edges } = visibleEdges(root, (f) => this.shownCalls(f));
		const { columns, nodes } = columnsOf(order, edges);

		this.width = this.frame.clientWidth;
		const place = fit(columns.length, this.width);
		const lined = (f) => (place ? nameLines(this.data.functions[f].name, this.data.file(f), place.box).length : 1);
		let lines = edges;

		this.edges = edges;
		this.nodes = nodes;
		NODE.height = order.some((f) => lined(f) > 1) ? 60 : 46;
		NODE.down = NODE.height + 14;
		if (place) {
			arrange(columns);
			for (const n of columns.flat())
				Object.assign(n, { x: EDGE + n.column * place.right, width: place.box });
			this.columns = columns.map((c) => c.filter((n) => !n.bend));
		} else {
			const tree = outline(root, nodes, edges, this.width);

			this.columns = null;
			this.order = tree.map((n) => n.f);
			lines = edges.filter((e) => (e.tree = nodes.get(e.to).parent === nodes.get(e.from)));
		}
		if (!nodes.has(this.current))
			this.current = root;
		const height = Math.max(...(place ? columns.flat() : [...nodes.values()]).map((n) => n.y)) + NODE.height + 14;
		const svg = make("svg", {
			width: this.width, height, role: "group",
			"aria-label": `Call graph of ${this.name(root)}: arrow keys move along the calls`,
			keydown: (event) => this.key(event) },
			this.tips(),
			place ? columns.map((_, i) => make("text",
				{ class: "column", x: EDGE + i * place.right + place.box / 2, y: 18 },
				i ? `frame ${i + 1}` : "program")) : null,
			lines.map((e) => this.drawEdge(e)),
			[...nodes.values()].map((n) => this.drawNode(n)));

		this.frame.replaceChildren(svg);
		const hidden = order.some((f) => this.hidden(f));

		this.all.hidden = !hidden && !this.everything;
		this.all.textContent = this.everything ? "Fold" : "Show all functions";
		this.show(this.current, focus);
	}

	tips() {
		return make("defs", {}, ["tip", "tip worst"].map((name) => make("marker",
			{ id: `${name.replace(" ", "-")}-${this.program.function}`, viewBox: "0 0 8 8", refX: 3,
			  refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse",
			  orient: "auto" },
			make("path", { class: name, d: "M0 0L8 4L0 8z" }))));
	}

	drawEdge(e) {
		const at = this.chain.indexOf(e.from);
		const worst = at >= 0 && this.chain[at + 1] === e.to && e.kind !== "later";
		const kind = e.kind === "call" ? "" : ` ${e.kind}`;

		e.line = make("path", {
			class: "edge" + kind + (worst ? " worst" : "") + (e.back || e.circular ? " circular" : ""),
			d: edgePath(e),
			"marker-end": e.tree ? undefined : `url(#tip${worst ? "-worst" : ""}-${this.program.function})` });
		return e.line;
	}

	drawNode(n) {
		const fn = this.data.functions[n.f];
		const hidden = this.hidden(n.f);
		const others = this.columns ? 0 : this.edges.filter((e) => e.to === n.f && !e.tree).length;
		const file = this.data.file(n.f);
		const closable = n.f !== this.program.function && this.open.get(n.f) > 0;
		const bar = Math.min(1, fn.stack / 512) * (n.width - 20);
		const names = ["node", n.f === this.program.function && "root",
			this.chain.includes(n.f) && "worst", (hidden || closable) && "more"];

		n.element = make("g", {
			class: names.filter(Boolean).join(" "), tabindex: -1,
			role: hidden || closable ? "button" : "img",
			"aria-expanded": hidden ? "false" : closable ? "true" : undefined,
			"aria-label": this.describe(n.f),
			transform: `translate(${n.x} ${n.y})`,
			focus: () => { this.show(n.f); this.highlight(n.f); },
			blur: () => this.highlight(),
			click: () => { this.show(n.f, true); if (hidden || closable) this.toggle(n.f); } },
			make("title", {}, fn.name),
			make("rect", { class: "box", width: n.width, height: NODE.height, rx: 8 }),
			this.columns ? nameLines(fn.name, file, n.width).map((line, i) => make("text",
				{ x: 10, y: 18 + 14 * i, class: i && file ? "of" : "" }, line))
				: make("text", { x: 10, y: 18 }, cut(fn.name, Math.floor((n.width - 18) / LETTER) - (file && file.length + 1)),
					file ? make("tspan", { class: "of" }, ` ${file}`) : null),
			make("text", { class: "small", x: 10, y: NODE.height - 13 }, cut(
				[`${count(fn.stack, "byte")} of stack`, fn.tail_call && "tail call",
				 others && `called by ${count(others, "other")}`].filter(Boolean).join(" · "), Math.floor((n.width - 18) / 5.6))),
			make("rect", { class: "track", x: 10, y: NODE.height - 7, width: n.width - 20, height: 3, rx: 1.5 }),
			bar ? make("rect", { class: "fill", x: 10, y: NODE.height - 7, width: bar, height: 3, rx: 1.5 }) : null,
			hidden ? make("g", { class: "badge", transform: `translate(${n.width - 34} -8)` },
				make("rect", { width: 40, height: 17, rx: 8.5 }),
				make("text", { x: 20, y: 12.5 }, `+${hidden}`)) : null);
		return n.element;
	}

	name(f) {
		return this.data.label(f);
	}

	describe(f) {
		const fn = this.data.functions[f];
		const hidden = this.hidden(f);

		return `${this.name(f)}, ${count(fn.stack, "byte")} of stack, calls ${this.data.callsOf(f).length}` +
			(hidden ? `, ${hidden} not shown` : "");
	}

	/*
	 * Makes f the current function: highlights its calls, and describes it in the line below.
	 */
	show(f, focus) {
		const fn = this.data.functions[f];
		const list = (ids) => [...new Set(ids)].map((id) => this.name(id));
		const some = (names) => names.slice(0, 12).join(", ") +
			(names.length > 12 ? ` and ${names.length - 12} more` : "");
		const calls = list(this.data.callsOf(f).map((c) => c.to));
		const callers = list(this.data.callersOf(f));

		this.current = f;
		for (const n of this.nodes.values())
			n.element.setAttribute("tabindex", n.f === f ? 0 : -1);
		this.about.replaceChildren(
			make("b", {}, this.name(f)), ` at ${fn.place}: ${count(fn.size, "byte")} of code, `,
			`${count(fn.stack, "byte")} of stack. `,
			callers.length ? `Called by ${some(callers)}. ` : "",
			calls.length ? `Calls ${some(calls)}.` : "Calls nothing.");
		if (focus)
			this.nodes.get(f).element.focus();
	}

	/* Highlights the calls of the function that has the focus; f undefined: none. */
	highlight(f) {
		const near = (e) => e.from === f || e.to === f;
		const found = this.edges.filter(near).flatMap((e) => [e.from, e.to]);

		for (const n of this.nodes.values())
			n.element.classList.toggle("near", n.f !== f && found.includes(n.f));
		for (const e of this.edges)
			if (e.line)
				e.line.classList.toggle("near", near(e));
	}

	toggle(f) {
		if (this.hidden(f))
			this.open.set(f, (this.open.get(f) ?? 0) + MORE);
		else if (this.chain.includes(f))
			this.open.set(f, 0);
		else
			this.open.delete(f);
		this.draw(true);
	}

	key(event) {
		const node = this.nodes.get(this.current);
		const column = this.columns ? this.columns[node.column].map((n) => n.f) : this.order;
		const visible = (ids) => ids.find((f) => this.nodes.has(f));
		const step = (by) => column[column.indexOf(node.f) + by];
		const to = {
			ArrowRight: () => visible(this.edges.filter((e) => e.from === node.f && !e.back).map((e) => e.to)),
			ArrowLeft: () => visible(this.edges.filter((e) => e.to === node.f && !e.back).map((e) => e.from)),
			ArrowUp: () => step(-1),
			ArrowDown: () => step(1),
			Home: () => this.program.function,
		}[event.key];

		if (event.key === "Enter" || event.key === " ") {
			event.preventDefault();
			if (node.element.classList.contains("more"))
				this.toggle(node.f);
		} else if (to) {
			const f = to();

			event.preventDefault();
			if (f !== undefined)
				this.show(f, true);
		}
	}
}
