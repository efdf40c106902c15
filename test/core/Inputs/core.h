/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#define SEC(name) __attribute__((section(name), used))
#define CORE(place) ({ \
	typeof(place) value; \
	read(&value, sizeof(value), __builtin_preserve_access_index(&(place))); \
	value; \
})
#define EXISTS(place) __builtin_preserve_field_info(place, 2)
#define SIGNED(place) __builtin_preserve_field_info(place, 3)
#define TYPE_EXISTS(type) __builtin_preserve_type_info(*(type *)0, 0)
#define TYPE_SIZE(type) __builtin_preserve_type_info(*(type *)0, 1)
#define TYPE_MATCHES(type) __builtin_preserve_type_info(*(type *)0, 2)
#define VALUE_EXISTS(type, name) __builtin_preserve_enum_value(*(type *)name, 0)
#define VALUE(type, name) __builtin_preserve_enum_value(*(type *)name, 1)
static long (*read)(void *to, unsigned size, const void *from) = (void *)113;
char _license[] SEC("license") = "GPL";
