/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Flash controller of the STM32F2, F4 and F7. References: RM0033 (F2x5, F2x7) chapter 2 and PM0059; RM0368 (F401) chapter 3;
 * RM0410 (F76x, F77x) chapter 3; data sheets DS6329, DS9716, DS11532, tables "Flash memory programming", for times.
 *
 * Erased bits are 1. With PG set a unit of the size that PSIZE names is programmed by writing it, bits only from 1 to 0; SER and
 * MER with STRT erase a sector or all. Sectors are four small ones, one of four times that size, and then ones of eight times.
 * Option bytes are the registers OPTCR and OPTCR1.
 */
#include "flash/stm32f2x.h"

#include "bus.h"
#include "parts/chip.h"
#include "stats.h"

#include <string.h>

enum { ACR = 0x00, KEYR = 0x04, OPTKEYR = 0x08, SR = 0x0C, CR = 0x10, OPTCR = 0x14, OPTCR1 = 0x18 };

#define ACR_WRITABLE 0x1F0Fu

enum {
	SR_EOP = 1u << 0,
	SR_OPERR = 1u << 1,
	SR_WRPERR = 1u << 4,
	SR_PGAERR = 1u << 5,
	SR_PGPERR = 1u << 6,
	SR_PGSERR = 1u << 7, /* ERSERR on F7 */
	SR_BSY = 1u << 16,
	SR_CLEARED_BY_1 = SR_EOP | SR_OPERR | SR_WRPERR | SR_PGAERR | SR_PGPERR | SR_PGSERR,
};

#define CR_PG          (1u << 0)
#define CR_SER         (1u << 1)
#define CR_MER         (1u << 2) /* MER1 on parts with two banks */
#define CR_SNB_SHIFT   3
#define CR_SNB         (31u << CR_SNB_SHIFT)
#define CR_PSIZE_SHIFT 8
#define CR_PSIZE       (3u << CR_PSIZE_SHIFT)
#define CR_MER2        (1u << 15) /* where there are two banks */
#define CR_STRT        (1u << 16)
#define CR_EOPIE       (1u << 24)
#define CR_ERRIE       (1u << 25)
#define CR_LOCK        (1u << 31)
#define CR_WRITABLE    (CR_PG | CR_SER | CR_MER | CR_SNB | CR_PSIZE | CR_EOPIE | CR_ERRIE)

#define OPTCR_OPTLOCK   (1u << 0)
#define OPTCR_OPTSTRT   (1u << 1)
#define OPTCR_RDP_SHIFT 8
enum { RDP_LEVEL_0 = 0xAA, RDP_LEVEL_2 = 0xCC };
#define OPTCR_NWRP_SHIFT 16
#define OPTCR_NDBANK     (1u << 29) /* F76x and F77x: one bank */

static const uint32_t keys[2] = {0x45670123, 0xCDEF89AB};    /* RM0368 section 3.6.1 */
static const uint32_t optkeys[2] = {0x08192A3B, 0x4C5D6E7F}; /* RM0368 section 3.7.2 */

#define PROGRAM_NS 16000u /* typical, of any unit */
/* Milliseconds, typical, by sector size (small, middle, large) and PSIZE. */
static const uint16_t erase_ms[3][4] = {{400, 300, 250, 250}, {1200, 700, 550, 550}, {2000, 1300, 1000, 1000}};
#define OPTION_NS 16000000u

/* As shipped: section "Flash option control register" of each manual; RM0410 section 3.7.7 for OPTCR1, the boot addresses. */
const struct stm32f2x_variant stm32f2x_f2 = {
	.optcr = 0x0FFFAAED, .optcr_writable = 0x0FFFFFEC, .protected_sectors = 12};
const struct stm32f2x_variant stm32f2x_f401 = {
	.optcr = 0x0FFFAAED, .optcr_writable = 0x8FFFFFEC, .protected_sectors = 8};
const struct stm32f2x_variant stm32f2x_f76 = {.optcr = 0xFFFFAAFD,
					      .optcr_writable = 0xFFFFFFFC,
					      .optcr1 = 0x00400080,
					      .has_optcr1 = true,
					      .two_banks = true,
					      .protected_sectors = 12};
