/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Flash controller of the STM32L4 and of the families that inherited it. References, chapters on the embedded flash memory:
 * RM0351 (L47x) 3.3 and 3.7, RM0444 (G0x1) 3.3 and 3.7, RM0440 (G4) 5.3 and 5.7, RM0434 (WB55) 3.3 and 3.10, RM0461 (WLE) 3.3
 * and 3.10, RM0438 (L5) 6.3 and 6.9, RM0456 (U5) 7.3 and 7.9; data sheets, table "Flash memory characteristics", for times.
 *
 * Erased bits are 1. A granule of 64 bits (U5: 128) has 8 (9) bits of ECC and is programmed as a whole, by writing its words
 * in order while PG is set; a page is erased by PER, its number and STRT. Reading a granule with two wrong bits sets
 * ECCR.ECCD, which holds the NMI line until it is cleared; the read itself ends normally, with bits that mean nothing.
 *
 * A granule that was programmed since its page was erased is refused with PROGERR, also if it reads as ones: its code, which
 * does not, counts as well. All zeros may be programmed over anything but zeros, and on a G071 (its errata sheet, 2.2.5) over
 * anything but ones.
 */
#include "flash/stm32l4x.h"

#include "bus.h"
#include "parts/chip.h"
#include "stats.h"

#include <string.h>

/* Offsets. On G0, WB and WL PCROP1SR and PCROP1ER have an A in their names, and there is a second area, B. */
/* clang-format off */
enum {
	ACR = 0x00, KEYR = 0x08, OPTKEYR = 0x0C, SR = 0x10, CR = 0x14, ECCR = 0x18, ECC2R = 0x1C, OPTR = 0x20, PCROP1SR = 0x24,
	PCROP1ER = 0x28, WRP1AR = 0x2C, WRP1BR = 0x30, PCROP1BSR = 0x34, PCROP1BER = 0x38, IPCCBR = 0x3C, PCROP2SR = 0x44,
	PCROP2ER = 0x48, WRP2AR = 0x4C, WRP2BR = 0x50, PCROP2BSR = 0x54, PCROP2BER = 0x58, SEC1R = 0x70, SEC2R = 0x74,
	SECR = 0x80, SFR = 0x80, SRRVR = 0x84,
};
/* Those of L5 and U5, where they differ. */
enum {
	L5_OPTKEYR = 0x10, L5_NSSR = 0x20, L5_NSCR = 0x28, L5_ECCR = 0x30, L5_OPTR = 0x40, L5_NSBOOTADD0R = 0x44,
	L5_NSBOOTADD1R = 0x48, L5_WRP1AR = 0x58, L5_WRP1BR = 0x5C, L5_WRP2AR = 0x68, L5_WRP2BR = 0x6C,
};
/* clang-format on */

enum {
	CR_PG = 1u << 0,
	CR_PER = 1u << 1,
	CR_MER1 = 1u << 2,
	CR_PNB_SHIFT = 3,
	CR_BKER = 1u << 11,
	CR_BKER_G0 = 1u << 13,
	CR_MER2 = 1u << 15,
	CR_STRT = 1u << 16,
	CR_OPTSTRT = 1u << 17,
	CR_FSTPG = 1u << 18,
	CR_EOPIE = 1u << 24,
	CR_OBL_LAUNCH = 1u << 27,
	CR_OPTLOCK = 1u << 30,
	CR_KEPT = 0x0700FFFF,
	CR_NOT_MODELLED = CR_FSTPG,
};
#define CR_LOCK (1u << 31)

enum {
	SR_EOP = 1u << 0,
	SR_PROGERR = 1u << 3,
	SR_WRPERR = 1u << 4,
	SR_PGAERR = 1u << 5,
	SR_SIZERR = 1u << 6,
	SR_PGSERR = 1u << 7,
	SR_BSY = 1u << 16,
	SR_ERRORS = 0x3FA, /* OPERR to FASTERR */
	SR_CLEARED_BY_1 = 0xC3FB,
};

enum { ECCR_BK_ECC_L4 = 1u << 19, ECCR_BK_ECC = 1u << 21, ECCR_ECCIE = 1u << 24, ECCR_ECCC = 1u << 30 };
#define ECCR_ECCD (1u << 31)

