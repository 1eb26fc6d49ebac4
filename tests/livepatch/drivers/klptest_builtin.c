// SPDX-License-Identifier: GPL-2.0-only
/* The same as klptest_undeclared, but built in. */
#include <linux/dma-buf.h>
#include <linux/module.h>

static noinline int klptest_builtin_use(int fd)
{
	if (fd < 0)
		return -EBADF;

	pr_info("original: no buffer\n");
	return 0;
}

static int set_fd(const char *val, const struct kernel_param *kp)
{
	int fd, ret = kstrtoint(val, 0, &fd);

	return ret ? : klptest_builtin_use(fd);
}

static const struct kernel_param_ops fd_ops = { .set = set_fd };

module_param_cb(fd, &fd_ops, NULL, 0200);

MODULE_DESCRIPTION("Test of livepatches: builtin");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF");