const struct stm32f2x_variant stm32f2x_f76_dual = {.optcr = 0xDFFFAAFD,
						   .optcr_writable = 0xFFFFFFFC,
						   .optcr1 = 0x00400080,
						   .has_optcr1 = true,
						   .two_banks = true,
						   .protected_sectors = 12};

struct stm32f2x_regs {
	uint32_t acr, sr, cr;
	unsigned key_step, optkey_step;
	bool key_fault, optkey_fault;
	uint32_t optcr, optcr1;
};

static struct stm32f2x_regs *state(const struct flash *flash)
{
	return flash->state;
}

static const struct stm32f2x_variant *variant(const struct flash *flash)
{
	return flash->chip->flash_variant;
}

static uint32_t read_protection(uint32_t optcr)
{
	return optcr >> OPTCR_RDP_SHIFT & 0xFF;
}

/* Option registers show what is programmed after each reset (RM0368 section 3.8.6). */
static void f2x_reset(struct flash *flash)
{
	struct stm32f2x_regs *regs = flash->state;

	regs->acr = regs->sr = 0;
	regs->cr = CR_LOCK;
	regs->key_step = regs->optkey_step = 0;
	regs->key_fault = regs->optkey_fault = false;
	options_ship(flash, (const uint32_t[]){variant(flash)->optcr, variant(flash)->optcr1}, 2);
	flash->options.loaded = true;
	regs->optcr = flash->options.words[0] | OPTCR_OPTLOCK;
	regs->optcr1 = flash->options.words[1];
	options_protect_reads(flash, read_protection(regs->optcr) != RDP_LEVEL_0);
}

static int f2x_reg_read(struct flash *flash, uint32_t offset, uint32_t *value)
{
	struct stm32f2x_regs *regs = flash->state;

	*value = 0; /* keys are only written */
	switch (offset) {
	case ACR:
		*value = regs->acr;
		return 0;
	case SR:
		*value = regs->sr | (flash_poll_busy(flash) ? SR_BSY : 0);
		return 0;
	case CR:
		*value = regs->cr;
		return 0;
	case OPTCR:
		*value = regs->optcr;
		return 0;
	case KEYR:
	case OPTKEYR:
		return 0;
	case OPTCR1:
		if (variant(flash)->has_optcr1) {
			*value = regs->optcr1;
			return 0;
		}
		/* fall through */
	default:
		stats_unmodelled(flash->stats, "read of flash register", offset);
		return 0;
	}
}

/* A wrong sequence, also a right key while nothing is locked, is a bus error and locks up until reset (RM0368 section 3.6.1). */
static int take_key(const uint32_t pair[2], unsigned *step, bool *fault, uint32_t *reg, uint32_t lock, uint32_t value)
{
	if (*fault || !(*reg & lock) || value != pair[*step]) {
		*fault = true;
		*reg |= lock;
		return BUS_FAULT;
	}
	*step ^= 1;
	if (!*step)
		*reg &= ~lock;
	return 0;
}

static void refuse(struct flash *flash, uint32_t error)
{
	struct stm32f2x_regs *regs = flash->state;

	regs->sr |= error | (regs->cr & CR_ERRIE ? SR_OPERR : 0);
	flash->stats->flash_errors++;
}

static void finished(struct flash *flash)
{
	struct stm32f2x_regs *regs = flash->state;

	regs->sr |= regs->cr & CR_EOPIE ? SR_EOP : 0; /* only then: RM0368 section 3.8.4 */
}

/* With two banks in use sectors are half as large and there are two sets of them. RM0410 section 3.3.1. */
static bool in_two_banks(const struct flash *flash)
{
	return variant(flash)->two_banks && !(state(flash)->optcr & OPTCR_NDBANK);
}

static uint32_t bank_size(const struct flash *flash)
{
	return in_two_banks(flash) ? flash->chip->flash_size / 2 : flash->chip->flash_size;
}

/* Size in units of the smallest: 1, 4 or 8. */
static unsigned sector_units(unsigned sector)
{
	return sector < 4 ? 1 : sector == 4 ? 4 : 8;
}

static unsigned size_class(unsigned sector)
{
	return sector < 4 ? 0 : sector == 4 ? 1 : 2;
}

struct sector {
	uint32_t offset, size;
	unsigned number; /* within its bank */
	unsigned bank;
};