static const uint32_t keys[2] = {0x45670123, 0xCDEF89AB};
static const uint32_t optkeys[2] = {0x08192A3B, 0x4C5D6E7F};
enum { RDP_LEVEL_0 = 0xAA, RDP_LEVEL_2 = 0xCC };

/* WRP of no pages: the start lies after the end. */
#define WRP_NONE(pages) (pages)

/* RM0351: dual bank of 256 pages each. Option bytes as shipped: level 0, DUALBANK. */
/* clang-format off */
const struct stm32l4x_variant l4x_stm32l47 = {
	.keyr = KEYR, .optkeyr = OPTKEYR, .sr = SR, .cr = CR, .eccr = ECCR, .optr = OPTR,
	.page_bits = 0xFF, .bker = CR_BKER, .bank_bytes = 512 * 1024, .ecc_unit = 1, .ecc_address = 0x7FFFF, .ecc_bank2 = ECCR_BK_ECC_L4,
	.program_ns = 81690, .erase_ns = 22020000, .wrp = {WRP1AR, WRP1BR, WRP2AR, WRP2BR},
	.kept = {{ACR, 0x00000600, 0x7F07}, {OPTR, 0xFFEFF8AA, 0}, {PCROP1SR, 0xFFFFFFFF, 0}, {PCROP1ER, 0x00000000, 0},
		 {WRP1AR, WRP_NONE(0xFF), 0}, {WRP1BR, WRP_NONE(0xFF), 0}, {PCROP2SR, 0xFFFFFFFF, 0},
		 {PCROP2ER, 0x00000000, 0}, {WRP2AR, WRP_NONE(0xFF), 0}, {WRP2BR, WRP_NONE(0xFF), 0}},
};

/* RM0444: one bank of 64 pages. */
const struct stm32l4x_variant l4x_stm32g07 = {
	.keyr = KEYR, .optkeyr = OPTKEYR, .sr = SR, .cr = CR, .eccr = ECCR, .optr = OPTR,
	.page_bits = 0x3F, .ecc_unit = 8, .ecc_address = 0x3FFF, .ones_stay = true,
	.program_ns = 85000, .erase_ns = 22100000, .wrp = {WRP1AR, WRP1BR},
	.kept = {{ACR, 0x00040600, 0x50F07}, {OPTR, 0xDFFFE1AA, 0}, {PCROP1SR, 0x000000FF, 0}, {PCROP1ER, 0x00000000, 0},
		 {WRP1AR, WRP_NONE(0x3F), 0}, {WRP1BR, WRP_NONE(0x3F), 0}, {PCROP1BSR, 0x000000FF, 0},
		 {PCROP1BER, 0x00000000, 0}, {SECR, 0x00000000, 0}},
};

/* RM0444, G0B1: DUAL_BANK as shipped, so two banks of 128 pages. Each has an ECCR of its own, and ECCR no bit for the bank. */
const struct stm32l4x_variant l4x_stm32g0b = {
	.keyr = KEYR, .optkeyr = OPTKEYR, .sr = SR, .cr = CR, .eccr = ECCR, .ecc2r = ECC2R, .optr = OPTR,
	.page_bits = 0x7F, .bker = CR_BKER_G0, .bank_bytes = 256 * 1024, .ecc_unit = 8, .ecc_address = 0x7FFF,
	.program_ns = 85000, .erase_ns = 22100000, .wrp = {WRP1AR, WRP1BR, WRP2AR, WRP2BR},
	.kept = {{ACR, 0x00040600, 0x50F07}, {OPTR, 0xFFFFFEAA, 0}, {PCROP1SR, 0x000001FF, 0}, {PCROP1ER, 0x00000000, 0},
		 {WRP1AR, WRP_NONE(0x7F), 0}, {WRP1BR, WRP_NONE(0x7F), 0}, {PCROP1BSR, 0x000001FF, 0},
		 {PCROP1BER, 0x00000000, 0}, {PCROP2SR, 0x000001FF, 0}, {PCROP2ER, 0x00000000, 0},
		 {WRP2AR, WRP_NONE(0x7F), 0}, {WRP2BR, WRP_NONE(0x7F), 0}, {PCROP2BSR, 0x000001FF, 0},
		 {PCROP2BER, 0x00000000, 0}, {SECR, 0x00000000, 0}},
};

