/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * --icf=all: folds identical functions and constants.
 *
 * Two pieces are equal if their bytes are, if their relocations refer to equal targets at equal
 * offsets, and if loaders see the same CO-RE records and prototypes. "Equal targets" is the hard
 * part:
 *
 *	static int f(int n) { return n ? g(n - 1) : 0; }	// in a.c, and the same in b.c
 *	static int g(int n) { return n ? f(n - 1) : 0; }
 *
 * The two f are equal if the two g are, and vice versa. So we start with the optimistic assumption
 * that all candidates that look alike are equal, and refine it:
 *
 * 1. Put candidates that agree in everything but their references into one class.
 * 2. Split each class whose members refer to members of different classes.
 * 3. Repeat step 2 until no class is split. Each round only splits, so this terminates. Members
 * that were never separated are equal: a difference would show in a finite chain of references.
 *
 * A round visits only the users of members that have changed their class. The largest part of a
 * split class keeps its number, so that a candidate changes its class at most a logarithmic number
 * of times (Hopcroft, "An n log n algorithm for minimizing states in a finite automaton", 1971).
 * The references of a candidate are kept as a sum of hashes, which is updated by differences.
 * Hashes only propose: pieces are compared before they are folded.
 *
 * Candidates are pieces without an identity: static functions of .text without decl tags (the
 * kernel verifies global ones separately, and user space finds them by name), and constants that
 * user space cannot set before the program is loaded, which are those that are not volatile.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "elf/elf_read.h"
#include "elf/insn.h"
#include "passes/passes.h"

struct candidate {
	struct ld_piece *p;
	const uint8_t *bytes; /* with relocated fields cleared */
	uint32_t prototype;   /* of a function: a node of the graph, or 0 */
	uint32_t class;
	uint64_t hash; /* of everything that does not depend on classes */
	uint64_t refs; /* of the targets of relocations, given the classes */
	bool queued;
};

/* A relocation that refers to a candidate, listed by that candidate. */
struct user {
	uint32_t by;    /* the candidate with the relocation */
	uint64_t place; /* hash of the relocation's index and addend */
};

/* Members of a class are fold_state.members[first .. first + nr). */
struct class
{
	uint32_t first, nr;
};

struct fold_state {
	const struct ld_link *l;
	LD_VEC(struct candidate) all; /* in the order of the inputs */
	uint32_t *members, *place;    /* candidates, grouped by class; the index of each of them */
	struct class *classes;
	uint32_t nr_classes;
	uint32_t *users_at; /* by candidate: its users are users[users_at[i] .. users_at[i + 1]) */
	struct user *users;
	LD_VEC(uint32_t) queue; /* candidates with changed refs */
	LD_VEC(uint32_t) moved; /* those that get another class in this round, */
	LD_VEC(uint32_t) left;  /* and their previous classes */
};

/* ---- candidates ---- */

static bool is_volatile(const struct ld_file *f, uint32_t in_type)
{
	for (uint32_t steps = 0; in_type && steps < 64; steps++) {
		const struct btf_type *t = ld_btf_type(&f->btf, in_type);

		switch (ld_btf_kind(t)) {
		case BTF_KIND_VOLATILE: return true;
		case BTF_KIND_ARRAY:
			in_type = ((const struct btf_array *)ld_btf_tail(t))->type;
			break;
		case BTF_KIND_VAR:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_TYPE_TAG: in_type = t->type; break;
		default: return false;
		}
	}
	return false;
}

/* Whether only the linked code itself can distinguish this symbol from another. */
static bool is_private(const struct ld_file *f, const struct ld_sym *sym)
{
	if (sym->global)
		return sym->global->localized;
	return !sym->btf || !is_volatile(f, sym->btf);
}

