/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
int flow_limited(int n);
