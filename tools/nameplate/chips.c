/* SPDX-License-Identifier: MIT */
/*
 * Pages are those that OpenOCD 0.12's drivers report (C0, U0 and U5 but the U575: its later versions), since they decide
 * where OpenOCD puts the default region; where option bytes decide them, as the part is delivered. Cells are those of
 * openocd/nameplate/region.tcl.
 */
#include "chips.h"

#include "error.h"

#include <ctype.h>
#include <string.h>

#define FLASH_BASE   0x08000000u
#define KIB          1024u
#define PAGES_MAX    520u
#define AREA_MIN     2048u
#define REGION_SHARE 16u /* of the flash may go to a region of two areas */

/* How a driver writes. */
struct writing {
	uint32_t cell, words, erased;
};

static const struct writing word = {4, 1, UINT32_MAX};        /* stm32f1x, stm32f2x */
static const struct writing half_page = {128, 1, 0};          /* stm32lx */
static const struct writing double_word = {8, 2, UINT32_MAX}; /* stm32l4x: ECC of 64 bits */
static const struct writing quad_word = {16, 4, UINT32_MAX};  /* stm32l4x on U5: ECC of 128 bits */
static const struct writing flash_word = {32, 8, UINT32_MAX}; /* stm32h7x: ECC of 256 bits */

/* How much of the flash OpenOCD's plain target file reaches, and how it is divided. */
enum layout {
	UNIFORM,    /* all of it */
	SECTORS,    /* four of an eighth of `page`, one of a half, then whole ones */
	FIRST_HALF, /* the first of two banks */
	FIRST_192,  /* the first of two banks, 192 KiB */
	FIRST_512,
	SPLIT_512,  /* two banks that begin 256 KiB apart, however large they are */
	NO_DEFAULT, /* the end belongs to somebody else */
};

struct chip {
	const char *line;  /* what the name begins with */
	const char *sizes; /* its letters of the flash size that this row is for */
	uint32_t page;     /* KiB */
	enum layout layout;
	const struct writing *writing;
	uint32_t uf2_family; /* uf2families.json of github.com/microsoft/uf2 */
};

#define UF2_F0 0x647824B6u
#define UF2_F1 0x5EE21072u
#define UF2_F2 0x5D1A0A2Eu
#define UF2_F3 0x6B846188u
#define UF2_F4 0x57755A57u
#define UF2_F7 0x53B80F00u
#define UF2_G0 0x300F5633u
#define UF2_G4 0x4C71240Au
#define UF2_H7 0x6DB66082u
#define UF2_L0 0x202E3A91u
#define UF2_L1 0x1E1F432Du
#define UF2_L4 0x00FF6919u
#define UF2_L5 0x04240BDFu
#define UF2_WB 0x70D16653u
#define UF2_WL 0x21460FF0u

/* First match wins. */
static const struct chip chips[] = {
	{"stm32c0", "468bc", 2, UNIFORM, &double_word, 0},
	{"stm32f030", "468", 1, UNIFORM, &word, UF2_F0},
	{"stm32f030", "c", 2, UNIFORM, &word, UF2_F0},
	{"stm32f03", "46", 1, UNIFORM, &word, UF2_F0},
	{"stm32f04", "46", 1, UNIFORM, &word, UF2_F0},
	{"stm32f05", "468", 1, UNIFORM, &word, UF2_F0},
	{"stm32f070", "6", 1, UNIFORM, &word, UF2_F0},
	{"stm32f07", "8b", 2, UNIFORM, &word, UF2_F0},
	{"stm32f09", "bc", 2, UNIFORM, &word, UF2_F0},
	{"stm32f10[57]", "8bc", 2, UNIFORM, &word, UF2_F1},
	{"stm32f10", "468b", 1, UNIFORM, &word, UF2_F1},
	{"stm32f10", "cde", 2, UNIFORM, &word, UF2_F1},
	{"stm32f10", "fg", 2, FIRST_512, &word, UF2_F1},
	{"stm32f2", "bcefg", 128, SECTORS, &word, UF2_F2},
	{"stm32f3", "468bcde", 2, UNIFORM, &word, UF2_F3},
	{"stm32f4", "8bcdeghi", 128, SECTORS, &word, UF2_F4},
	{"stm32f7[23]", "8ce", 128, SECTORS, &word, UF2_F7},
	{"stm32f7[4567]", "8egi", 256, SECTORS, &word, UF2_F7}, /* F76x, F77x: nDBANK is 1 */
	{"stm32g0", "468bce", 2, UNIFORM, &double_word, UF2_G0},
	{"stm32g4[78]", "bce", 2, SPLIT_512, &double_word, UF2_G4}, /* DBANK is 1 */
	{"stm32g4", "68bce", 2, UNIFORM, &double_word, UF2_G4},
	{"stm32h7[ab]", "gi", 8, FIRST_HALF, &flash_word, UF2_H7},
	{"stm32h7[ab]", "b", 8, UNIFORM, &flash_word, UF2_H7},
	{"stm32h7[23]", "eg", 128, UNIFORM, &flash_word, UF2_H7},
	{"stm32h7[45]", "gi", 128, FIRST_HALF, &flash_word, UF2_H7},
	{"stm32h7[2345]", "b", 128, UNIFORM, &flash_word, UF2_H7},
	{"stm32l010", "468", 4, UNIFORM, &half_page, UF2_L0},
	{"stm32l010", "b", 4, FIRST_HALF, &half_page, UF2_L0},
	{"stm32l0[78]", "8", 4, UNIFORM, &half_page, UF2_L0},
	{"stm32l0[78]", "bz", 4, FIRST_HALF, &half_page, UF2_L0},
	{"stm32l0", "3468", 4, UNIFORM, &half_page, UF2_L0},
	{"stm32l1", "68bc", 4, UNIFORM, &half_page, UF2_L1},
	{"stm32l1", "d", 4, FIRST_192, &half_page, UF2_L1},
	{"stm32l1", "e", 4, FIRST_HALF, &half_page, UF2_L1},
	{"stm32l4[pqrs]", "egi", 4, UNIFORM, &double_word, UF2_L4}, /* two banks, as delivered */
	{"stm32l4", "8bceg", 2, UNIFORM, &double_word, UF2_L4},
	{"stm32l5", "ce", 2, UNIFORM, &double_word, UF2_L5}, /* DBANK is 1 */
	{"stm32u0", "468bc", 2, UNIFORM, &double_word, 0},
	{"stm32u5", "bcegij", 8, UNIFORM, &quad_word, 0},
	{"stm32wb[135]", "cefgy", 4, NO_DEFAULT, &double_word, UF2_WB},
	{"stm32wl", "8bc", 2, UNIFORM, &double_word, UF2_WL},
};

