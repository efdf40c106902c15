/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
int before, twice = 3;
