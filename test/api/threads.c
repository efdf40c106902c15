/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Different handles are used from different threads at the same time, and every link gives the
 * same bytes.
 *
 * RUN: %objects
 * RUN: %build-api %s
 * RUN: ./static && ./shared
 */
#include <pthread.h>

#include "api.h"

#define NR_THREADS 4
#define NR_LINKS 25

static struct bytes link_once(unsigned int threads)
{
	struct bpfld_opts opts = {.sz = sizeof(opts), .diag = print_diag, .threads = threads};
	struct bpfld *l = bpfld_new(&opts, NULL);
	struct bytes image;

	CHECK(l);
	CHECK(!bpfld_add_file(l, "a.o"));
	CHECK(!bpfld_add_file(l, "b.o"));
	CHECK(!bpfld_link(l));
	image = image_of(l);
	bpfld_free(l);
	return image;
}

static void *work(void *arg)
{
	const struct bytes *expected = arg;

	for (unsigned int i = 0; i < NR_LINKS; i++) {
		struct bytes image = link_once(i % 3);

		check_same(*expected, image);
		free(image.data);
	}
	return NULL;
}

int main(void)
{
	struct bytes expected = link_once(1);
	pthread_t threads[NR_THREADS];

	for (int i = 0; i < NR_THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, work, &expected));
	for (int i = 0; i < NR_THREADS; i++)
		CHECK(!pthread_join(threads[i], NULL));
	free(expected.data);
	return 0;
}