#define CHIPS (sizeof chips / sizeof chips[0])

/* The letter in a part's name and the flash it stands for, KiB. */
static const struct {
	char letter;
	uint32_t kib;
} sizes[] = {
	{'3', 8}, {'4', 16}, {'6', 32}, {'8', 64}, {'b', 128}, {'z', 192}, {'c', 256}, {'d', 384},
	{'e', 512}, {'f', 768}, {'y', 640}, {'g', 1024}, {'h', 1536}, {'i', 2048}, {'j', 4096},
};

/* Page starts, offsets from the flash's; one more says where the last one ends. */
struct pages {
	uint32_t start[PAGES_MAX + 1];
	size_t count;
};

/* Whether a name begins with a line, in which [...] is one of some letters. */
static bool line_matches(const char *line, const char *name)
{
	for (; *line; name++) {
		if (*line == '[') {
			const char *end = strchr(line, ']');

			if (!*name || !memchr(line, *name, (size_t)(end - line)) || *name == '[')
				return false;
			line = end + 1;
		} else if (*line++ != *name) {
			return false;
		}
	}
	return true;
}

#define SIZE_AT 10 /* stm32l152rb */

static const struct chip *find(const char *name, uint32_t *flash)
{
	if (strlen(name) <= SIZE_AT)
		return NULL;
	*flash = 0;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		if (sizes[i].letter == name[SIZE_AT])
			*flash = sizes[i].kib * KIB;
	for (size_t i = 0; *flash && i < CHIPS; i++)
		if (line_matches(chips[i].line, name) && strchr(chips[i].sizes, name[SIZE_AT]))
			return &chips[i];
	return NULL;
}

static void pages_add(struct pages *pages, uint32_t size, uint32_t end)
{
	const uint32_t start = pages->start[pages->count];

	if (start < end && pages->count < PAGES_MAX)
		pages->start[++pages->count] = start + size < end ? start + size : end;
}

/* The pages of as much flash as there is. */
static void pages_of(const struct chip *chip, uint32_t flash, struct pages *pages)
{
	const uint32_t page = chip->page * KIB;
	uint32_t end = flash;

	if (chip->layout == FIRST_HALF)
		end = flash / 2;
	else if (chip->layout == FIRST_192)
		end = 192 * KIB;
	else if (chip->layout == FIRST_512)
		end = 512 * KIB;
	pages->start[0] = 0;
	pages->count = 0;
	if (chip->layout == SPLIT_512) {
		while (pages->start[pages->count] < flash / 2)
			pages_add(pages, page, flash / 2);
		if (flash < 512 * KIB) {
			/* The gap is no page that anybody can use; it is as large as it is. */
			pages_add(pages, 256 * KIB - flash / 2, 256 * KIB);
			end = 256 * KIB + flash / 2;
		}
	}
	for (int i = 0; chip->layout == SECTORS && i < 5; i++)
		pages_add(pages, i < 4 ? page / 8 : page / 2, end);
	while (pages->start[pages->count] < end)
		pages_add(pages, page, end);
}

static bool is_page_start(const struct pages *pages, uint32_t offset)
{
	for (size_t i = 0; i <= pages->count; i++)
		if (pages->start[i] == offset)
			return true;
	return false;
}

/* Both areas must be whole pages. */
static void set_areas(struct region *region, const struct pages *pages)
{
	region->areas = 1;
	if (region->size >= 2 * AREA_MIN && region->size % 2048 == 0 &&
	    is_page_start(pages, region->base + region->size / 2 - FLASH_BASE))
		region->areas = 2;
}

