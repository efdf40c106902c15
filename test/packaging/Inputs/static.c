#--- a.c
int two(void) { return 2; }
#--- b.c
int two(void);
char LICENSE[] __attribute__((section("license"))) = "GPL";
__attribute__((section("xdp"))) int three(void *ctx) { return two() + 1; }
#--- CMakeLists.txt
cmake_minimum_required(VERSION 3.25)
project(use C)
find_package(bpfld REQUIRED COMPONENTS loader)
add_executable(use ../use.c)
target_link_libraries(use bpfld::loader)