/* RM0440, category 3: DBANK as shipped, so two banks of 128 pages. */
const struct stm32l4x_variant l4x_stm32g47 = {
	.keyr = KEYR, .optkeyr = OPTKEYR, .sr = SR, .cr = CR, .eccr = ECCR, .optr = OPTR,
	.page_bits = 0x7F, .bker = CR_BKER, .bank_bytes = 256 * 1024, .ecc_unit = 8, .ecc_address = 0x7FFFF, .ecc_bank2 = ECCR_BK_ECC,
	.program_ns = 81700, .erase_ns = 22020000, .wrp = {WRP1AR, WRP1BR, WRP2AR, WRP2BR},
	.kept = {{ACR, 0x00040600, 0x47F0F}, {OPTR, 0xFFEFF8AA, 0}, {PCROP1SR, 0x00007FFF, 0}, {PCROP1ER, 0x00000000, 0},
		 {WRP1AR, WRP_NONE(0x7F), 0}, {WRP1BR, WRP_NONE(0x7F), 0}, {PCROP2SR, 0x00007FFF, 0},
		 {PCROP2ER, 0x00000000, 0}, {WRP2AR, WRP_NONE(0x7F), 0}, {WRP2BR, WRP_NONE(0x7F), 0}, {SEC1R, 0x00000000, 0},
		 {SEC2R, 0x00000000, 0}},
};

/* RM0434: one bank of 256 pages of 4 KiB, of which the second core keeps those from SFR.SFSA on: to the first core they
 * are write-protected and answer reads with a bus error. As shipped, with nothing but the updater of the radio stack. */
#define WB_SFSA 0xF4u
const struct stm32l4x_variant l4x_stm32wb5 = {
	.keyr = KEYR, .optkeyr = OPTKEYR, .sr = SR, .cr = CR, .eccr = ECCR, .optr = OPTR,
	.page_bits = 0xFF, .ecc_unit = 8, .ecc_address = 0x1FFFF, .secure_from = WB_SFSA * 4096,
	.program_ns = 84000, .erase_ns = 22000000, .wrp = {WRP1AR, WRP1BR},
	.kept = {{ACR, 0x00000600, 0x18F07}, {OPTR, 0x3FFFF1AA, 0}, {PCROP1SR, 0xFFFFFFFF, 0}, {PCROP1ER, 0x00000000, 0},
		 {WRP1AR, WRP_NONE(0xFF), 0}, {WRP1BR, WRP_NONE(0xFF), 0}, {PCROP1BSR, 0xFFFFFFFF, 0},
		 {PCROP1BER, 0x00000000, 0}, {IPCCBR, 0x00000000, 0}, {SFR, 0x00001000 | WB_SFSA, 0}, {SRRVR, 0x00000000, 0}},
};

/* RM0461: one bank of 128 pages. */
const struct stm32l4x_variant l4x_stm32wle = {
	.keyr = KEYR, .optkeyr = OPTKEYR, .sr = SR, .cr = CR, .eccr = ECCR, .optr = OPTR,
	.page_bits = 0x7F, .ecc_unit = 8, .ecc_address = 0x1FFFF,
	.program_ns = 84000, .erase_ns = 22000000, .wrp = {WRP1AR, WRP1BR},
	.kept = {{ACR, 0x00000600, 0x18F07}, {OPTR, 0x3FFFF0AA, 0}, {PCROP1SR, 0xFFFFFFFF, 0}, {PCROP1ER, 0x00000000, 0},
		 {WRP1AR, WRP_NONE(0x7F), 0}, {WRP1BR, WRP_NONE(0x7F), 0}, {PCROP1BSR, 0xFFFFFFFF, 0},
		 {PCROP1BER, 0x00000000, 0}},
};

/* RM0438, TrustZone off, so the non-secure registers are all there is: DBANK as shipped, two banks of 128 pages. */
const struct stm32l4x_variant l4x_stm32l55 = {
	.keyr = KEYR, .optkeyr = L5_OPTKEYR, .sr = L5_NSSR, .cr = L5_NSCR, .eccr = L5_ECCR, .optr = L5_OPTR,
	.page_bits = 0x7F, .bker = CR_BKER, .bank_bytes = 256 * 1024, .ecc_unit = 8, .ecc_address = 0x7FFFF, .ecc_bank2 = ECCR_BK_ECC,
	.program_ns = 90000, .erase_ns = 22000000, .wrp = {L5_WRP1AR, L5_WRP1BR, L5_WRP2AR, L5_WRP2BR},
	.kept = {{ACR, 0x00000000, 0x780F}, {L5_OPTR, 0x7FEFF8AA, 0}, {L5_NSBOOTADD0R, 0x0800007F, 0},
		 {L5_NSBOOTADD1R, 0x0BF9007F, 0}, {L5_WRP1AR, WRP_NONE(0x7F), 0}, {L5_WRP1BR, WRP_NONE(0x7F), 0},
		 {L5_WRP2AR, WRP_NONE(0x7F), 0}, {L5_WRP2BR, WRP_NONE(0x7F), 0}},
};

