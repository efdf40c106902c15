/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Inputs that are no ELF files: sources, text, compressed files, objects of other systems. */
#include "elf/not_elf.h"

#include <string.h>

#include "elf/elf_read.h"

#define COMPILE "compile it for BPF: -target bpf"
#define DECOMPRESS "decompress it first"

/* The first bytes of binary files. */
static const struct {
	const char *magic;
	size_t len;
	const char *what, *help;
} magics[] = {
    {"\x9f\xeb", 2, "raw BTF", "specify the object that it belongs to"},
    {"\xeb\x9f", 2, "raw BTF", "specify the object that it belongs to"},
    {"\x1f\x8b", 2, "compressed with gzip", DECOMPRESS},
    {"BZh", 3, "compressed with bzip2", DECOMPRESS},
    {"\xfd"
     "7zXZ",
     5, "compressed with xz", DECOMPRESS},
    {"\x28\xb5\x2f\xfd", 4, "compressed with zstd", DECOMPRESS},
    {"PK\x03\x04", 4, "a ZIP archive", "specify the objects in it"},
    {"\xcf\xfa\xed\xfe", 4, "a Mach-O object", COMPILE},
    {"\xce\xfa\xed\xfe", 4, "a Mach-O object", COMPILE},
    {"\x64\x86", 2, "a COFF object for x86-64", COMPILE},
    {"MZ", 2, "a Windows executable", COMPILE},
    {"\0asm", 4, "WebAssembly", COMPILE},
    {"CPCH", 4, "a precompiled header", "specify the objects that include it"},
    {"gpch", 4, "a precompiled header", "specify the objects that include it"},
};

/* Sources, by the end of their names, with the compiler that makes an object of them. */
static const struct {
	const char *ends; /* separated by blanks */
	const char *what, *compiler;
	const char *language; /* for a file of another name */
} sources[] = {
    {".c", "C source", "clang -O2 -g -target bpf", "c"},
    {".i", "preprocessed C source", "clang -O2 -g -target bpf", "cpp-output"},
    {".cc .cpp .cxx .C .c++", "C++ source", "clang++ -O2 -g -target bpf", "c++"},
    {".ii", "preprocessed C++ source", "clang++ -O2 -g -target bpf", "c++-cpp-output"},
    {".ll", "LLVM IR as text", "clang -O2 -target bpf", "ir"},
    {".s .S .asm", "assembly", "clang -target bpf", "assembler"},
};

