// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes to the buffer behind a file descriptor by the operations in its struct
 * dma_buf, which is out of scope: no symbol is used, and so none that is gated.
 */

#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <linux/file.h>
#include <linux/iosys-map.h>
#include <linux/module.h>

static int fd = -1;
module_param(fd, int, 0);

static int __init dmabuf_ops_init(void)
{
	struct file *file = fget(fd);
	struct iosys_map map;
	struct dma_buf *buf;
	int ret;

	if (!file)
		return -EBADF;
	buf = file->private_data;
	dma_resv_lock(buf->resv, NULL);
	ret = buf->ops->vmap(buf, &map);
	if (!ret) {
		iosys_map_memset(&map, 0, 0xa5, buf->size);
		buf->ops->vunmap(buf, &map);
	}
	dma_resv_unlock(buf->resv);
	fput(file);
	return ret;
}
module_init(dmabuf_ops_init);

static void __exit dmabuf_ops_exit(void)
{
}
module_exit(dmabuf_ops_exit);

MODULE_DESCRIPTION("Test of userspace-gated symbols: operations of a DMA-BUF");
MODULE_LICENSE("GPL");
