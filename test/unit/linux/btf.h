/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Unit tests include libbpf's headers with the core's: both take the format from here. */
#include "btf/format.h"
