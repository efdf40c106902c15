/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Unifies equal debug types of several modules.
 *
 * C's types have no identifiers, so LLVM keeps one copy for each file that includes a header, and
 * copies, writes and compiles all of them. Types refer to each other in cycles. Two nodes are equal
 * if their fields are equal, and their operands are equal in turn: the coarsest partition with this
 * property is what refinement by hashes finds. The first node of each class replaces the others.
 *
 * LLVM's linker visits all metadata that a module refers to, for each module again. So each
 * reference to a type is replaced by a string before modules are merged, and restored afterwards.
 *
 * Nodes that are not found here keep their types, which is slower, but right.
 */
#include "lto/compiler.h"

#include <llvm-c/DebugInfo.h>
#include <llvm/Config/llvm-config.h>
#include <stdlib.h>
#include <string.h>

typedef uint32_t node_id; /* index of a node; 0: none */

struct node {
	LLVMValueRef v;
	uint8_t kind;        /* LLVMMetadataKind */
	bool open;           /* its operands are in the table */
	unsigned nr;         /* of operands */
	size_t first;        /* index of the first one in operands */
	uint64_t own, class; /* hashes: of its fields; of its class */
	node_id same;        /* the first node of its class */
	LLVMMetadataRef cut; /* the string that replaces it */
};

struct lto_types {
	struct node *nodes;
	size_t nr, cap;
	node_id *operands;
	size_t nr_operands, cap_operands;
	node_id *table; /* by address: hash table of a power of two */
	size_t size;
	LLVMValueRef *list; /* operands of one node */
	unsigned cap_list;
};

#if LLVM_VERSION_MAJOR < 17
/* MDNode::replaceOperandWith(unsigned, Metadata *) */
extern void replace_operand_with(LLVMMetadataRef node, unsigned i, LLVMMetadataRef with) __asm__(
    "_ZN4llvm6MDNode18replaceOperandWithEjPNS_8MetadataE") __attribute__((weak));

static bool can_replace(void)
{
	return replace_operand_with;
}

static void replace_operand(const struct node *n, unsigned i, LLVMMetadataRef with)
{
	replace_operand_with(LLVMValueAsMetadata(n->v), i, with);
}

/* In these releases, all metadata begins with its kind and flags, a byte each, and the tag. */
static unsigned tag_of(LLVMMetadataRef type)
{
	return ((const uint16_t *)(const void *)type)[1];
}
#else
static bool can_replace(void)
{
	return true;
}

static void replace_operand(const struct node *n, unsigned i, LLVMMetadataRef with)
{
	LLVMReplaceMDNodeOperandWith(n->v, i, with);
}

static unsigned tag_of(LLVMMetadataRef type)
{
	return LLVMGetDINodeTag(type);
}
#endif

static void *grow(void *v, size_t nr, size_t size)
{
	v = reallocarray(v, nr, size);
	if (!v)
		out_of_memory();
	return v;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 29;
}

/* ---- nodes ---- */

static bool is_type(const struct node *n)
{
	return n->kind == LLVMDICompositeTypeMetadataKind ||
	       n->kind == LLVMDIDerivedTypeMetadataKind ||
	       n->kind == LLVMDISubroutineTypeMetadataKind;
}

/* Lists of members and parameters are parts of types. The C API shows !{null} as !{}. */
static bool is_unifiable(const struct node *n)
{
	return is_type(n) || (n->kind == LLVMMDTupleMetadataKind && n->nr);
}

static uint64_t hash_fields(const struct node *n)
{
	LLVMMetadataRef type = LLVMValueAsMetadata(n->v);
	uint64_t hash = mix(n->kind, n->nr);

	if (!is_type(n))
		return hash;
	hash = mix(hash, tag_of(type));
	hash = mix(hash, LLVMDITypeGetSizeInBits(type));
	hash = mix(hash, LLVMDITypeGetOffsetInBits(type));
	hash = mix(hash, LLVMDITypeGetAlignInBits(type));
	hash = mix(hash, LLVMDITypeGetLine(type));
	return mix(hash, (uint64_t)LLVMDITypeGetFlags(type));
}

