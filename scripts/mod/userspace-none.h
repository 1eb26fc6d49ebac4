/* SPDX-License-Identifier: GPL-2.0-only */
/* The modules of the tree for which no free userspace is known. */
"am437x-vpfe",
"c3-isp",
"habanalabs",
"omap3-isp",
"rcar-isp",
"sun6i-isp",
