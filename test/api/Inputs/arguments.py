# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""arguments.py SOURCE...: a C program that calls each function that the sources declare as BPFLD_API.

Each argument is NULL or zero, valid, and huge, in all combinations, and each handle not yet linked and
linked. A NULL that a function does not allow has to be -EINVAL, or NULL from a function that returns a
pointer. A function with a parameter of a type that is not listed here is an error.
"""
import re
import sys

# By type: C expressions. A handle is made for each call, and dropped after it.
VALUES = {
    "const char *": ["NULL", '""', '"x.o"', "long_name"],
    "const char *const *": ["NULL", "(const char *const[]){NULL}", '(const char *const[]){"x.o", NULL}'],
    "char *": ["NULL", "buffer"],
    "void *": ["NULL", "a.data"],
    "const void *": ["NULL", "a.data"],
    "size_t": ["0", "1", "SIZE_MAX"],
    "size_t *": ["NULL", "&given_size"],
    "int *": ["NULL", "&given_err"],
    "int": ["-1", "0", "INT_MAX"],
    "unsigned int": ["0", "1", "UINT_MAX"],
    "enum bpfld_severity": ["0", "2", "77", "-1"],
    "enum bpfld_text": ["0", "5", "77", "-1"],
    "struct bpfld *": ["NULL", "new_link(0)", "new_link(1)"],
    "const struct bpfld *": ["NULL", "new_link(0)", "new_link(1)"],
    "const struct bpfld_opts *": ["NULL", "given_opts(0)", "given_opts(1)", "given_opts(sizeof(struct bpfld_opts))",
                                 "given_opts(SIZE_MAX)"],
    "const struct bpfld_object *": ["NULL", "object(NULL, 0)", "object(NULL, SIZE_MAX)", "object(a.data, 0)",
                                    "object(a.data, a.size)", "object(a.data, SIZE_MAX)"],
    "bpfld_function_fn": ["NULL", "each_function"],
    "struct bpfld_dyn *": ["NULL", "new_dyn()"],
    "const struct bpfld_dyn *": ["NULL", "new_dyn()"],
    "const struct bpfld_dyn_opts *": ["NULL", "dyn_opts(0)", "dyn_opts(1)", "dyn_opts(SIZE_MAX)"],
    "struct bpfld_module *": ["NULL", "given_program", "given_library"],
    "const struct bpfld_module *": ["NULL", "given_program", "given_library"],
    "int (*)(void *, const struct bpfld_dyn_import *)": ["NULL", "each_import"],
    "const struct bpf_object_open_opts *": ["NULL", "open_opts(0)", "open_opts(1)", "open_opts(SIZE_MAX)"],
    "struct bpf_linker *": ["NULL", "new_linker(0)", "new_linker(1)"],
    "struct bpf_linker_opts *": ["NULL", "linker_opts(0)", "linker_opts(SIZE_MAX)"],
    "const struct bpf_linker_file_opts *": ["NULL", "file_opts(0)", "file_opts(SIZE_MAX)"],
}

# What may be NULL everywhere; and the condition for a bad call where that is not "some other pointer is NULL".
OPTIONAL = {"err", "size", "ctx", "opts"}
BAD = {
    "bpfld_free": "false",
    "bpfld_dyn_free": "false",
    "bpf_linker__free": "false",
    "bpfld_dyn_no_replace": "!d",
    "bpfld_add_files": "!l || (!paths && nr)",
    "bpfld_add_buffer": "!l || !name || (!data && size)",
    "bpfld_dyn_add_main_mem": "!d || !name || (!data && size)",
    "bpfld_dyn_add_library_mem": "!d || !name || (!data && size)",
    "bpf_linker__add_buf": "!linker || (!buf && buf_sz)",
    "bpfld_compare_functions": "!a_ || !b || !name_a || !name_b || (!why && why_size)",
}


def split(text):
    """Parameters, at commas outside of parentheses."""
    depth, part = 0, ""
    for c in text:
        depth += (c == "(") - (c == ")")
        if c == "," and not depth:
            yield part.strip()
            part = ""
        else:
            part += c
    yield part.strip()


def parameter(text):
    """Type and name of "const char *path"."""
    pointer = re.match(r"(.*)\(\*(\w+)\)\((.*)\)$", text)
    if pointer:
        inner = ", ".join(parameter(p)[0] for p in split(pointer[3]))
        return "%s (*)(%s)" % (pointer[1].strip(), inner), pointer[2]
    kind, name = re.match(r"(.*?)(\w+)$", text).groups()
    kind = kind.strip()
    # One that the program has a variable of.
    return kind, {"a": "a_"}.get(name, name)


def functions(path):
    text = re.sub(r"/\*.*?\*/", "", open(path, encoding="utf-8").read(), flags=re.S)
    text = re.sub(r"^#.*(\\\n.*)*$", "", text, flags=re.M)
    seen = set()
    for ret, name, params in re.findall(r"^BPFLD_API ([^;{(]*?)(\w+)\(([^;{]*)\)\s*[;{]", text, flags=re.M):
        if name not in seen:
            seen.add(name)
            yield ret.strip(), name, [] if params.strip() == "void" else [
                parameter(" ".join(p.split())) for p in split(params)]


def declare(kind, name):
    return kind.replace("(*)", "(*%s)" % name) if "(*)" in kind else "%s %s" % (kind, name)


def emit(ret, name, params):
    for kind, _ in params:
        if kind not in VALUES:
            sys.exit("%s: no values for arguments of type '%s'" % (name, kind))
    bad = BAD.get(name, " || ".join(
        ["!" + p for kind, p in params if (kind.endswith("*") or "(*)" in kind or kind.endswith("_fn")) and
         p not in OPTIONAL] or ["false"]))
    out = ["static void test_%s(void)" % name, "{"]
    for i, (kind, _) in enumerate(params):
        out.append("for (int i%d = 0; i%d < %d; i%d++)" % (i, i, len(VALUES[kind]), i))
    out += ["{", 'begin("%s"%s);' % (name, "".join(", i%d" % i for i in range(len(params))) + ", -1")]
    for i, (kind, p) in enumerate(params):
        choice = "NULL" if kind.endswith("*") else "0"
        for k, value in reversed(list(enumerate(VALUES[kind]))):
            choice = "i%d == %d ? %s : %s" % (i, k, value, choice)
        out.append("%s = %s;" % (declare(kind, p), choice))
    out += ["bool bad = %s;" % bad, "(void)bad;"]
    call = "%s(%s)" % (name, ", ".join(p for _, p in params))
    if ret == "void":
        out.append(call + ";")
    elif ret.endswith("*"):
        out += ["const void *ret = %s;" % call, "expect(!bad || !ret);"]
        if name in ("bpfld_new", "bpfld_dyn_new", "bpf_linker__new", "bpf_linker__new_fd", "bpfld_open_object"):
            out.append("drop_%s(ret);" % name)
    else:
        out += ["int ret = %s;" % call, "expect(!bad || ret == -EINVAL);"]
    freed = name in ("bpfld_free", "bpfld_dyn_free", "bpf_linker__free")
    out += ["end(%s);" % ("true" if freed else "false"), "}", "}", ""]
    return "\n".join(out)


def main():
    found = [f for path in sys.argv[1:] for f in functions(path)]
    print('#include "arguments.h"\n')
    for f in found:
        print(emit(*f))
    print("int main(void)\n{\nstart();")
    for _, name, _ in found:
        print('run("%s", test_%s);' % (name, name))
    print("return finish(%d);\n}" % len(found))


main()