static node_id *slot_of(const struct lto_types *t, LLVMValueRef v)
{
	size_t i = mix(0, (uintptr_t)v) & (t->size - 1);

	while (t->table[i] && t->nodes[t->table[i]].v != v)
		i = (i + 1) & (t->size - 1);
	return &t->table[i];
}

static void grow_table(struct lto_types *t)
{
	t->size = t->size ? 2 * t->size : 1 << 16;
	free(t->table);
	t->table = calloc(t->size, sizeof(*t->table));
	if (!t->table)
		out_of_memory();
	for (node_id i = 1; i < t->nr; i++)
		*slot_of(t, t->nodes[i].v) = i;
}

static node_id add_node(struct lto_types *t, LLVMValueRef v)
{
	struct node n = {.v = v};
	node_id *slot;

	if (2 * t->nr >= t->size)
		grow_table(t);
	slot = slot_of(t, v);
	if (*slot)
		return *slot;
	if (t->nr == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 1 << 12;
		t->nodes = grow(t->nodes, t->cap, sizeof(*t->nodes));
	}
	if (!t->nr) /* number 0 is none */
		t->nodes[t->nr++] = (struct node){0};
	n.kind = UINT8_MAX;
	if (LLVMGetValueKind(v) == LLVMMetadataAsValueValueKind)
		n.kind = (uint8_t)LLVMGetMetadataKind(LLVMValueAsMetadata(v));
	n.open = n.kind != UINT8_MAX && LLVMIsAMDNode(v);
	n.nr = n.open ? LLVMGetMDNodeNumOperands(v) : 0;
	n.first = t->nr_operands;
	if (t->nr_operands + n.nr > t->cap_operands) {
		t->cap_operands = 2 * t->cap_operands + n.nr + (1 << 14);
		t->operands = grow(t->operands, t->cap_operands, sizeof(*t->operands));
	}
	t->nr_operands += n.nr;
	t->nodes[t->nr] = n;
	return *slot = (node_id)t->nr++;
}

static void add_metadata(struct compiler *c, struct lto_types *t, LLVMMetadataRef md)
{
	if (md)
		add_node(t, LLVMMetadataAsValue(c->context, md));
}

/* ---- references to types, cut before merging ---- */

static const char prefix[] = "\1bpfld.type.";

static LLVMMetadataRef cut_of(struct compiler *c, struct lto_types *t, node_id id)
{
	struct node *n = &t->nodes[id];
	char *name;

	if (n->cut)
		return n->cut;
	name = print("%s%u", prefix, id);
	n->cut = LLVMMDStringInContext2(c->context, name, strlen(name));
	free(name);
	return n->cut;
}

/* The node that was replaced by this string, or NULL. */
static LLVMValueRef restored(const struct lto_types *t, LLVMValueRef v)
{
	unsigned size;
	const char *s = v && LLVMIsAMDString(v) ? LLVMGetMDString(v, &size) : "";
	unsigned long id;

	if (strncmp(s, prefix, sizeof(prefix) - 1) != 0)
		return NULL;
	id = strtoul(s + sizeof(prefix) - 1, NULL, 10);
	return id < t->nr && t->nodes[id].cut == LLVMValueAsMetadata(v) ? t->nodes[id].v : NULL;
}

/* ---- all nodes that a module refers to ---- */

/* Adds the operands of a node. cut: those that are cut are restored. */
static void open_node(struct lto_types *t, node_id id, const struct lto_types *cut)
{
	struct node n = t->nodes[id];

	if (!n.open)
		return;
	if (n.nr > t->cap_list) {
		t->cap_list = n.nr;
		t->list = grow(t->list, n.nr, sizeof(LLVMValueRef));
	}
	LLVMGetMDNodeOperands(n.v, t->list);
	for (unsigned i = 0; i < n.nr; i++) {
		LLVMValueRef v = t->list[i], was = cut ? restored(cut, v) : NULL;

		if (was)
			replace_operand(&n, i, LLVMValueAsMetadata(was));
		v = was ? was : v;
		t->operands[n.first + i] = v ? add_node(t, v) : 0;
	}
}

