// SPDX-License-Identifier: GPL-2.0-only
/* An out-of-tree driver that imports DMA-BUFs, as far as the loader can tell. */

#include <linux/dma-buf.h>
#include <linux/module.h>

static int fd = -1;
module_param(fd, int, 0);

static int __init dmabuf_user_init(void)
{
	struct dma_buf *buf = dma_buf_get(fd);

	if (!IS_ERR(buf))
		dma_buf_put(buf);
	return 0;
}
module_init(dmabuf_user_init);

static void __exit dmabuf_user_exit(void)
{
}
module_exit(dmabuf_user_exit);

MODULE_IMPORT_NS("DMA_BUF");
MODULE_DESCRIPTION("Test of userspace-gated symbols: a user of DMA-BUF");
MODULE_LICENSE("GPL");
