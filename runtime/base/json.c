/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/json.h"

/* Bytes of the UTF-8 sequence at s (Unicode, table 3-7), or 0 where there is none. */
static size_t utf8_length(const unsigned char *s)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	/* No overlong forms, no surrogates, nothing past U+10FFFF: the second byte's bounds. */
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return len;
}

void ld_json_string(struct ld_arena *a, struct ld_blob *b, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t len;

	ld_blob_put(a, b, "\"", 1);
	for (; *s; s += len ? len : 1) {
		len = utf8_length(s);
		if (!len)
			ld_blob_printf(a, b, "\\ufffd");
		else if (*s < ' ' || *s == '"' || *s == '\\' || *s == 0x7f)
			ld_blob_printf(a, b, "\\u%04x", *s);
		else
			ld_blob_put(a, b, s, len);
	}
	ld_blob_put(a, b, "\"", 1);
}