/* Types of variables are among what the subprogram retains, too, if the code was optimized. */
static void add_instruction(struct compiler *c, struct lto_types *t, LLVMValueRef i)
{
	add_metadata(c, t, LLVMInstructionGetDebugLoc(i));
	if (!LLVMIsACallInst(i))
		return;
	for (int k = 0; k < LLVMGetNumOperands(i); k++) {
		LLVMValueRef v = LLVMGetOperand(i, (unsigned)k);

		if (LLVMGetValueKind(v) == LLVMMetadataAsValueValueKind)
			add_node(t, v);
	}
}

static void add_function(struct compiler *c, struct lto_types *t, LLVMValueRef f)
{
	add_metadata(c, t, LLVMGetSubprogram(f));
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b; b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i; i = LLVMGetNextInstruction(i))
			add_instruction(c, t, i);
}

typedef void attachment_fn(struct compiler *c, struct lto_types *t, LLVMValueRef global,
			   unsigned kind, LLVMValueRef attached);

static void each_attachment(struct compiler *c, struct lto_types *t, LLVMModuleRef m,
			    attachment_fn *fn)
{
	for (LLVMValueRef g = LLVMGetFirstGlobal(m); g; g = LLVMGetNextGlobal(g)) {
		size_t nr;
		LLVMValueMetadataEntry *e = LLVMGlobalCopyAllMetadata(g, &nr);

		for (unsigned i = 0; i < nr; i++)
			fn(c, t, g, LLVMValueMetadataEntriesGetKind(e, i),
			   LLVMMetadataAsValue(c->context,
					       LLVMValueMetadataEntriesGetMetadata(e, i)));
		LLVMDisposeValueMetadataEntries(e);
	}
}

static void add_attachment(struct compiler *c, struct lto_types *t, LLVMValueRef global,
			   unsigned kind, LLVMValueRef attached)
{
	(void)c, (void)global, (void)kind;
	add_node(t, attached);
}

static void add_module(struct compiler *c, struct lto_types *t, LLVMModuleRef m,
		       const struct lto_types *cut)
{
	static const char units[] = "llvm.dbg.cu";
	unsigned nr = LLVMGetNamedMetadataNumOperands(m, units);
	LLVMValueRef *list = grow(NULL, nr + 1, sizeof(LLVMValueRef));
	size_t at = t->nr ? t->nr : 1;

	LLVMGetNamedMetadataOperands(m, units, list);
	for (unsigned i = 0; i < nr; i++)
		add_node(t, list[i]);
	free(list);
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		add_function(c, t, f);
	each_attachment(c, t, m, add_attachment);
	for (; at < t->nr; at++)
		open_node(t, (node_id)at, cut);
}

/* ---- classes ---- */

/* Sets the first node of each class. Returns the number of classes. */
static size_t find_classes(struct lto_types *t, node_id *table, size_t size)
{
	size_t nr = 0;

	memset(table, 0, size * sizeof(*table));
	for (node_id id = 1; id < t->nr; id++) {
		struct node *n = &t->nodes[id];
		size_t i = n->class & (size - 1);

		n->same = id;
		if (!is_unifiable(n))
			continue;
		while (table[i] && t->nodes[table[i]].class != n->class)
			i = (i + 1) & (size - 1);
		nr += !table[i];
		if (!table[i])
			table[i] = id;
		n->same = table[i];
	}
	return nr;
}

static void refine(struct lto_types *t, uint64_t *next)
{
	for (node_id id = 1; id < t->nr; id++) {
		const struct node *n = &t->nodes[id];
		const node_id *operand = &t->operands[n->first];

		if (!is_unifiable(n))
			continue;
		next[id] = n->own;
		for (unsigned i = 0; i < n->nr; i++)
			next[id] = mix(next[id], operand[i] ? t->nodes[operand[i]].class : 0);
	}
	for (node_id id = 1; id < t->nr; id++)
		if (is_unifiable(&t->nodes[id]))
			t->nodes[id].class = next[id];
}

