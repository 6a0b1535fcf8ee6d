/* SPDX-License-Identifier: MIT */
/*
 * A firmware's ELF: whether it leaves the reserved region alone. openocd/nameplate/elf.tcl looks at the same before an upload.
 */
#ifndef ELF_H
#define ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf {
	uint8_t *bytes;
	size_t size;
	bool linked;         /* it has _nameplate_start and _nameplate_end: */
	uint32_t start, end; /* the region that its reader looks at */
};

/* Loads a 32-bit little-endian ARM ELF. 0, or -1 after an error line. To be freed. */
int elf_load(const char *path, struct elf *elf);

void elf_free(struct elf *elf);

/* Everything that is loaded, whatever its section is called, must lie outside start to end. 0, or -1 after an error line. */
int elf_avoids(const struct elf *elf, const char *path, uint32_t start, uint32_t end);

#endif
