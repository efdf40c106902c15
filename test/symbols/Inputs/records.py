# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""records.py FILE: the records of .BTF.ext, one a line: kind, section, offset, what it says."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../diff"))
import bpfobj

obj = bpfobj.Object(sys.argv[1])
for sec, off, type_id in obj.func_info:
    func = obj.btf.types[type_id]
    print("func %s+%d %s %s" % (sec, off, ("static", "global", "extern")[func.vlen], func.name))
for sec, off, name, _, line in obj.line_info:
    print("line %s+%d %s:%d" % (sec, off, os.path.basename(obj.btf.str(name)), line >> 10))
for sec, off, type_id, access, kind in obj.core_relo:
    print("core %s+%d %s %s %d" % (sec, off, obj.btf.types[type_id].name, obj.btf.str(access), kind))
