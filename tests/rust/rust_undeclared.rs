// SPDX-License-Identifier: GPL-2.0-only

//! Uses a gated symbol, and declares nothing.

use kernel::prelude::*;

module! {
    type: Undeclared,
    name: "rust_undeclared",
    description: "Test of symbols for modules with a free userspace",
    license: "GPL",
}

extern "C" {
    fn test_userspace_gated() -> i32;
}

struct Undeclared;

impl kernel::Module for Undeclared {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        // SAFETY: It takes nothing, and returns 0.
        unsafe { test_userspace_gated() };
        Ok(Self)
    }
}