/* RM0456, TrustZone off: two banks of 128 pages of 8 KiB. */
const struct stm32l4x_variant l4x_stm32u57 = {
	.keyr = KEYR, .optkeyr = L5_OPTKEYR, .sr = L5_NSSR, .cr = L5_NSCR, .eccr = L5_ECCR, .optr = L5_OPTR,
	.page_bits = 0x7F, .bker = CR_BKER, .bank_bytes = 1024 * 1024, .ecc_unit = 1, .ecc_address = 0xFFFFF, .ecc_bank2 = ECCR_BK_ECC,
	.program_ns = 118000, .erase_ns = 1500000, .wrp = {L5_WRP1AR, L5_WRP1BR, L5_WRP2AR, L5_WRP2BR},
	.kept = {{ACR, 0x00000001, 0x790F}, {L5_OPTR, 0x1FEFF8AA, 0}, {L5_NSBOOTADD0R, 0x0800007F, 0},
		 {L5_NSBOOTADD1R, 0x0BF9007F, 0}, {L5_WRP1AR, WRP_NONE(0x7F), 0}, {L5_WRP1BR, WRP_NONE(0x7F), 0},
		 {L5_WRP2AR, WRP_NONE(0x7F), 0}, {L5_WRP2BR, WRP_NONE(0x7F), 0}},
};

struct stm32l4x_regs {
	uint32_t cr, sr, eccr, ecc2r;
	uint32_t kept[OPTION_WORDS];      /* option registers: as written, which need not be programmed */
	uint32_t in_force[OPTION_WORDS];  /* the same, as last loaded */
	unsigned key_step, optkey_step;
	bool key_fault, optkey_fault; /* a wrong key: locked until reset */
	uint32_t granule;  /* offset of the granule that is being filled */
	unsigned words;    /* words taken so far */
	uint8_t buffer[16];
};
/* clang-format on */

static struct stm32l4x_regs *state(const struct flash *flash)
{
	return flash->state;
}

static const struct stm32l4x_variant *variant(const struct flash *flash)
{
	return flash->chip->flash_variant;
}

/* Index of a register that is only kept, or -1. */
static int kept_index(const struct flash *flash, uint32_t offset)
{
	for (int i = 0; i < L4X_KEPT; i++)
		if (variant(flash)->kept[i].offset == offset && (i == 0 || offset))
			return i;
	return -1;
}

/* What is in force of an option register. */
static uint32_t option(const struct flash *flash, uint32_t offset)
{
	int i = kept_index(flash, offset);

	return i < 0 ? 0 : state(flash)->in_force[i];
}

static bool is_option(const struct flash *flash, int i)
{
	return i && variant(flash)->kept[i].offset && !variant(flash)->kept[i].writable;
}

/* RM0351 section 3.4.2: at power-on and by OBL_LAUNCH, which no other reset does. The registers show what is in force then, but
 * what was written to them when they have been. */
static void load_options(struct flash *flash)
{
	struct stm32l4x_regs *regs = flash->state;

	for (int i = 0; i < L4X_KEPT; i++)
		regs->kept[i] = regs->in_force[i] = flash->options.words[i];
	flash->options.loaded = true;
	options_protect_reads(flash, (option(flash, variant(flash)->optr) & 0xFF) != RDP_LEVEL_0);
}

