// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs in the guest: allocates a buffer, and gives it to a driver by writing
 * the number of its file descriptor to the file which is the argument.
 */

#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/dma-heap.h>

int main(int argc, char *argv[])
{
	struct dma_heap_allocation_data data = {
		.len = 4096,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};
	int heap, file;

	if (argc != 2)
		return 1;
	heap = open("/dev/dma_heap/system", O_RDWR);
	file = open(argv[1], O_WRONLY);
	if (heap < 0 || file < 0) {
		perror("open");
		return 1;
	}
	if (ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data)) {
		perror("DMA_HEAP_IOCTL_ALLOC");
		return 1;
	}
	if (dprintf(file, "%u", data.fd) < 0) {
		perror("write");
		return 1;
	}
	return 0;
}
