// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does what no module may do: leaks memory, reads what it has freed, takes two
 * locks in both orders. Shows that such things are noticed.
 */

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static char *volatile lost;

static int __init broken_init(void)
{
	char *volatile freed;
	int i;

	for (i = 0; i < 1000; i++)
		lost = kmalloc(100, GFP_KERNEL);
	lost = NULL;

	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);

	freed = kmalloc(100, GFP_KERNEL);
	if (!freed)
		return -ENOMEM;
	kfree(freed);
	return *freed == 'x' ? -EIO : 0;
}
module_init(broken_init);

static void __exit broken_exit(void)
{
}
module_exit(broken_exit);

MODULE_DESCRIPTION("Test of userspace-gated symbols: what must not go unnoticed");
MODULE_LICENSE("GPL");