static void l4x_reset(struct flash *flash)
{
	struct stm32l4x_regs *regs = flash->state, before = *regs;
	uint32_t shipped[L4X_KEPT];

	memset(regs, 0, sizeof *regs);
	regs->cr = CR_LOCK | CR_OPTLOCK;
	memcpy(regs->kept, before.kept, sizeof regs->kept);
	memcpy(regs->in_force, before.in_force, sizeof regs->in_force);
	for (int i = 0; i < L4X_KEPT; i++)
		shipped[i] = variant(flash)->kept[i].reset;
	options_ship(flash, shipped, L4X_KEPT);
	if (!flash->options.loaded)
		load_options(flash);
	for (int i = 0; i < L4X_KEPT; i++)
		if (!is_option(flash, i))
			regs->kept[i] = shipped[i];
	if (flash->set_nmi)
		flash->set_nmi(flash->ctx, false);
}

static int l4x_reg_read(struct flash *flash, uint32_t offset, uint32_t *value)
{
	const struct stm32l4x_variant *v = variant(flash);
	struct stm32l4x_regs *regs = flash->state;
	int kept = kept_index(flash, offset);

	*value = 0;
	if (kept >= 0)
		*value = regs->kept[kept];
	else if (offset == v->sr)
		*value = regs->sr | (flash_poll_busy(flash) ? SR_BSY : 0);
	else if (offset == v->cr)
		*value = regs->cr;
	else if (offset == v->eccr)
		*value = regs->eccr;
	else if (v->ecc2r && offset == v->ecc2r)
		*value = regs->ecc2r;
	else if (offset != v->keyr && offset != v->optkeyr)
		stats_unmodelled(flash->stats, "read of flash register", offset);
	return 0;
}

static int refuse(struct flash *flash, uint32_t error)
{
	state(flash)->sr |= error;
	state(flash)->words = 0;
	flash->stats->flash_errors++;
	return 0;
}

/* A wrong key, or one when nothing is locked, is a bus error and locks until reset. RM0351 section 3.3.5. */
static int take_key(struct flash *flash, uint32_t value)
{
	struct stm32l4x_regs *regs = flash->state;

	if (regs->key_fault || !(regs->cr & CR_LOCK) || value != keys[regs->key_step]) {
		regs->key_fault = true;
		regs->cr |= CR_LOCK;
		return BUS_FAULT;
	}
	if (++regs->key_step == 2) {
		regs->cr &= ~CR_LOCK;
		regs->key_step = 0;
	}
	return 0;
}

/* The same for the option bytes, of a controller that is open. RM0351 section 3.4.2. */
static int take_option_key(struct flash *flash, uint32_t value)
{
	struct stm32l4x_regs *regs = flash->state;

	if (regs->optkey_fault || regs->cr & CR_LOCK || !(regs->cr & CR_OPTLOCK) ||
	    value != optkeys[regs->optkey_step]) {
		regs->optkey_fault = true;
		regs->cr |= CR_OPTLOCK;
		return BUS_FAULT;
	}
	regs->optkey_step ^= 1;
	if (!regs->optkey_step)
		regs->cr &= ~CR_OPTLOCK;
	return 0;
}

/* From level 1 to 0 the flash is erased first. Nothing is in force before it is loaded. */
static void program_options(struct flash *flash)
{
	struct stm32l4x_regs *regs = flash->state;
	int optr = kept_index(flash, variant(flash)->optr);
	uint32_t level = regs->kept[optr] & 0xFF;

	if (level == RDP_LEVEL_2) {
		options_refuse_level_2(flash);
		regs->kept[optr] = flash->options.words[optr];
		return;
	}
	if (level == RDP_LEVEL_0 && flash->read_protected)
		options_mass_erase(flash, variant(flash)->erase_ns);
	for (int i = 0; i < L4X_KEPT; i++)
		if (is_option(flash, i))
			flash->options.words[i] = regs->kept[i];
	options_save(flash);
	flash->busy_until_ns = flash->stats->time_ns + variant(flash)->erase_ns;
}

/* Whether a page from `first` to `end` is in one of the areas of WRP. */
static bool is_write_protected(const struct flash *flash, uint32_t first, uint32_t end)
{
	const struct stm32l4x_variant *v = variant(flash);
	uint32_t page = flash->chip->page_size;

	for (unsigned i = 0; i < 4 && v->wrp[i]; i++) {
		uint32_t area = option(flash, v->wrp[i]), base = i < 2 ? 0 : v->bank_bytes;
		uint32_t start = area & v->page_bits, last = area >> 16 & v->page_bits;

		if (start <= last && first < base + (last + 1) * page && end > base + start * page)
			return true;
	}
	return false;
}