static bool is_candidate(const struct ld_piece *p)
{
	const struct ld_section *sec = p->sec;
	const struct ld_file *f = sec->file;
	bool code = sec->kind == LD_SEC_CODE;

	if (!p->live || p->pad || p->leader || !p->size || sec->merge)
		return false;
	if (code ? ld_is_program(p)
		 : sec->kind != LD_SEC_DATA || sec->flags & SHF_WRITE ||
		       sec->role != LD_ROLE_RODATA || p->rel != p->rel_end)
		return false;
	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		const struct ld_sym *sym = &f->syms[sec->syms[i]];

		if (!is_private(f, sym) || sym->tagged)
			return false;
		if (code && sym->type == STT_FUNC && sym->value != p->off)
			return false; /* several functions that could not be split */
	}
	return true;
}

/* Marks the symbols whose FUNC or VAR has a decl tag. */
static void note_tags(const struct ld_link *l)
{
	ld_for_each(i, &l->res.btf_files) {
		struct ld_file *f = l->res.btf_files.v[i];
		uint8_t *tagged = NULL;

		for (uint32_t k = 0; k < f->btf.nr_decls; k++) {
			const struct btf_type *t = ld_btf_type(&f->btf, f->btf.decls[k]);

			if (ld_btf_kind(t) != BTF_KIND_DECL_TAG)
				continue;
			if (!tagged)
				tagged = LD_NEW_ARRAY(l->arena, uint8_t, f->btf.nr_types);
			tagged[t->type] = 1;
		}
		for (uint32_t k = 1; tagged && k < f->nr_syms; k++)
			f->syms[k].tagged = tagged[f->syms[k].btf];
	}
}

/* ---- equality ---- */

/* Copies the bytes, with the fields that relocations will fill in cleared. */
static void clean_bytes(const struct ld_piece *p, uint8_t *to)
{
	memcpy(to, p->sec->data + p->off, p->size);
	for (uint32_t k = p->rel; k < p->rel_end; k++) {
		const struct ld_reloc *r = &p->sec->relocs[k];
		uint8_t *at = to + (r->off - p->off);

		memset(at + 4, 0, 4);
		if (r->type == LD_R_BPF_64_64)
			memset(at + 12, 0, 4);
	}
}

/* The prototype of a function, as a node of the graph; 0 if there is none. */
static uint32_t prototype(const struct ld_piece *p)
{
	const struct ld_file *f = p->sec->file;

	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		const struct ld_sym *sym = &f->syms[p->sec->syms[i]];

		if (sym->type == STT_FUNC && sym->btf &&
		    ld_btf_kind(ld_btf_type(&f->btf, sym->btf)) == BTF_KIND_FUNC)
			return ld_node_of(f, ld_btf_type(&f->btf, sym->btf)->type);
	}
	return 0;
}

static bool same_core(const struct ld_piece *a, const struct ld_piece *b)
{
	const struct ld_ext *x = &a->sec->ext[LD_EXT_CORE], *y = &b->sec->ext[LD_EXT_CORE];
	uint32_t i = a->ext[LD_EXT_CORE], k = b->ext[LD_EXT_CORE];
	uint32_t nr = ld_ext_end(a, LD_EXT_CORE) - i;

	if (ld_ext_end(b, LD_EXT_CORE) - k != nr)
		return false;
	for (; nr--; i++, k++) {
		const uint32_t *r = x->recs + (size_t)i * x->words;
		const uint32_t *s = y->recs + (size_t)k * y->words;

		if (r[0] - a->off != s[0] - b->off || r[3] != s[3] ||
		    ld_node_of(a->sec->file, r[1]) != ld_node_of(b->sec->file, s[1]) ||
		    strcmp(ld_btf_str(&a->sec->file->btf, r[2]),
			   ld_btf_str(&b->sec->file->btf, s[2])))
			return false;
	}
	return true;
}

/* The target of a relocation: a candidate, or something that is only equal to itself. */
struct named {
	const void *thing;  /* a struct ld_global or a struct ld_piece */
	uint32_t candidate; /* index + 1; 0: none */
	int64_t off;
};

