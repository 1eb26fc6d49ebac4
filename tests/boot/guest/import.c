// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs in the QEMU guest: moves real buffers between the drivers of the kernel
 * under test, and takes memory from a PCI device for peer-to-peer DMA.
 *
 * What comes out is not believed because an ioctl returned 0: each import is
 * followed by a look at the memory, or at who is attached to it.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <drm/drm.h>
#include <linux/udmabuf.h>
#include <linux/videodev2.h>

#define SIZE	(1u << 20)

static void __attribute__((noreturn, format(printf, 1, 2)))
fail(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(": %s\n", err ? strerror(err) : "wrong");
	exit(1);
}

/* The byte that belongs at @i, no two pages look the same. */
static uint8_t pattern(size_t i)
{
	return i * 7 + (i >> 12) * 31 + 1;
}

static void *map(int fd, off_t offset)
{
	void *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       offset);

	if (p == MAP_FAILED)
		fail("mmap");
	return p;
}

static void fill(uint8_t *p)
{
	size_t i;

	for (i = 0; i < SIZE; i++)
		p[i] = pattern(i);
}

static bool filled(const uint8_t *p)
{
	size_t i;

	for (i = 0; i < SIZE; i++)
		if (p[i] != pattern(i))
			return false;
	return true;
}

/* The node of the DRM driver called @driver. */
static int open_drm(const char *driver)
{
	char path[32], name[32];
	int i, fd;

	for (i = 0; i < 16; i++) {
		struct drm_version v = {
			.name = name, .name_len = sizeof(name) - 1,
		};

		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		memset(name, 0, sizeof(name));
		if (!ioctl(fd, DRM_IOCTL_VERSION, &v) && !strcmp(name, driver))
			return fd;
		close(fd);
	}
	errno = ENODEV;
	fail("DRM driver %s", driver);
}

static void *map_dumb(int drm, uint32_t handle)
{
	struct drm_mode_map_dumb m = { .handle = handle };

	if (ioctl(drm, DRM_IOCTL_MODE_MAP_DUMB, &m))
		fail("MAP_DUMB");
	return map(drm, m.offset);
}

/* A dma-buf of SIZE bytes made by @exporter, *@mem is its memory. */
static int export(const char *exporter, uint8_t **mem)
{
	struct drm_prime_handle prime = { .flags = DRM_CLOEXEC | DRM_RDWR };
	struct drm_mode_create_dumb dumb = {
		.width = 512, .height = SIZE / 4 / 512, .bpp = 32,
	};
	int fd, buf;

	if (!strcmp(exporter, "udmabuf")) {
		struct udmabuf_create create = { .size = SIZE };

		create.memfd = memfd_create("m", MFD_ALLOW_SEALING);
		if ((int)create.memfd < 0 || ftruncate(create.memfd, SIZE) ||
		    fcntl(create.memfd, F_ADD_SEALS, F_SEAL_SHRINK))
			fail("memfd");
		*mem = map(create.memfd, 0);
		fd = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
		buf = fd < 0 ? fd : ioctl(fd, UDMABUF_CREATE, &create);
		if (buf < 0)
			fail("udmabuf");
		return buf;
	}

	fd = open_drm(exporter);
	if (ioctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &dumb))
		fail("CREATE_DUMB of %s", exporter);
	*mem = map_dumb(fd, dumb.handle);
	prime.handle = dumb.handle;
	if (ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime))
		fail("PRIME_HANDLE_TO_FD of %s", exporter);
	return prime.fd;
}

/*
 * DRM maps no memory that is imported, so ask the dma-buf itself who is attached
 * to it, before and after.
 */
static bool attached(const char *device)
{
	char line[256], want[64];
	bool found = false;
	FILE *f = fopen("/sys/kernel/debug/dma_buf/bufinfo", "re");

	if (!f)
		fail("bufinfo");
	snprintf(want, sizeof(want), "\t%s\n", device);
	while (fgets(line, sizeof(line), f))
		found |= !strcmp(line, want);
	fclose(f);
	return found;
}

static void import_drm(const char *driver, int buf, uint8_t *mem)
{
	struct drm_prime_handle prime = { .fd = buf };
	int fd = open_drm(driver);

	fill(mem);
	if (attached(driver))
		fail("%s is attached before the import", driver);
	if (ioctl(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime))
		fail("PRIME_FD_TO_HANDLE of %s", driver);
	errno = 0;
	if (!attached(driver))
		fail("%s is not attached to the buffer", driver);

	/* The importer's handle leads back to the same memory. */
	prime.flags = DRM_CLOEXEC | DRM_RDWR;
	prime.fd = -1;
	if (ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime))
		fail("PRIME_HANDLE_TO_FD of %s", driver);
	if (!filled(map(prime.fd, 0)))
		fail("the contents that %s has", driver);

	close(fd);
	if (attached(driver))
		fail("%s is attached after the import", driver);
}