/* RM0351 section 3.3.6. The time of a bank's erase is that of a page. */
static void start_erase(struct flash *flash)
{
	const struct stm32l4x_variant *v = variant(flash);
	struct stm32l4x_regs *regs = flash->state;
	uint32_t size = flash->chip->flash_size, bank = v->bank_bytes ? v->bank_bytes : size;
	uint32_t page = flash->chip->page_size, offset;
	uint32_t what = regs->cr & (CR_PER | CR_MER1 | CR_MER2);

	if (flash->read_protected) {
		refuse(flash, SR_WRPERR);
		return;
	}
	if (regs->sr & SR_ERRORS || regs->cr & CR_PG || (what & CR_PER && what != CR_PER)) {
		refuse(flash, SR_PGSERR);
		return;
	}
	if (!what)
		stats_unmodelled(flash->stats, "STRT in flash CR", regs->cr);
	if (what & CR_PER) {
		offset = (regs->cr >> CR_PNB_SHIFT & v->page_bits) * page;
		offset += regs->cr & v->bker ? bank : 0;
		if ((v->secure_from && offset >= v->secure_from) || is_write_protected(flash, offset, offset + page))
			refuse(flash, SR_WRPERR);
		else if (offset < size)
			flash_apply(flash, FLASH_ERASE, offset, page, NULL, v->erase_ns);
		else
			refuse(flash, SR_PGSERR);
	}
	if ((what & CR_MER1 && is_write_protected(flash, 0, bank)) ||
	    (what & CR_MER2 && is_write_protected(flash, bank, size))) {
		refuse(flash, SR_WRPERR);
		return;
	}
	if (what & CR_MER1)
		flash_apply(flash, FLASH_ERASE, 0, bank, NULL, v->erase_ns);
	if (what & CR_MER2 && size > bank)
		flash_apply(flash, FLASH_ERASE, bank, size - bank, NULL, v->erase_ns);
	regs->sr |= regs->cr & CR_EOPIE ? SR_EOP : 0;
}

static int write_cr(struct flash *flash, uint32_t value)
{
	struct stm32l4x_regs *regs = flash->state;

	if (regs->cr & CR_LOCK)
		return 0;
	if (value & CR_NOT_MODELLED)
		stats_unmodelled(flash->stats, "bits in flash CR", value & CR_NOT_MODELLED);
	if (value & CR_OBL_LAUNCH && !(regs->cr & CR_OPTLOCK)) {
		load_options(flash);
		flash->request_reset(flash->ctx);
		return 0;
	}
	if (value & CR_OPTSTRT && !(regs->cr & CR_OPTLOCK))
		program_options(flash);
	/* The locks are only set here. */
	regs->cr = (value & (CR_KEPT | CR_LOCK)) | (regs->cr & CR_OPTLOCK) | (value & CR_OPTLOCK);
	if (!(regs->cr & CR_PG))
		regs->words = 0;
	if (!(value & CR_STRT))
		return 0;
	/* RM0434 section 3.10.4: with pages of the radio core a mass erase is ignored, with a bus error. */
	if (value & (CR_MER1 | CR_MER2) && variant(flash)->secure_from)
		return BUS_FAULT;
	start_erase(flash);
	return 0;
}

/* ECCD is cleared by writing it; the NMI line is down when no register holds it. */
static void write_eccr(struct flash *flash, uint32_t *eccr, uint32_t value)
{
	struct stm32l4x_regs *regs = flash->state;

	*eccr = (*eccr & ~ECCR_ECCIE) | (value & ECCR_ECCIE);
	if (!(value & ECCR_ECCD) || !(*eccr & ECCR_ECCD))
		return;
	*eccr &= ECCR_ECCIE;
	if (flash->set_nmi)
		flash->set_nmi(flash->ctx, (regs->eccr | regs->ecc2r) & ECCR_ECCD);
}

