/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A livepatch that is a module like any other: klp-build had no part in it, and
 * it refers to the gated symbols itself.
 */
#include <linux/dma-buf.h>
#include <linux/livepatch.h>
#include <linux/module.h>

static int use(int fd)
{
	struct dma_buf *dmabuf = dma_buf_get(fd);

	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);

	pr_info("by hand: a buffer of %zu bytes\n", dmabuf->size);
	dma_buf_put(dmabuf);
	return 0;
}

static struct klp_func funcs[] = {
	{ .old_name = "klptest_undeclared_use", .new_func = use }, { }
};

static struct klp_object objs[] = {
	{ .name = "klptest_undeclared", .funcs = funcs }, { }
};

static struct klp_patch patch = { .mod = THIS_MODULE, .objs = objs, .replace = true };

static int __init by_hand_init(void)
{
	return klp_enable_patch(&patch);
}
module_init(by_hand_init);

static void __exit by_hand_exit(void)
{
}
module_exit(by_hand_exit);

MODULE_DESCRIPTION("Test of livepatches: by hand");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
MODULE_IMPORT_NS("DMA_BUF");
