/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Unifies equal debug types of several modules.
 *
 * C's types have no identifiers, so LLVM keeps one copy for each file that includes a header, and
 * reads, copies, writes and compiles all of them. Types refer to each other in cycles. Two nodes
 * are equal if their fields are equal, and their operands are equal in turn: the coarsest partition
 * with this property is what refinement by hashes finds. The first node of each class replaces the
 * others.
 *
 * LLVM's linker visits all metadata that a module refers to, for each module again. So references
 * to types are hidden before modules are merged, and restored afterwards: each is replaced by a
 * type that has a name and nothing else. Modules with hidden types are also small: when modules are
 * compiled for their symbols, they are written so for their second use, and the types once.
 *
 * Of DWARF, the linker needs the lines of variables only, and modules that have none get none.
 *
 * Passes neither need nor change types, so they remain hidden while the ways of ways.c are tried.
 * A hidden type has the size of the other one, and no sign, for the locations of variables.
 *
 * Types of functions are not hidden, because they refer to code of their module. Metadata that is
 * not found here keeps its types, which is slower, but right.
 */
#include "lto/compiler.h"

#include <llvm-c/BitWriter.h>
#include <llvm-c/DebugInfo.h>
#include <llvm/Config/llvm-config.h>
#include <stdlib.h>
#include <string.h>

typedef uint32_t node_id; /* index of a node; 0: none */

struct node {
	LLVMValueRef v;
	uint8_t kind;        /* LLVMMetadataKind; VALUE: a constant */
	bool open;           /* it has operands */
	bool local;          /* it refers to code of its module */
	bool list;           /* of types of a compilation unit */
	bool declared;       /* a function that is not defined here */
	unsigned nr;         /* of operands */
	size_t first;        /* index of the first one in operands */
	uint64_t own, class; /* hashes: of its fields; of its class */
	node_id same;        /* the first node of its class */
	node_id hidden;      /* the node that replaces it while it is hidden */
	LLVMValueRef shown;  /* of such a node: what it replaces */
};

#define VALUE UINT8_MAX