static int l4x_reg_write(struct flash *flash, uint32_t offset, uint32_t value)
{
	const struct stm32l4x_variant *v = variant(flash);
	struct stm32l4x_regs *regs = flash->state;
	int kept = kept_index(flash, offset);

	if (offset == v->keyr)
		return take_key(flash, value);
	if (offset == v->optkeyr)
		return take_option_key(flash, value);
	if (offset == v->sr)
		regs->sr &= ~(value & SR_CLEARED_BY_1);
	else if (offset == v->cr)
		return write_cr(flash, value);
	else if (offset == v->eccr)
		write_eccr(flash, &regs->eccr, value);
	else if (v->ecc2r && offset == v->ecc2r)
		write_eccr(flash, &regs->ecc2r, value);
	else if (kept >= 0 && v->kept[kept].writable)
		regs->kept[kept] = (regs->kept[kept] & ~v->kept[kept].writable) | (value & v->kept[kept].writable);
	else if (kept >= 0)
		regs->kept[kept] = regs->cr & CR_OPTLOCK ? regs->kept[kept] : value;
	else
		stats_unmodelled(flash->stats, "write to flash register", offset);
	return 0;
}

static bool all(const uint8_t *bytes, uint32_t count, uint8_t value)
{
	for (uint32_t i = 0; i < count; i++)
		if (bytes[i] != value)
			return false;
	return true;
}

/* Whether the granule at `place` takes what is in the buffer. */
static bool takes(const struct flash *flash, uint32_t place)
{
	const uint8_t *now = flash->data + place, *wanted = state(flash)->buffer;
	uint32_t granule = flash->chip->granule;

	if (!ecc_is_spent(flash, place))
		return true;
	if (!all(wanted, granule, 0x00) || all(now, granule, 0x00))
		return false;
	return !(variant(flash)->ones_stay && all(now, granule, 0xFF));
}

/* Words of a granule in order; programmed when the last one has come. RM0351 section 3.3.7. */
static int l4x_mem_write(struct flash *flash, uint32_t offset, unsigned size, uint32_t value)
{
	struct stm32l4x_regs *regs = flash->state;
	uint32_t granule = flash->chip->granule, place;

	if (variant(flash)->secure_from && offset >= variant(flash)->secure_from)
		return refuse(flash, SR_WRPERR);
	if (!(regs->cr & CR_PG) || regs->cr & (CR_PER | CR_MER1 | CR_MER2) || regs->sr & SR_ERRORS)
		return refuse(flash, SR_PGSERR);
	if (size != 4)
		return refuse(flash, SR_SIZERR);
	if (regs->words == 0)
		regs->granule = offset;
	if (regs->granule % granule || offset != regs->granule + 4 * regs->words)
		return refuse(flash, SR_PGAERR);
	bytes_store(regs->buffer + 4 * regs->words, 4, value);
	if (++regs->words < granule / 4)
		return 0;
	regs->words = 0;
	place = regs->granule;
	if (is_write_protected(flash, place, place + granule))
		return refuse(flash, SR_WRPERR);
	if (!takes(flash, place))
		return refuse(flash, SR_PROGERR);
	flash_apply(flash, FLASH_GRANULE, place, granule, regs->buffer, variant(flash)->program_ns);
	regs->sr |= regs->cr & CR_EOPIE ? SR_EOP : 0;
	return 0;
}

/* RM0351 section 3.3.2: the address is kept of the first error only. The flash does not know who reads: the NMI is raised for
 * the debugger too, and the core takes it when it next runs. */
static int l4x_mem_read(struct flash *flash, uint32_t offset, bool bad, bool cpu)
{
	const struct stm32l4x_variant *v = variant(flash);
	struct stm32l4x_regs *regs = flash->state;
	bool bank2 = v->bank_bytes && offset >= v->bank_bytes;
	uint32_t *eccr = bank2 && v->ecc2r ? &regs->ecc2r : &regs->eccr;

	if (v->secure_from && offset >= v->secure_from)
		return BUS_FAULT;
	(void)cpu;
	if (!bad)
		return 0;
	offset -= offset % flash->chip->granule + (bank2 ? v->bank_bytes : 0);
	if (!(*eccr & (ECCR_ECCD | ECCR_ECCC)))
		*eccr |= (offset / v->ecc_unit & v->ecc_address) | (bank2 ? v->ecc_bank2 : 0) | ECCR_ECCD;
	if (flash->set_nmi)
		flash->set_nmi(flash->ctx, true);
	return 0;
}

const struct flash_ops flash_stm32l4x = {
	.erased = 0xFF,
	.state_size = sizeof(struct stm32l4x_regs),
	.reset = l4x_reset,
	.reg_read = l4x_reg_read,
	.reg_write = l4x_reg_write,
	.mem_write = l4x_mem_write,
	.mem_read = l4x_mem_read,
};