static int start_region(const char *name, struct region *region, struct pages *pages, const struct chip **chip)
{
	char lower[sizeof region->chip] = "";
	uint32_t flash;

	for (size_t i = 0; name[i] && i + 1 < sizeof lower; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	*chip = find(lower, &flash);
	if (!*chip)
		return fail("--chip %s: not known; give a whole part number such as stm32l152rb (nameplate --list-chips), or "
			    "--base, --size, --cell and --erased", quote(name));
	pages_of(*chip, flash, pages);
	memset(region, 0, sizeof *region);
	region->cell = (*chip)->writing->cell;
	region->words = (*chip)->writing->words;
	region->erased = (*chip)->writing->erased;
	region->uf2_family = (*chip)->uf2_family;
	region->flash_base = FLASH_BASE;
	for (size_t i = 0; i <= SIZE_AT; i++)
		region->chip[i] = (char)toupper((unsigned char)lower[i]);
	return 0;
}

/* Two areas of whole pages, each of 2 KiB or more, if both take a sixteenth of the flash or less; else one page. */
int chip_region(const char *name, struct region *region)
{
	const struct chip *chip;
	struct pages pages;
	uint32_t end, half, start;
	size_t i;

	if (start_region(name, region, &pages, &chip))
		return -1;
	if (chip->layout == NO_DEFAULT)
		return fail("--chip %s: the end of its flash belongs to the wireless stack: choose a region below it with --base "
			    "and --size", quote(name));
	end = pages.start[pages.count];
	for (i = pages.count; i > 0 && end - pages.start[i] < AREA_MIN;)
		i--;
	half = end - pages.start[i];
	start = pages.start[pages.count - 1];
	if (2 * half * REGION_SHARE <= end && is_page_start(&pages, end - 2 * half))
		start = end - 2 * half;
	if (start == 0)
		return fail("--chip %s: its flash is a single page, so none can be reserved: choose another part", quote(name));
	region->base = FLASH_BASE + start;
	region->size = end - start;
	set_areas(region, &pages);
	return 0;
}

int chip_region_at(const char *name, uint32_t base, uint32_t size, struct region *region)
{
	const struct chip *chip;
	struct pages pages;
	uint32_t end;

	if (start_region(name, region, &pages, &chip))
		return -1;
	end = pages.start[pages.count];
	if (base < FLASH_BASE || base - FLASH_BASE >= end || size == 0 || size > end - (base - FLASH_BASE))
		return fail("the region 0x%08X, %u bytes, lies outside the flash of %s (0x%08X to 0x%08X): correct --base and --size",
			    base, size, quote(name), FLASH_BASE, FLASH_BASE + end - 1);
	if (!is_page_start(&pages, base - FLASH_BASE) || !is_page_start(&pages, base - FLASH_BASE + size) || size % KIB)
		return fail("the region 0x%08X, %u bytes, is not whole pages of %s: correct --base and --size", base, size,
			    quote(name));
	region->base = base;
	region->size = size;
	set_areas(region, &pages);
	return 0;
}

int region_custom(uint32_t base, uint32_t size, uint32_t cell, bool erased_ones, uint32_t areas, struct region *region)
{
	memset(region, 0, sizeof *region);
	if (cell < CELL_PACKED || cell > CELL_MAX || (cell & (cell - 1)))
		return fail("--cell %u: is none of 4, 8, 16, 32, 64, 128", cell);
	if (size == 0 || size % KIB || base % CELL_MAX || size > 4095 * KIB || base > UINT32_MAX - size)
		return fail("the region 0x%08X, %u bytes, cannot be one: it is whole pages, so --size is a multiple of 1024, at most "
			    "4095 KiB, and --base one of 128", base, size);
	if (areas == 0)
		areas = size >= 2 * AREA_MIN && size % 2048 == 0 ? 2 : 1;
	if (areas == 2 && size % 2048)
		return fail("--areas 2: the region's %u bytes have no halves of whole KiB: give one area, or another --size", size);
	region->base = base;
	region->size = size;
	region->areas = areas;
	region->cell = cell;
	region->words = cell > 32 ? 1 : cell / 4;
	region->erased = erased_ones ? UINT32_MAX : 0;
	region->flash_base = FLASH_BASE;
	return 0;
}

void chips_list(FILE *to)
{
	fputs("part           flash sizes  page      cell  erased\n", to);
	for (size_t i = 0; i < CHIPS; i++)
		fprintf(to, "%-14s %-12s %3u KiB%s  %4u  %02x%s\n", chips[i].line, chips[i].sizes, chips[i].page,
			chips[i].layout == SECTORS ? "*" : " ", chips[i].writing->cell, chips[i].writing->erased & 0xFF,
			chips[i].layout == NO_DEFAULT ? "  no default region" : "");
	fputs("\n[...] is one of these; the letters of the flash size stand where b stands in stm32l152rb.\n"
	      "* four of an eighth and one of a half come first.\n", to);
}