/* vivid draws its test picture into memory that is somebody else's. */
static void import_vivid(int buf, uint8_t *mem)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	struct v4l2_requestbuffers req = {
		.count = 2, .type = type, .memory = V4L2_MEMORY_DMABUF,
	};
	struct v4l2_format fmt = { .type = type };
	struct v4l2_buffer b = {
		.type = type, .memory = V4L2_MEMORY_DMABUF, .length = SIZE,
	};
	struct v4l2_capability cap;
	struct pollfd pfd = { .events = POLLIN };
	char path[32];
	size_t i;
	int n;

	for (n = 0; n < 16; n++) {
		snprintf(path, sizeof(path), "/dev/video%d", n);
		pfd.fd = open(path, O_RDWR | O_CLOEXEC);
		if (pfd.fd >= 0 && !ioctl(pfd.fd, VIDIOC_QUERYCAP, &cap) &&
		    !strcmp((char *)cap.driver, "vivid") &&
		    (cap.device_caps & V4L2_CAP_VIDEO_CAPTURE))
			break;
		close(pfd.fd);
	}
	if (n == 16) {
		errno = ENODEV;
		fail("vivid");
	}

	if (ioctl(pfd.fd, VIDIOC_G_FMT, &fmt))
		fail("G_FMT");
	fmt.fmt.pix.width = 320;
	fmt.fmt.pix.height = 180;
	if (ioctl(pfd.fd, VIDIOC_S_FMT, &fmt))
		fail("S_FMT");
	errno = 0;
	if (fmt.fmt.pix.sizeimage > SIZE)
		fail("the size of a picture, %u", fmt.fmt.pix.sizeimage);

	memset(mem, 0x5a, SIZE);
	b.m.fd = buf;
	if (ioctl(pfd.fd, VIDIOC_REQBUFS, &req))
		fail("REQBUFS");
	if (ioctl(pfd.fd, VIDIOC_QBUF, &b))
		fail("QBUF");
	if (ioctl(pfd.fd, VIDIOC_STREAMON, &type))
		fail("STREAMON");
	if (poll(&pfd, 1, 10000) != 1 || ioctl(pfd.fd, VIDIOC_DQBUF, &b))
		fail("DQBUF");
	if (ioctl(pfd.fd, VIDIOC_STREAMOFF, &type))
		fail("STREAMOFF");

	errno = 0;
	for (i = n = 0; i < fmt.fmt.pix.sizeimage; i++)
		n += mem[i] != 0x5a;
	if (n < (int)fmt.fmt.pix.sizeimage / 2)
		fail("the picture, only %d bytes changed", n);
}

/* The module at @path writes to the buffer. */
static void load_writer(const char *path, int buf, uint8_t *mem)
{
	int ko = open(path, O_RDONLY | O_CLOEXEC);
	char param[16];
	size_t i;

	fill(mem);
	snprintf(param, sizeof(param), "fd=%d", buf);
	if (ko < 0 || syscall(SYS_finit_module, ko, param, 0))
		fail("%s", path);
	errno = 0;
	for (i = 0; i < SIZE; i++)
		if (mem[i] != 0xa5)
			fail("byte %zu of what %s wrote", i, path);
}

static long number(const char *dir, const char *file)
{
	char path[512];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/p2pmem/%s", dir,
		 file);
	f = fopen(path, "re");
	if (f) {
		if (fscanf(f, "%ld", &n) != 1)
			n = -1;
		fclose(f);
	}
	return n;
}

/* Memory of a PCI device, taken from its pool and given back. */
static void p2pmem(void)
{
	DIR *d = opendir("/sys/bus/pci/devices");
	char path[512];
	struct dirent *e;
	long before, during;
	uint8_t *p;
	int fd;

	while (d && (e = readdir(d)))
		if (number(e->d_name, "size") >= SIZE)
			break;
	if (!d || !e) {
		errno = ENODEV;
		fail("p2pmem");
	}

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/p2pmem/allocate",
		 e->d_name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		fail("allocate");
	before = number(e->d_name, "available");
	p = map(fd, 0);
	during = number(e->d_name, "available");
	errno = 0;
	if (before - during != SIZE)
		fail("available: %ld, then %ld", before, during);
	fill(p);
	if (!filled(p))
		fail("the contents of p2pmem");
	munmap(p, SIZE);
	errno = 0;
	if (number(e->d_name, "available") != before)
		fail("available, after munmap");
}

int main(int argc, char **argv)
{
	uint8_t *mem;
	int buf;

	if (argc == 2 && !strcmp(argv[1], "p2pmem")) {
		p2pmem();
	} else if (argc == 3) {
		buf = export(argv[1], &mem);
		if (!strcmp(argv[2], "vivid"))
			import_vivid(buf, mem);
		else if (argv[2][0] == '/')
			load_writer(argv[2], buf, mem);
		else
			import_drm(argv[2], buf, mem);
	} else {
		return 2;
	}
	printf("done\n");
	return 0;
}
