/* SPDX-License-Identifier: MIT */
/*
 * Tools that erase every sector they write, without saying what else was in it: pyOCD's `load`, probe-rs' `download`, and GDB's
 * `load` on a Black Magic Probe. They get the whole region, made onto what the device has: so nothing can be lost, and no
 * second area of newer values is left beside it.
 */
#include "formats.h"

const struct format pyocd_format = {
	.name = "pyocd",
	.help = "Intel HEX of the whole region, for `pyocd load`; needs --onto",
	.write = ihex_write,
	.takes = WHOLE,
	.needs_onto = true,
};

const struct format probe_rs_format = {
	.name = "probe-rs",
	.help = "the same for `probe-rs download --binary-format hex`",
	.write = ihex_write,
	.takes = WHOLE,
	.needs_onto = true,
};

const struct format gdb_format = {
	.name = "gdb",
	.help = "the same for GDB's `load`, on a Black Magic Probe too",
	.write = ihex_write,
	.takes = WHOLE,
	.needs_onto = true,
};