static void classify(struct lto_types *t)
{
	uint64_t *next = grow(NULL, t->nr, sizeof(*next));
	node_id *table = grow(NULL, t->size, sizeof(*table));
	size_t classes, last;

	for (node_id id = 1; id < t->nr; id++) {
		struct node *n = &t->nodes[id];

		n->own = n->class = is_unifiable(n) ? hash_fields(n) : mix(~(uint64_t)0, id);
	}
	classes = find_classes(t, table, t->size);
	do {
		last = classes;
		refine(t, next);
		classes = find_classes(t, table, t->size);
	} while (classes != last);
	free(next);
	free(table);
}

/* ---- before and after merging ---- */

/* Whether to cut a reference of n, which is no type, to a type or a list of types. */
static bool is_cut(const struct lto_types *t, const struct node *n, node_id to)
{
	const struct node *target = &t->nodes[to];

	if (is_unifiable(n))
		return false;
	if (target->kind == LLVMMDTupleMetadataKind && target->nr) {
		node_id first = t->operands[target->first];

		return first && is_type(&t->nodes[first]);
	}
	return is_type(target);
}

static void replace_operands(struct compiler *c, struct lto_types *t, node_id id)
{
	const struct node *n = &t->nodes[id];

	/* Nothing refers to it any more. */
	if (n->same != id || !n->open)
		return;
	for (unsigned i = 0; i < n->nr; i++) {
		node_id to = t->operands[n->first + i], same = to ? t->nodes[to].same : 0;

		if (to && is_cut(t, n, to))
			replace_operand(n, i, cut_of(c, t, same));
		else if (same != to)
			replace_operand(n, i, LLVMValueAsMetadata(t->nodes[same].v));
	}
}

/* The types of CO-RE accesses are attached to variables. */
static void cut_attachment(struct compiler *c, struct lto_types *t, LLVMValueRef global,
			   unsigned kind, LLVMValueRef attached)
{
	node_id id = *slot_of(t, attached);
	LLVMMetadataRef cut;

	if (!is_type(&t->nodes[id]))
		return;
	cut = cut_of(c, t, t->nodes[id].same);
	LLVMGlobalSetMetadata(global, kind, LLVMMDNodeInContext2(c->context, &cut, 1));
}

static void restore_attachment(struct compiler *c, struct lto_types *t, LLVMValueRef global,
			       unsigned kind, LLVMValueRef attached)
{
	LLVMValueRef type = NULL;

	(void)c;
	if (!LLVMIsAMDNode(attached) || LLVMGetMDNodeNumOperands(attached) != 1)
		return;
	LLVMGetMDNodeOperands(attached, &type);
	type = restored(t, type);
	if (type)
		LLVMGlobalSetMetadata(global, kind, LLVMValueAsMetadata(type));
}

struct lto_types *unify_types(struct compiler *c)
{
	struct lto_types *t = calloc(1, sizeof(*t));
	size_t nr = c->r->job->nr_modules;

	if (!t)
		out_of_memory();
	if (nr < 2 || !can_replace())
		return t;
	for (size_t i = 0; i < nr; i++)
		add_module(c, t, c->parsed[i].module, NULL);
	classify(t);
	for (node_id id = 1; id < t->nr; id++)
		replace_operands(c, t, id);
	for (size_t i = 0; i < nr; i++)
		each_attachment(c, t, c->parsed[i].module, cut_attachment);
	return t;
}

void restore_types(struct compiler *c, struct lto_types *t, LLVMModuleRef merged)
{
	struct lto_types all = {0};

	if (!t->nr)
		return;
	each_attachment(c, t, merged, restore_attachment);
	add_module(c, &all, merged, t);
}