struct lto_types {
	struct node *nodes;
	size_t nr, cap;
	node_id *operands;
	size_t nr_operands, cap_operands;
	node_id *table; /* by address: hash table of a power of two */
	size_t size;
	LLVMValueRef *list; /* operands of one node */
	unsigned cap_list;
	size_t module;             /* the first one; for names */
	LLVMDIBuilderRef build;    /* of hidden types */
	struct lto_types *visited; /* nodes that were searched for hidden types */
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

/*
 * Lists of members and parameters are parts of types. The C API shows !{null} as !{}. Declarations
 * of a function in several modules would become equal when their types are replaced: LLVM then
 * makes one of them distinct, which it rejects.
 */
static bool is_unifiable(const struct node *n)
{
	return is_type(n) || n->declared || (n->kind == LLVMMDTupleMetadataKind && n->nr);
}

static uint64_t hash_fields(const struct node *n)
{
	LLVMMetadataRef type = LLVMValueAsMetadata(n->v);
	uint64_t hash = mix(n->kind, n->nr);

	if (n->declared)
		return mix(hash, LLVMDISubprogramGetLine(type));
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
	n.kind = VALUE;
	if (LLVMGetValueKind(v) == LLVMMetadataAsValueValueKind)
		n.kind = (uint8_t)LLVMGetMetadataKind(LLVMValueAsMetadata(v));
	n.open = n.kind != VALUE && LLVMIsAMDNode(v);
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

/* Returns 0 if there is none. */
static node_id add_metadata(struct compiler *c, struct lto_types *t, LLVMMetadataRef md)
{
	return md ? add_node(t, LLVMMetadataAsValue(c->context, md)) : 0;
}

/* ---- all nodes that a module refers to ---- */

/* The type that a hidden one replaces, or NULL. */
static LLVMValueRef shown(const struct lto_types *t, LLVMValueRef v)
{
	return v ? t->nodes[*slot_of(t, v)].shown : NULL;
}

/* Adds the operands of a node. hidden: types that were hidden are restored. */
static void open_node(struct lto_types *t, node_id id, const struct lto_types *hidden)
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
		LLVMValueRef v = t->list[i], was = hidden ? shown(hidden, v) : NULL;
		node_id to;

		if (was)
			replace_operand(&n, i, LLVMValueAsMetadata(was));
		v = was ? was : v;
		to = v ? add_node(t, v) : 0;
		t->operands[n.first + i] = to;
		if (n.kind == LLVMDICompileUnitMetadataKind && to)
			t->nodes[to].list = t->nodes[to].kind == LLVMMDTupleMetadataKind;
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
	node_id subprogram = add_metadata(c, t, LLVMGetSubprogram(f));

	if (subprogram)
		t->nodes[subprogram].declared = LLVMIsDeclaration(f);
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
		       const struct lto_types *hidden)
{
	static const char units[] = "llvm.dbg.cu";
	unsigned nr = LLVMGetNamedMetadataNumOperands(m, units);
	LLVMValueRef *list = grow(NULL, nr + 1, sizeof(LLVMValueRef));
	size_t at = t->nr;

	LLVMGetNamedMetadataOperands(m, units, list);
	for (unsigned i = 0; i < nr; i++)
		add_node(t, list[i]);
	free(list);
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		add_function(c, t, f);
	each_attachment(c, t, m, add_attachment);
	for (; at < t->nr; at++)
		open_node(t, (node_id)at, hidden);
}

/* Metadata that never refers to code, if its operands do not. */
static bool is_plain(const struct node *n)
{
	switch (n->kind) {
	case LLVMMDStringMetadataKind:
	case LLVMMDTupleMetadataKind:
	case LLVMDIFileMetadataKind:
	case LLVMDIBasicTypeMetadataKind:
	case LLVMDIEnumeratorMetadataKind:
	case LLVMDISubrangeMetadataKind:
	case LLVMDIExpressionMetadataKind:
	case LLVMDINamespaceMetadataKind:
	case LLVMDITemplateTypeParameterMetadataKind:
	case LLVMDITemplateValueParameterMetadataKind: return true;
	case VALUE: return LLVMIsAConstantInt(n->v);
	default: return is_type(n);
	}
}

static void find_local(struct lto_types *t)
{
	bool more = true;

	for (node_id id = 1; id < t->nr; id++)
		t->nodes[id].local = !is_plain(&t->nodes[id]);
	while (more) {
		more = false;
		/* Operands mostly come later. */
		for (node_id id = (node_id)t->nr - 1; id; id--) {
			struct node *n = &t->nodes[id];

			for (unsigned i = 0; !n->local && i < n->nr; i++) {
				node_id to = t->operands[n->first + i];

				more |= n->local = to && t->nodes[to].local;
			}
		}
	}
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

/* ---- hidden types ---- */

/* The operand that is what a type is derived from, as an index; 0: none. */
static node_id base_of(const struct lto_types *t, const struct node *n)
{
	/* The file and the scope come first. */
	for (unsigned i = 2; i < n->nr; i++) {
		node_id to = t->operands[n->first + i];

		if (to &&
		    (is_type(&t->nodes[to]) || t->nodes[to].kind == LLVMDIBasicTypeMetadataKind))
			return to;
	}
	return 0;
}

/* In bits, as passes find it for a variable of this type. */
static uint64_t size_of(const struct lto_types *t, node_id id)
{
	const struct node *n = &t->nodes[id];
	uint64_t size = LLVMDITypeGetSizeInBits(LLVMValueAsMetadata(n->v));

	while (!size && n->kind == LLVMDIDerivedTypeMetadataKind && (id = base_of(t, n))) {
		n = &t->nodes[id];
		size = LLVMDITypeGetSizeInBits(LLVMValueAsMetadata(n->v));
	}
	return size;
}

/* A type that may take the place of another one. */
static LLVMMetadataRef make_type(const struct lto_types *t, node_id id)
{
	static const unsigned enumeration = 0x04,
			      encoding = 0x04; /* DWARF's: a float has no sign */
	const struct node *n = &t->nodes[id];
	uint64_t size = size_of(t, id);
	char *name = print("bpfld.type.%zu.%u", t->module, id);
	LLVMMetadataRef made;

	if (n->kind == LLVMDICompositeTypeMetadataKind &&
	    tag_of(LLVMValueAsMetadata(n->v)) == enumeration)
		made = LLVMDIBuilderCreateEnumerationType(t->build, NULL, name, strlen(name), NULL,
							  0, size, 0, NULL, 0, NULL);
	else
		made = LLVMDIBuilderCreateBasicType(t->build, name, strlen(name), size, encoding,
						    LLVMDIFlagZero);
	if (n->kind == LLVMDISubroutineTypeMetadataKind)
		made = LLVMDIBuilderCreateSubroutineType(t->build, NULL, &made, 1, LLVMDIFlagZero);
	free(name);
	return made;
}

/* The operand with the types of a function's result and parameters, as an index; 0: none. */
static node_id signature_of(const struct lto_types *t, node_id id)
{
	const struct node *n = &t->nodes[id];

	for (unsigned i = 0; i < n->nr; i++) {
		node_id to = t->operands[n->first + i];

		if (to && t->nodes[to].kind == LLVMMDTupleMetadataKind)
			return to;
	}
	return 0;
}

static void hide_as(struct lto_types *t, node_id hidden, node_id id)
{
	t->nodes[hidden].shown = t->nodes[t->nodes[id].same].v;
}

static LLVMMetadataRef hide(struct compiler *c, struct lto_types *t, node_id id)
{
	node_id hidden = t->nodes[id].hidden, signature, was;

	if (!hidden) {
		hidden = add_node(t, LLVMMetadataAsValue(c->context, make_type(t, id)));
		t->nodes[id].hidden = hidden;
		hide_as(t, hidden, id);
		/* Passes that change a function may copy its type. */
		was =
		    t->nodes[id].kind == LLVMDISubroutineTypeMetadataKind ? signature_of(t, id) : 0;
		if (was) {
			open_node(t, hidden, NULL);
			signature = signature_of(t, hidden);
			hide_as(t, signature, was);
		}
	}
	return LLVMValueAsMetadata(t->nodes[hidden].v);
}

static void replace_operands(struct compiler *c, struct lto_types *t, node_id id)
{
	struct node n = t->nodes[id];

	/* Nothing refers to nodes that others replace. */
	for (unsigned i = 0; n.same == id && i < n.nr; i++) {
		node_id to = t->operands[n.first + i], same = to ? t->nodes[to].same : 0;

		if (!to)
			continue;
		if ((n.local || n.list) && is_type(&t->nodes[to]) && !t->nodes[to].local)
			replace_operand(&n, i, hide(c, t, same));
		else if (same != to)
			replace_operand(&n, i, LLVMValueAsMetadata(t->nodes[same].v));
	}
}

/* The types of CO-RE accesses are attached to variables. */
static void hide_attachment(struct compiler *c, struct lto_types *t, LLVMValueRef global,
			    unsigned kind, LLVMValueRef attached)
{
	node_id id = *slot_of(t, attached), same = t->nodes[id].same;

	if (is_type(&t->nodes[id]))
		LLVMGlobalSetMetadata(global, kind,
				      t->nodes[id].local ? LLVMValueAsMetadata(t->nodes[same].v)
							 : hide(c, t, same));
}

static void unify_declarations(struct compiler *c, struct lto_types *t, LLVMModuleRef m)
{
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f)) {
		LLVMMetadataRef subprogram = LLVMIsDeclaration(f) ? LLVMGetSubprogram(f) : NULL;
		node_id id = add_metadata(c, t, subprogram);

		if (id)
			LLVMSetSubprogram(f, LLVMValueAsMetadata(t->nodes[t->nodes[id].same].v));
	}
}