static uint32_t unit_size(const struct flash *flash)
{
	return in_two_banks(flash) ? flash->chip->page_size / 2 : flash->chip->page_size;
}

/* Sector `number` of `bank`; false when the part has none. */
static bool find_sector(const struct flash *flash, unsigned bank, unsigned number, struct sector *sector)
{
	uint32_t offset = 0;

	for (unsigned i = 0; i < number; i++)
		offset += sector_units(i) * unit_size(flash);
	*sector = (struct sector){.offset = bank * bank_size(flash) + offset,
				  .size = sector_units(number) * unit_size(flash),
				  .number = number,
				  .bank = bank};
	return offset < bank_size(flash);
}

static struct sector sector_of(const struct flash *flash, uint32_t offset)
{
	unsigned bank = offset / bank_size(flash);
	struct sector sector = {0};

	for (unsigned i = 0; find_sector(flash, bank, i, &sector); i++)
		if (offset - sector.offset < sector.size)
			break;
	return sector;
}

/* nWRP: a bit for each sector; with two banks for two neighbours, and the banks one after the other (RM0410 section 3.5.2). */
static bool is_write_protected(const struct flash *flash, const struct sector *sector)
{
	unsigned bit = in_two_banks(flash) ? 6 * sector->bank + sector->number / 2 : sector->number;

	if (bit >= variant(flash)->protected_sectors)
		return false;
	return !(state(flash)->optcr >> (OPTCR_NWRP_SHIFT + bit) & 1);
}

static bool any_write_protected(const struct flash *flash)
{
	uint32_t bits = (1u << variant(flash)->protected_sectors) - 1;

	return (state(flash)->optcr >> OPTCR_NWRP_SHIFT & bits) != bits;
}

static unsigned psize(const struct flash *flash)
{
	return state(flash)->cr >> CR_PSIZE_SHIFT & 3;
}

static void erase_sector(struct flash *flash)
{
	uint32_t snb = (state(flash)->cr & CR_SNB) >> CR_SNB_SHIFT;
	struct sector sector;

	/* Bit 4 of SNB chooses the second bank. */
	if (!find_sector(flash, in_two_banks(flash) ? snb >> 4 : 0, in_two_banks(flash) ? snb & 15 : snb, &sector)) {
		stats_unmodelled(flash->stats, "erase of sector", snb);
		return;
	}
	if (flash->read_protected || is_write_protected(flash, &sector)) {
		refuse(flash, SR_WRPERR);
		return;
	}
	flash_apply(flash, FLASH_ERASE, sector.offset, sector.size, NULL,
		    erase_ms[size_class(sector.number)][psize(flash)] * 1000000ull);
	finished(flash);
}

/* RM0410 section 3.3.6: with two banks MER1 and MER2 are one of them each; with one bank MER1 is all. */
static void erase_all(struct flash *flash, uint32_t which)
{
	uint32_t size = bank_size(flash), first = 0, bytes = flash->chip->flash_size;

	if (flash->read_protected || any_write_protected(flash)) {
		refuse(flash, SR_WRPERR);
		return;
	}
	if (in_two_banks(flash) && which != (CR_MER | CR_MER2)) {
		first = which == CR_MER2 ? size : 0;
		bytes = size;
	}
	flash_apply(flash, FLASH_ERASE, first, bytes, NULL,
		    bytes / (8 * unit_size(flash)) * erase_ms[2][psize(flash)] * 1000000ull);
	finished(flash);
}

static void start(struct flash *flash, uint32_t mode)
{
	uint32_t mass = mode & (CR_MER | CR_MER2);

	if (mass && !(mode & CR_SER))
		erase_all(flash, mass);
	else if (!mass && (mode & CR_SER))
		erase_sector(flash);
	else if (!mass)
		stats_unmodelled(flash->stats, "STRT with FLASH_CR", mode);
	/* both: neither is done (RM0368 section 3.6.3) */
}

static void write_cr(struct flash *flash, uint32_t value)
{
	struct stm32f2x_regs *regs = flash->state;
	uint32_t writable = CR_WRITABLE | (variant(flash)->two_banks ? CR_MER2 : 0);

	if (regs->cr & CR_LOCK)
		return; /* writable only when unlocked */
	if (value & ~(writable | CR_STRT | CR_LOCK))
		stats_unmodelled(flash->stats, "bits in FLASH_CR:", value);
	regs->cr = value & writable;
	if (value & CR_STRT)
		start(flash, value);
	regs->cr |= value & CR_LOCK;
}

