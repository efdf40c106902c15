/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Large enough for more than one thread; see make-inputs. */
const char big[1 << 21] = {1};