static void restore_attachment(struct compiler *c, struct lto_types *t, LLVMValueRef global,
			       unsigned kind, LLVMValueRef attached)
{
	LLVMValueRef type = shown(t, attached);

	(void)c;
	if (type)
		LLVMGlobalSetMetadata(global, kind, LLVMValueAsMetadata(type));
}

static struct lto_types *new_types(void)
{
	struct lto_types *t = calloc(1, sizeof(*t));

	if (!t)
		out_of_memory();
	grow_table(t);
	t->cap = 1 << 12;
	t->nodes = grow(NULL, t->cap, sizeof(*t->nodes));
	t->nodes[t->nr++] = (struct node){0}; /* number 0 is none */
	return t;
}

struct lto_types *unify_types(struct compiler *c, size_t first, size_t end)
{
	struct lto_types *t;
	size_t nr;

	if (!can_replace())
		return NULL;
	t = new_types();
	t->module = first;
	t->build = LLVMCreateDIBuilderDisallowUnresolved(c->parsed[first].module);
	for (size_t i = first; i < end; i++)
		add_module(c, t, c->parsed[i].module, NULL);
	find_local(t);
	classify(t);
	nr = t->nr;
	for (node_id id = 1; id < nr; id++)
		if (t->nodes[id].list)
			t->nodes[t->nodes[id].same].list = true;
	for (node_id id = 1; id < nr; id++)
		replace_operands(c, t, id);
	for (size_t i = first; i < end; i++) {
		each_attachment(c, t, c->parsed[i].module, hide_attachment);
		unify_declarations(c, t, c->parsed[i].module);
	}
	return t;
}

