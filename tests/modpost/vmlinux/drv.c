// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA-BUF is built in: its class comes from the Module.symvers of the
 * kernel.
 */
#include <linux/dma-buf.h>
#include <linux/module.h>

static int __init drv_init(void)
{
	dma_buf_put(NULL);
	return 0;
}
module_init(drv_init);

MODULE_IMPORT_NS("DMA_BUF");
MODULE_DESCRIPTION("test");
MODULE_LICENSE("GPL");
