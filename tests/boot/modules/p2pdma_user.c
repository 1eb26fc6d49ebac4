// SPDX-License-Identifier: GPL-2.0-only
/* An out-of-tree driver that takes memory from a PCI device. */

#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pci-p2pdma.h>

static int __init p2pdma_user_init(void)
{
	struct pci_dev *pdev = NULL;
	bool allocated = false;
	void *mem;

	for_each_pci_dev(pdev) {
		mem = pci_alloc_p2pmem(pdev, PAGE_SIZE);
		if (!mem)
			continue;
		pci_free_p2pmem(pdev, mem, PAGE_SIZE);
		allocated = true;
	}
	pr_info("p2pmem was %sallocated\n", allocated ? "" : "not ");
	return 0;
}
module_init(p2pdma_user_init);

static void __exit p2pdma_user_exit(void)
{
}
module_exit(p2pdma_user_exit);

MODULE_DESCRIPTION("Test of userspace-gated symbols: a user of P2PDMA");
MODULE_LICENSE("GPL");
