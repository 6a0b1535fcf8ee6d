/* SPDX-License-Identifier: MIT */
/* Fields and their places: System V ABI, chapter 4 (ELF header, sections, symbols) and 5 (program headers). */
#include "elf.h"

#include "dump.h"
#include "error.h"
#include "number.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_SIZE  52
#define PROGRAM_SIZE 32
#define SECTION_SIZE 40
#define SYMBOL_SIZE  16
#define EM_ARM       40
#define PT_LOAD      1
#define SHT_SYMTAB   2

static uint32_t u16(const uint8_t *at)
{
	return (uint32_t)number_of(at, 2);
}

static uint32_t u32(const uint8_t *at)
{
	return (uint32_t)number_of(at, 4);
}

/* `count` bytes that must be there, or NULL. */
static const uint8_t *bytes_at(const struct elf *elf, uint64_t offset, uint64_t count)
{
	return offset <= elf->size && count <= elf->size - offset ? elf->bytes + offset : NULL;
}

/* Row `index` of a table that the header says where it is. */
static const uint8_t *program_header(const struct elf *elf, uint32_t index)
{
	return bytes_at(elf, u32(elf->bytes + 28) + (uint64_t)index * PROGRAM_SIZE, PROGRAM_SIZE);
}

static const uint8_t *section(const struct elf *elf, uint32_t index)
{
	return bytes_at(elf, u32(elf->bytes + 32) + (uint64_t)index * SECTION_SIZE, SECTION_SIZE);
}

static const uint8_t *contents(const struct elf *elf, const uint8_t *header)
{
	return header ? bytes_at(elf, u32(header + 16), u32(header + 20)) : NULL;
}

static int damaged(const char *path)
{
	return fail("%s is a damaged ELF, or ends early: link it anew", quote(path));
}

static bool is_name(const uint8_t *strings, uint32_t size, uint32_t at, const char *name)
{
	const size_t length = strlen(name) + 1;

	return at <= size && length <= size - at && !memcmp(strings + at, name, length);
}

/* The two global symbols that have an address. */
static int find_region(struct elf *elf, const char *path, const uint8_t *table)
{
	const uint8_t *names = section(elf, u32(table + 24));
	const uint8_t *symbols = contents(elf, table), *strings = contents(elf, names);
	bool start = false, end = false;

	if (!symbols || !strings)
		return damaged(path);
	for (uint32_t i = 0; i < u32(table + 20) / SYMBOL_SIZE; i++) {
		const uint8_t *symbol = symbols + i * SYMBOL_SIZE;

		if (symbol[12] < 16 || u16(symbol + 14) == 0)
			continue;
		if (is_name(strings, u32(names + 20), u32(symbol), "_nameplate_start")) {
			elf->start = u32(symbol + 4);
			start = true;
		} else if (is_name(strings, u32(names + 20), u32(symbol), "_nameplate_end")) {
			elf->end = u32(symbol + 4);
			end = true;
		}
	}
	elf->linked = start && end;
	if (elf->linked && elf->end <= elf->start)
		return fail(
			"%s was linked for a region that ends before it begins (0x%08X, 0x%08X): correct _nameplate_start and _nameplate_end",
			quote(path), elf->start, elf->end);
	return 0;
}

static int parse(struct elf *elf, const char *path)
{
	const uint8_t *header = elf->bytes;

	if (elf->size < HEADER_SIZE || memcmp(header, "\177ELF\1\1", 6) || u16(header + 18) != EM_ARM)
		return fail("%s is no ELF for 32-bit ARM: name the firmware that the linker made", quote(path));
	if ((u16(header + 44) && u16(header + 42) != PROGRAM_SIZE) ||
	    (u16(header + 48) && u16(header + 46) != SECTION_SIZE))
		return damaged(path);
	for (uint32_t i = 0; i < u16(header + 48); i++) {
		const uint8_t *table = section(elf, i);

		if (!table)
			return damaged(path);
		if (u32(table + 4) == SHT_SYMTAB)
			return find_region(elf, path, table);
	}
	return 0;
}

int elf_load(const char *path, struct elf *elf)
{
	memset(elf, 0, sizeof *elf);
	elf->bytes = dump_read(path, &elf->size);
	if (!elf->bytes)
		return -1;
	if (parse(elf, path)) {
		elf_free(elf);
		return -1;
	}
	return 0;
}

void elf_free(struct elf *elf)
{
	free(elf->bytes);
	memset(elf, 0, sizeof *elf);
}

/* Where all load addresses are 0, some linkers mean the virtual ones, and OpenOCD takes them too. */
static bool loads_at_virtual(const struct elf *elf)
{
	uint32_t loaded = 0;

	for (uint32_t i = 0; i < u16(elf->bytes + 44); i++) {
		const uint8_t *header = program_header(elf, i);

		if (header && u32(header + 12))
			return false;
		loaded += header && u32(header) == PT_LOAD && u32(header + 16);
	}
	return loaded > 1;
}

int elf_avoids(const struct elf *elf, const char *path, uint32_t start, uint32_t end)
{
	const size_t address = loads_at_virtual(elf) ? 8 : 12;

	for (uint32_t i = 0; i < u16(elf->bytes + 44); i++) {
		const uint8_t *header = program_header(elf, i);
		uint64_t first, stop;

		if (!header)
			return damaged(path);
		first = u32(header + address);
		stop = first + u32(header + 16);
		if (u32(header) == PT_LOAD && first < end && stop > start && stop > first)
			return fail(
				"%s takes 0x%08X to 0x%08X, which touches the reserved region 0x%08X to 0x%08X: make it smaller, or shorten "
				"the flash in its linker script to end at 0x%08X",
				quote(path), (uint32_t)first, (uint32_t)(stop - 1), start, end - 1, start);
	}
	return 0;
}
