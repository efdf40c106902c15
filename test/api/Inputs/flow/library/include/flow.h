/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Adds n to flow_total, or less if that exceeds the limit. */
int flow_count(int n);