/* Other text files, by the end of their names or by text at their start or at a line's start. */
static const struct {
	const char *ends, *start;
	const char *what, *help;
} texts[] = {
    {".h .hpp .hh .skel.h", NULL, "a C header", "include it in a source file, and compile that"},
    {".rs", NULL, "Rust source", "compile it with rustc and a BPF target"},
    {".go", NULL, "Go source", "write the program in C or Rust: Go does not compile to BPF"},
    {".d", NULL, "a dependency file for make", "specify the object (.o) of the same name"},
    {NULL, "version https://git-lfs.github.com/", "a Git LFS pointer", "run `git lfs pull`"},
    {NULL, "/* GNU ld script", "a linker script", "specify the libraries that it lists"},
    {NULL, "<!DOCTYPE", "a web page", "download the file itself"},
    {NULL, "<html", "a web page", "download the file itself"},
    {NULL, "#!", "a script", NULL},
    {".json", NULL, "JSON", NULL},
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Whether name ends with one of the words of a list, after at least one character. */
static bool ends_with(const char *name, const char *ends)
{
	size_t len = strlen(name);

	while (ends && *ends) {
		size_t word = strcspn(ends, " ");

		if (len > word && !strncmp(name + len - word, ends, word))
			return true;
		ends += word;
		ends += strspn(ends, " ");
	}
	return false;
}

#define LOOKED_AT 4096 /* bytes */

static size_t start_size(const struct ld_file *f)
{
	return f->size < LOOKED_AT ? f->size : LOOKED_AT;
}

static bool is_text(const struct ld_file *f)
{
	for (size_t i = 0; i < start_size(f); i++) {
		uint8_t c = f->image[i];

		if (c == 0x7f || !c || (c < ' ' && !strchr("\t\n\r\f\v", c)))
			return false;
	}
	return true;
}

/* Whether the text begins with this, perhaps after blanks. */
static bool starts_with(const struct ld_file *f, const char *start)
{
	size_t len = strlen(start), i = 0;

	while (i < start_size(f) && strchr(" \t\n\r", f->image[i]))
		i++;
	return f->size - i >= len && !memcmp(f->image + i, start, len);
}

static bool has_line(const struct ld_file *f, const char *start)
{
	size_t len = strlen(start);

	for (size_t i = 0; i + len <= start_size(f); i++)
		if ((!i || f->image[i - 1] == '\n') && !memcmp(f->image + i, start, len))
			return true;
	return false;
}

/* Index in sources of what the text looks like, or -1. */
static int source_of(const struct ld_file *f, const char *name)
{
	for (int i = 0; i < (int)(sizeof(sources) / sizeof(sources[0])); i++)
		if (ends_with(name, sources[i].ends))
			return i;
	if (has_line(f, "# 1 \"") || has_line(f, "# 0 \""))
		return 1;
	if (has_line(f, "; ModuleID = ") || has_line(f, "target triple = ") ||
	    has_line(f, "source_filename = "))
		return 4;
	if (has_line(f, "\t.text") || has_line(f, "\t.section\t") || has_line(f, "\t.file\t"))
		return 5;
	if (has_line(f, "#include ") || has_line(f, "SEC(\""))
		return 0;
	return -1;
}

static int report_text(struct ld_file *f, const char *name, const char *base)
{
	const char *dot = strrchr(base, '.');
	size_t stem = dot && dot > base ? (size_t)(dot - base) : strlen(base);
	int source = source_of(f, base);

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (ends_with(base, texts[i].ends) ||
		    (texts[i].start && starts_with(f, texts[i].start)))
			return ld_error(&f->diags, "not-an-object",
					"%s: %s, not an object" LD_HELP "%s", name, texts[i].what,
					texts[i].help ? texts[i].help
						      : "specify BPF objects, or archives of them");
	if (source >= 0 && ends_with(base, sources[source].ends))
		return ld_error(&f->diags, "not-an-object",
				"%s: %s, not an object" LD_HELP
				"compile it first: %s -c %s -o %.*s.o",
				name, sources[source].what, sources[source].compiler, name,
				(int)stem, base);
	if (source >= 0)
		return ld_error(&f->diags, "not-an-object",
				"%s: %s, not an object" LD_HELP
				"compile it first: %s -x %s -c %s -o %s.o",
				name, sources[source].what, sources[source].compiler,
				sources[source].language, name, base);
	if (ends_with(base, ".rsp .txt .list .lst") || has_line(f, "-"))
		return ld_error(&f->diags, "not-an-object",
				"%s: a text file, not an object" LD_HELP
				"if it lists inputs or options, use @%s",
				name, name);
	return ld_error(&f->diags, "not-an-object",
			"%s: a text file, not an object" LD_HELP
			"specify BPF objects, or archives of them",
			name);
}

int ld_not_elf(struct ld_file *f)
{
	const char *name = ld_file_name(f), *base = base_name(name);

	if (!f->size)
		return ld_error(&f->diags, "not-an-object",
				"%s: file is empty" LD_HELP "recompile it", name);
	if (ld_is_bitcode(f->image, f->size))
		return ld_error(&f->diags, "bitcode-input",
				"%s: LLVM bitcode, but this program links only machine code" LD_HELP
				"compile without -flto, or link with ld.bpf",
				name);
	if (f->size >= 8 &&
	    (!memcmp(f->image, "!<arch>\n", 8) || !memcmp(f->image, "!<thin>\n", 8)))
		return ld_error(&f->diags, "archive-input",
				"%s: an archive in an archive" LD_HELP
				"add its members instead: `llvm-ar qL`",
				name);
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (f->size >= magics[i].len && !memcmp(f->image, magics[i].magic, magics[i].len))
			return ld_error(&f->diags, "not-an-object",
					"%s: %s, not a BPF object" LD_HELP "%s", name,
					magics[i].what, magics[i].help);
	if (is_text(f))
		return report_text(f, name, base);
	return ld_error(&f->diags, "not-an-object",
			"%s: not an ELF object" LD_HELP "specify BPF objects, or archives of them",
			name);
}