static struct named named_by(const struct ld_piece *p, const struct ld_reloc *r)
{
	struct ld_target t = ld_reloc_target(p->sec->file, r);
	const struct ld_piece *to = t.piece && t.piece->leader ? t.piece->leader : t.piece;
	struct named n = {.off = t.off};

	if (to && to->candidate)
		n.candidate = to->candidate;
	else if (to)
		n.thing = to;
	else
		n.thing = p->sec->file->syms[r->sym].global;
	return n;
}

static bool same_relocs(const struct fold_state *f, const struct ld_piece *a,
			const struct ld_piece *b)
{
	if (a->rel_end - a->rel != b->rel_end - b->rel)
		return false;
	for (uint32_t i = 0; i < a->rel_end - a->rel; i++) {
		const struct ld_reloc *r = &a->sec->relocs[a->rel + i];
		const struct ld_reloc *s = &b->sec->relocs[b->rel + i];
		struct named n = named_by(a, r), m = named_by(b, s);

		if (r->off - a->off != s->off - b->off || r->type != s->type ||
		    n.thing != m.thing || n.off != m.off || !n.candidate != !m.candidate)
			return false;
		if (n.candidate &&
		    f->all.v[n.candidate - 1].class != f->all.v[m.candidate - 1].class)
			return false;
	}
	return true;
}

/* Compares everything that does not depend on classes. */
static bool look_alike(const struct candidate *x, const struct candidate *y)
{
	const struct ld_piece *a = x->p, *b = y->p;

	return x->hash == y->hash && a->size == b->size && a->align == b->align &&
	       a->sec->kind == b->sec->kind && !strcmp(ld_out_name(a), ld_out_name(b)) &&
	       x->prototype == y->prototype && !memcmp(x->bytes, y->bytes, a->size) &&
	       same_core(a, b);
}

static void add_candidate(struct fold_state *f, struct ld_piece *p)
{
	struct candidate c = {.p = p, .prototype = prototype(p)};
	uint8_t *bytes = ld_alloc(f->l->arena, p->size);

	clean_bytes(p, bytes);
	c.bytes = bytes;
	c.hash = ld_hash_word(ld_hash_bytes(bytes, p->size), c.prototype);
	for (uint32_t k = p->rel; k < p->rel_end; k++)
		c.hash =
		    ld_hash_words(c.hash, p->sec->relocs[k].off - p->off, p->sec->relocs[k].type);
	LD_PUSH(f->l->arena, &f->all, c);
	p->candidate = (uint32_t)f->all.nr;
}

/* ---- references ---- */

static uint64_t reference(uint64_t place, uint32_t class)
{
	return ld_hash_words(0, place, class);
}

/* Counts the users of each candidate, or lists them; sums up the references of each candidate. */
static void note_users(struct fold_state *f, bool list)
{
	ld_for_each(i, &f->all) {
		struct candidate *c = &f->all.v[i];

		for (uint32_t k = c->p->rel; k < c->p->rel_end; k++) {
			struct named n = named_by(c->p, &c->p->sec->relocs[k]);
			uint64_t place = ld_hash_words(0, k - c->p->rel, (uint64_t)n.off);

			if (!n.candidate && list) {
				c->refs += ld_hash_words(1, place, (uintptr_t)n.thing);
			} else if (!list) {
				f->users_at[n.candidate + 1] += n.candidate != 0;
			} else {
				f->users[f->users_at[n.candidate]++] =
				    (struct user){(uint32_t)i, place};
				c->refs += reference(place, f->all.v[n.candidate - 1].class);
			}
		}
	}
}

/* users_at[i + 1] is first the index for the next user of i, and finally the start of i + 1's. */
static void find_users(struct fold_state *f)
{
	size_t nr = f->all.nr;

	f->users_at = LD_NEW_ARRAY(f->l->arena, uint32_t, nr + 2);
	note_users(f, false);
	for (size_t i = 1; i < nr + 2; i++)
		f->users_at[i] += f->users_at[i - 1];
	f->users = LD_NEW_ARRAY(f->l->arena, struct user, f->users_at[nr + 1]);
	note_users(f, true);
}

