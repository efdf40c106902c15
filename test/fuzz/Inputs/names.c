// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names of each kind that a skeleton or a report shows, each with _Q and a character of its own.
#define SEC(x) __attribute__((section(x), used))
struct structure_Q0 {
	int member_Q1;
	struct {
		int inner_Q2;
	};
};
union onion_Q3 {
	int x;
};
enum enumeration_Q4 { value_Q5 };
typedef int definition_Q6;
struct {
	int (*type)[1];
	int (*max_entries)[1];
	int *key;
	definition_Q6 *value;
} table_Q7 SEC(".maps");
struct structure_Q0 variable_Q8;
union onion_Q3 other_Q9;
enum enumeration_Q4 third_QA;
int in_section_QB SEC(".data.section_QC") = 1;
static volatile int local_QD = 1;

__attribute__((noinline)) int function_QE(int x)
{
	return x + local_QD;
}

SEC("raw_tp/sys_enter") int program_QF(void *ctx)
{
	return function_QE(variable_Q8.member_Q1) + other_Q9.x + third_QA + in_section_QB +
	       (table_Q7.key != 0);
}

char gpl[] SEC("license") = "GPL";