/* RM0368 sections 3.6.2 and 3.6.3: from level 1 to 0 the flash is erased first. */
static void program_options(struct flash *flash)
{
	struct stm32f2x_regs *regs = flash->state;
	uint32_t level = read_protection(regs->optcr);

	if (level == RDP_LEVEL_2) {
		options_refuse_level_2(flash);
		regs->optcr = flash->options.words[0] & ~OPTCR_OPTLOCK;
		return;
	}
	if (level == RDP_LEVEL_0 && flash->read_protected)
		options_mass_erase(flash, erase_ms[2][0] * 1000000ull);
	flash->options.words[0] = regs->optcr & ~(OPTCR_OPTLOCK | OPTCR_OPTSTRT);
	flash->options.words[1] = regs->optcr1;
	options_save(flash);
	options_protect_reads(flash, level != RDP_LEVEL_0);
	flash->busy_until_ns = flash->stats->time_ns + OPTION_NS;
}

/* Options take effect with OPTSTRT. RM0368 section 3.7.2. */
static void write_optcr(struct flash *flash, uint32_t value)
{
	struct stm32f2x_regs *regs = flash->state;
	uint32_t writable = variant(flash)->optcr_writable;

	if (regs->optcr & OPTCR_OPTLOCK)
		return;
	regs->optcr = (regs->optcr & ~writable) | (value & writable);
	if (value & OPTCR_OPTSTRT)
		program_options(flash);
	regs->optcr |= value & OPTCR_OPTLOCK;
}

static int f2x_reg_write(struct flash *flash, uint32_t offset, uint32_t value)
{
	struct stm32f2x_regs *regs = flash->state;

	switch (offset) {
	case ACR:
		regs->acr = value & ACR_WRITABLE;
		return 0;
	case KEYR:
		return take_key(keys, &regs->key_step, &regs->key_fault, &regs->cr, CR_LOCK, value);
	case OPTKEYR:
		return take_key(optkeys, &regs->optkey_step, &regs->optkey_fault, &regs->optcr, OPTCR_OPTLOCK, value);
	case SR:
		regs->sr &= ~(value & SR_CLEARED_BY_1);
		return 0;
	case CR:
		write_cr(flash, value);
		return 0;
	case OPTCR:
		write_optcr(flash, value);
		return 0;
	case OPTCR1:
		if (variant(flash)->has_optcr1) {
			if (!(regs->optcr & OPTCR_OPTLOCK))
				regs->optcr1 = value;
			return 0;
		}
		/* fall through */
	default:
		stats_unmodelled(flash->stats, "write to flash register", offset);
		return 0;
	}
}

/* RM0368 sections 3.6.4 and 3.8.4: without PG it is a sequence error, in another size than PSIZE a parallelism error. An
 * alignment error needs a write across 16 bytes, which no aligned access is; 64 bits need a programming voltage. */
static int f2x_mem_write(struct flash *flash, uint32_t offset, unsigned size, uint32_t value)
{
	struct stm32f2x_regs *regs = flash->state;
	struct sector sector = sector_of(flash, offset);
	uint8_t bytes[4];

	if ((regs->cr & CR_LOCK) || !(regs->cr & CR_PG)) {
		refuse(flash, SR_PGSERR);
		return 0;
	}
	if (size != 1u << psize(flash)) {
		refuse(flash, SR_PGPERR);
		return 0;
	}
	if (is_write_protected(flash, &sector)) {
		refuse(flash, SR_WRPERR);
		return 0;
	}
	bytes_store(bytes, size, value);
	flash_apply(flash, FLASH_WORD, offset, size, bytes, PROGRAM_NS);
	finished(flash);
	return 0;
}

const struct flash_ops flash_stm32f2x = {
	.erased = 0xFF,
	.state_size = sizeof(struct stm32f2x_regs),
	.reset = f2x_reset,
	.reg_read = f2x_reg_read,
	.reg_write = f2x_reg_write,
	.mem_write = f2x_mem_write,
};