/* ---- classes ---- */

/* qsort() passes no context. */
struct key {
	uint32_t class, candidate;
	uint64_t hash;
};

static int compare_keys(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->candidate < y->candidate ? -1 : 1;
}

static void put_member(struct fold_state *f, uint32_t place, uint32_t candidate)
{
	f->members[place] = candidate;
	f->place[candidate] = place;
}

static void queue(struct fold_state *f, uint32_t candidate)
{
	struct candidate *c = &f->all.v[candidate];

	if (c->queued || f->classes[c->class].nr == 1)
		return;
	c->queued = true;
	LD_PUSH(f->l->arena, &f->queue, candidate);
}

/* A candidate that differs from the first one with its hash gets a class of its own. */
static void first_classes(struct fold_state *f)
{
	size_t nr = f->all.nr;
	struct key *keys = LD_NEW_ARRAY(f->l->arena, struct key, nr);

	f->members = LD_NEW_ARRAY(f->l->arena, uint32_t, nr);
	f->place = LD_NEW_ARRAY(f->l->arena, uint32_t, nr);
	f->classes = LD_NEW_ARRAY(f->l->arena, struct class, nr);
	for (uint32_t i = 0; i < nr; i++)
		keys[i] = (struct key){0, i, f->all.v[i].hash};
	qsort(keys, nr, sizeof(*keys), compare_keys);
	for (uint32_t i = 0; i < nr; i++) {
		struct candidate *c = &f->all.v[keys[i].candidate];
		struct class *last = &f->classes[f->nr_classes - 1];

		put_member(f, i, keys[i].candidate);
		if (!i || !look_alike(&f->all.v[f->members[last->first]], c)) {
			last = &f->classes[f->nr_classes++];
			last->first = i;
		}
		last->nr++;
		c->class = f->nr_classes - 1;
	}
	for (uint32_t i = 0; i < nr; i++)
		queue(f, i);
}

/* Makes a class of the members [first, first + nr). Their users are updated after the round. */
static void split_off(struct fold_state *f, uint32_t first, uint32_t nr)
{
	for (uint32_t i = first; i < first + nr; i++) {
		struct candidate *c = &f->all.v[f->members[i]];

		LD_PUSH(f->l->arena, &f->moved, f->members[i]);
		LD_PUSH(f->l->arena, &f->left, c->class);
		c->class = f->nr_classes;
	}
	f->classes[f->nr_classes++] = (struct class){first, nr};
}

/*
 * Splits a class by the keys of nr of its members. The references of the others have not changed,
 * so they form one more part.
 */
static void split_class(struct fold_state *f, const struct key *keys, uint32_t nr)
{
	struct class *class = &f->classes[keys[0].class];
	uint32_t first = class->first, rest = class->nr - nr, i, k, largest = rest, kept = first;

	for (i = 0; i < nr; i++) {
		uint32_t to = first + rest + i, from = f->place[keys[i].candidate];

		/* Members before to that are not among keys move to the front. */
		put_member(f, from, f->members[to]);
		put_member(f, to, keys[i].candidate);
	}
	for (i = 0; i < nr; i = k) {
		for (k = i + 1; k < nr && keys[k].hash == keys[i].hash; k++)
			;
		if (k - i <= largest)
			continue;
		largest = k - i;
		kept = first + rest + i;
	}
	if (rest && kept != first)
		split_off(f, first, rest);
	for (i = 0; i < nr; i = k) {
		for (k = i + 1; k < nr && keys[k].hash == keys[i].hash; k++)
			;
		if (first + rest + i != kept)
			split_off(f, first + rest + i, k - i);
	}
	*class = (struct class){kept, largest};
}

/* Updates the refs of the users of a candidate that has changed its class. */
static void update_users(struct fold_state *f, uint32_t candidate, uint32_t left)
{
	uint32_t now = f->all.v[candidate].class;

	for (uint32_t i = f->users_at[candidate]; i < f->users_at[candidate + 1]; i++) {
		const struct user *u = &f->users[i];

		f->all.v[u->by].refs += reference(u->place, now) - reference(u->place, left);
		queue(f, u->by);
	}
}

