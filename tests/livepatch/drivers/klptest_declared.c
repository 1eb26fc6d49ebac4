// SPDX-License-Identifier: GPL-2.0-only
/* A driver that uses gated symbols and says why it may. */
#include <linux/dma-buf.h>
#include <linux/module.h>

static noinline int klptest_declared_use(int fd)
{
	struct dma_buf *dmabuf = dma_buf_get(fd);

	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);

	pr_info("original: a buffer of %zu bytes\n", dmabuf->size);
	dma_buf_put(dmabuf);
	return 0;
}

static int set_fd(const char *val, const struct kernel_param *kp)
{
	int fd, ret = kstrtoint(val, 0, &fd);

	return ret ? : klptest_declared_use(fd);
}

static const struct kernel_param_ops fd_ops = { .set = set_fd };

module_param_cb(fd, &fd_ops, NULL, 0200);

MODULE_DESCRIPTION("Test of livepatches: declared");
MODULE_LICENSE("GPL");
MODULE_USERSPACE("https://example.org/u", "MIT");
MODULE_IMPORT_NS("DMA_BUF");
