# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Makes the index that page.js searches of the lines for each page.
file(WRITE ${OUTPUT} "searchIndex([\n")
foreach(input ${INPUTS})
  file(READ ${input} text)
  file(APPEND ${OUTPUT} "${text}")
endforeach()
file(APPEND ${OUTPUT} "])\n")