void restore_types(struct compiler *c, struct lto_types *t, LLVMModuleRef m)
{
	if (!t)
		return;
	if (!t->visited)
		t->visited = new_types();
	each_attachment(c, t, m, restore_attachment);
	add_module(c, t->visited, m, t);
}

void hide_types(struct compiler *c, LLVMModuleRef m)
{
	if (c->types)
		return;
	c->parsed[0].module = m;
	c->types = unify_types(c, 0, 1);
}

void show_types(struct compiler *c, LLVMModuleRef m)
{
	restore_types(c, c->types, m);
	c->types = NULL;
}

/* ---- between processes ---- */

static const char hidden_types[] = "bpfld.types";

LLVMMemoryBufferRef write_types(struct compiler *c, const struct lto_types *t)
{
	LLVMModuleRef m = LLVMModuleCreateWithNameInContext("types", c->context);

	for (node_id id = 1; id < t->nr; id++) {
		LLVMMetadataRef pair[2];

		if (!t->nodes[id].shown)
			continue;
		pair[0] = LLVMValueAsMetadata(t->nodes[id].v);
		pair[1] = LLVMValueAsMetadata(t->nodes[id].shown);
		LLVMAddNamedMetadataOperand(
		    m, hidden_types,
		    LLVMMetadataAsValue(c->context, LLVMMDNodeInContext2(c->context, pair, 2)));
	}
	return LLVMWriteBitcodeToMemoryBuffer(m);
}

struct lto_types *read_types(struct lto_types *t, LLVMModuleRef m)
{
	unsigned nr = LLVMGetNamedMetadataNumOperands(m, hidden_types);
	LLVMValueRef *list = grow(NULL, nr + 1, sizeof(LLVMValueRef)), pair[2];

	if (!t)
		t = new_types();
	LLVMGetNamedMetadataOperands(m, hidden_types, list);
	for (unsigned i = 0; i < nr; i++) {
		node_id id;

		LLVMGetMDNodeOperands(list[i], pair);
		id = add_node(t, pair[0]); /* moves the nodes */
		t->nodes[id].shown = pair[1];
	}
	free(list);
	return t;
}

/* ---- DWARF ---- */

/* Modules of one context share the node of a flag. */
static void clear_dwarf_version(struct compiler *c, LLVMValueRef flag)
{
	struct node n = {.v = flag};
	LLVMValueRef list[3];
	unsigned size;

	if (LLVMGetMDNodeNumOperands(flag) != 3)
		return;
	LLVMGetMDNodeOperands(flag, list);
	if (list[1] && LLVMIsAMDString(list[1]) &&
	    !strcmp(LLVMGetMDString(list[1], &size), "Dwarf Version"))
		replace_operand(&n, 2,
				LLVMValueAsMetadata(LLVMConstInt(LLVMInt32TypeInContext(c->context),
								 0, 0)));
}

bool has_variables(LLVMModuleRef m)
{
	size_t nr = 0;

	for (LLVMValueRef g = LLVMGetFirstGlobal(m); g && !nr; g = LLVMGetNextGlobal(g))
		if (!LLVMIsDeclaration(g))
			LLVMDisposeValueMetadataEntries(LLVMGlobalCopyAllMetadata(g, &nr));
	return nr;
}

void drop_dwarf(struct compiler *c, LLVMModuleRef m)
{
	static const char flags[] = "llvm.module.flags", codeview[] = "CodeView";
	unsigned nr = LLVMGetNamedMetadataNumOperands(m, flags);
	LLVMValueRef *list = grow(NULL, nr + 1, sizeof(LLVMValueRef));

	LLVMGetNamedMetadataOperands(m, flags, list);
	for (unsigned i = 0; i < nr && can_replace(); i++)
		clear_dwarf_version(c, list[i]);
	free(list);
	/* LLVM writes no DWARF for modules of version 0 that ask for another format. */
	LLVMAddModuleFlag(m, LLVMModuleFlagBehaviorWarning, codeview, strlen(codeview),
			  LLVMValueAsMetadata(LLVMConstInt(LLVMInt32TypeInContext(c->context), 1,
							   0)));
}
