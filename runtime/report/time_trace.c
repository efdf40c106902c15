/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Chrome's trace event format, which Perfetto opens as well: "complete" events, with times in
 * microseconds from the first one.
 */
#include "report/report.h"

static void put_time(struct ld_arena *a, struct ld_blob *out, const char *key, uint64_t ns)
{
	ld_blob_printf(a, out, ",\"%s\":%llu.%03llu", key, (unsigned long long)(ns / 1000),
		       (unsigned long long)(ns % 1000));
}

static void put_span(struct ld_arena *a, struct ld_blob *out, const struct ld_span *s,
		     uint64_t start)
{
	ld_blob_printf(a, out, "{\"ph\":\"X\",\"pid\":%d,\"tid\":%d", getpid(), s->thread);
	put_time(a, out, "ts", s->begin - start);
	put_time(a, out, "dur", s->end - s->begin);
	ld_blob_printf(a, out, ",\"name\":");
	ld_blob_json(a, out, s->name);
	if (s->detail) {
		ld_blob_printf(a, out, ",\"args\":{\"detail\":");
		ld_blob_json(a, out, s->detail);
		ld_blob_printf(a, out, "}");
	}
	ld_blob_printf(a, out, "},\n");
}

void ld_report_time_trace(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	uint64_t start = l->spans.v[0].begin;

	/*
	 * A span is recorded when it ends, so the first one recorded need not have started first.
	 */
	ld_for_each(i, &l->spans)
		if (l->spans.v[i].begin < start)
			start = l->spans.v[i].begin;
	ld_blob_printf(a, out, "{\"traceEvents\":[\n");
	ld_for_each(i, &l->spans)
		put_span(a, out, &l->spans.v[i], start);
	ld_for_each(i, &l->inputs.files)
		ld_for_each(k, &l->inputs.files.v[i]->spans)
			put_span(a, out, &l->inputs.files.v[i]->spans.v[k], start);
	ld_blob_printf(a, out,
		       "{\"ph\":\"M\",\"pid\":%d,\"name\":\"process_name\","
		       "\"args\":{\"name\":\"bpfld\"}}\n],\"displayTimeUnit\":\"ns\"}\n",
		       getpid());
}