static void refine(struct fold_state *f)
{
	struct key *keys = LD_NEW_ARRAY(f->l->arena, struct key, f->all.nr);

	while (f->queue.nr) {
		uint32_t nr = (uint32_t)f->queue.nr, i, k;

		for (i = 0; i < nr; i++) {
			struct candidate *c = &f->all.v[f->queue.v[i]];

			keys[i] = (struct key){c->class, f->queue.v[i], c->refs};
			c->queued = false;
		}
		f->queue.nr = f->moved.nr = f->left.nr = 0;
		qsort(keys, nr, sizeof(*keys), compare_keys);
		for (i = 0; i < nr; i = k) {
			for (k = i + 1; k < nr && keys[k].class == keys[i].class; k++)
				;
			split_class(f, &keys[i], k - i);
		}
		ld_for_each(n, &f->moved)
			update_users(f, f->moved.v[n], f->left.v[n]);
	}
}

/*
 * Splits off members that differ from the first one of their class. Returns whether there are any.
 */
static bool split_misfits(struct fold_state *f)
{
	uint32_t nr = f->nr_classes;
	bool any = false;

	for (uint32_t i = 0; i < nr; i++) {
		struct class *class = &f->classes[i];

		for (uint32_t k = class->nr; k-- > 1;) {
			uint32_t at = class->first + k, last = class->first + class->nr - 1;
			uint32_t misfit = f->members[at];

			if (same_relocs(f, f->all.v[f->members[class->first]].p,
					f->all.v[misfit].p))
				continue;
			put_member(f, at, f->members[last]);
			put_member(f, last, misfit);
			class->nr--;
			split_off(f, last, 1);
			any = true;
		}
	}
	return any;
}

/* Folds classes in the order of their first members, so that messages are in input order. */
static void fold(struct fold_state *f)
{
	struct key *keys = LD_NEW_ARRAY(f->l->arena, struct key, f->all.nr);
	uint32_t *first = LD_NEW_ARRAY(f->l->arena, uint32_t, f->nr_classes);
	const struct ld_link *l = f->l;
	struct ld_piece *kept = NULL;

	for (uint32_t i = (uint32_t)f->all.nr; i--;)
		first[f->all.v[i].class] = i;
	for (uint32_t i = 0; i < f->all.nr; i++)
		keys[i] = (struct key){first[f->all.v[i].class], i, 0};
	qsort(keys, f->all.nr, sizeof(*keys), compare_keys);
	ld_for_each(i, &f->all) {
		struct ld_piece *p = f->all.v[keys[i].candidate].p;

		if (keys[i].candidate == keys[i].class) {
			kept = p;
			continue;
		}
		if (l->opt->print_icf && keys[i - 1].candidate == keys[i].class)
			ld_info(l->diags, "icf", "selected section %s", ld_piece_name(l, kept));
		if (l->opt->print_icf)
			ld_info(l->diags, "icf", "  removing identical section %s",
				ld_piece_name(l, p));
		p->leader = kept;
		p->live = false;
	}
}

void ld_fold_pieces(const struct ld_link *l)
{
	struct fold_state f = {.l = l};

	if (!l->opt->icf)
		return;
	note_tags(l);
	ld_for_each(i, &l->res.files) {
		struct ld_file *file = l->res.files.v[i];

		for (uint32_t k = 0; k < file->nr_used; k++)
			for (uint32_t n = 0; n < file->used[k]->nr_pieces; n++)
				if (is_candidate(&file->used[k]->pieces[n]))
					add_candidate(&f, &file->used[k]->pieces[n]);
	}
	if (!f.all.nr)
		return;
	first_classes(&f);
	find_users(&f);
	do
		refine(&f);
	while (split_misfits(&f));
	fold(&f);
}
