// SPDX-License-Identifier: GPL-2.0-only

//! Uses a gated symbol, and declares a free userspace.

use kernel::prelude::*;

module! {
    type: Declared,
    name: "rust_declared",
    description: "Test of symbols for modules with a free userspace",
    license: "GPL",
    userspace: ["https://example.org/u MIT"],
}

extern "C" {
    fn test_userspace_gated() -> i32;
}

struct Declared;

impl kernel::Module for Declared {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        // SAFETY: It takes nothing, and returns 0.
        unsafe { test_userspace_gated() };
        Ok(Self)
    }
}
