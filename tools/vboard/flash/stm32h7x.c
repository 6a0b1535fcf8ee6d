/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Flash controller of the STM32H742, H743 and H753. Reference: RM0433 sections 4.3 (operations) and 4.9 (registers);
 * DS12110 table "Flash memory programming" for times.
 *
 * Two banks, each with registers of its own 0x100 apart and a write buffer of one flash word of 32 bytes, which has 10 bits
 * of ECC. The buffer takes bytes, half-words and words in any order, and is programmed when it is full, or by FW, which fills
 * it up with ones. Nothing is refused because it is not erased: bits of both values and their codes come together. A double
 * ECC error sets DBECCERR and answers the read with a bus error, to the CPU and to the debugger.
 */
#include "flash/stm32h7x.h"

#include "bus.h"
#include "parts/chip.h"
#include "stats.h"

#include <string.h>

enum { BANK_REGS = 0x100 };
enum {
	ACR = 0x00,
	KEYR = 0x04,
	OPTKEYR = 0x08,
	CR = 0x0C,
	SR = 0x10,
	CCR = 0x14,
	OPTCR = 0x18,
	OPTSR_CUR = 0x1C,
	OPTSR_PRG = 0x20,
	OPTCCR = 0x24,
	PRAR_CUR = 0x28,
	PRAR_PRG = 0x2C,
	SCAR_CUR = 0x30,
	SCAR_PRG = 0x34,
	WPSN_CUR = 0x38,
	WPSN_PRG = 0x3C,
	BOOT_CUR = 0x40,
	BOOT_PRG = 0x44,
	ECC_FA = 0x60,
};

enum {
	CR_LOCK = 1u << 0,
	CR_PG = 1u << 1,
	CR_SER = 1u << 2,
	CR_BER = 1u << 3,
	CR_FW = 1u << 6,
	CR_START = 1u << 7,
	CR_SNB_SHIFT = 8,
	CR_SNB = 7,
	CR_CRC_EN = 1u << 15,
	CR_KEPT = 0x0FFF073E, /* all but LOCK, and FW, START and CRC_EN, which end by themselves */
	CR_RESET = 0x31,      /* LOCK, PSIZE of 64 bits */
};

enum {
	SR_BSY = 1u << 0,
	SR_WBNE = 1u << 1,
	SR_QW = 1u << 2,
	SR_EOP = 1u << 16,
	SR_WRPERR = 1u << 17,
	SR_PGSERR = 1u << 18,
	SR_STRBERR = 1u << 19,
	SR_INCERR = 1u << 21,
	SR_DBECCERR = 1u << 26,
	SR_CLEARED = 0x1FEF0000,
};

static const uint32_t keys[2] = {0x45670123, 0xCDEF89AB};

static const uint32_t optkeys[2] = {0x08192A3B, 0x4C5D6E7F};
enum { OPTCR_OPTLOCK = 1u << 0, OPTCR_OPTSTART = 1u << 1 };
enum { OPTION_OPTSR, OPTION_WPSN, OPTION_COUNT = 3 }; /* what is programmed: OPTSR, WPSN of both banks */
enum { RDP_LEVEL_0 = 0xAA, RDP_LEVEL_2 = 0xCC };

#define OPTSR_SHIPPED  0x1C6AAAF0u /* level 0 */
#define OPTSR_OPT_BUSY 1u
#define OPTION_NS      16000000u
#define ALL_WRITTEN    0xFFFFFFFFu
#define PROGRAM_NS     95000u
#define ERASE_NS       1000000000u /* of a sector, and here of a bank as well */

struct stm32h7x_regs {
	uint32_t acr;
	uint32_t optsr, wpsn[2]; /* as written; in force is what is programmed */
	bool options_open, optkey_fault;
	unsigned optkey_step;
	struct stm32h7x_bank {
		uint32_t cr, sr, ecc_fa;
		unsigned key_step;
		bool key_fault;   /* a wrong key: locked until reset */
		uint32_t word;    /* offset of the flash word that is in the write buffer */
		uint32_t written; /* a bit per byte that the buffer has taken; 0: it is empty */
		uint8_t buffer[32];
	} bank[2];
};

static struct stm32h7x_regs *state(const struct flash *flash)
{
	return flash->state;
}

static uint32_t bank_bytes(const struct flash *flash)
{
	return flash->chip->flash_size / 2;
}

static uint32_t read_protection(uint32_t optsr)
{
	return optsr >> 8 & 0xFF;
}

static void h7x_reset(struct flash *flash)
{
	struct stm32h7x_regs *regs = flash->state;

	memset(regs, 0, sizeof *regs);
	options_ship(flash, (const uint32_t[]){OPTSR_SHIPPED, 0xFF, 0xFF}, OPTION_COUNT);
	flash->options.loaded = true;
	regs->optsr = flash->options.words[OPTION_OPTSR];
	for (unsigned i = 0; i < 2; i++)
		regs->wpsn[i] = flash->options.words[OPTION_WPSN + i];
	options_protect_reads(flash, read_protection(regs->optsr) != RDP_LEVEL_0);
	regs->acr = 0x37;
	for (unsigned i = 0; i < 2; i++)
		regs->bank[i].cr = CR_RESET;
}

static uint32_t read_status(struct flash *flash, const struct stm32h7x_bank *bank)
{
	bool busy = flash_poll_busy(flash);

	return bank->sr | (busy ? SR_BSY | SR_QW : 0) | (bank->written ? SR_WBNE : 0);
}

static int h7x_reg_read(struct flash *flash, uint32_t offset, uint32_t *value)
{
	struct stm32h7x_regs *regs = flash->state;
	struct stm32h7x_bank *bank = &regs->bank[offset / BANK_REGS % 2];

	*value = 0;
	switch (offset % BANK_REGS) {
	case ACR:
		*value = regs->acr;
		break;
	case KEYR:
	case CCR:
	case OPTKEYR:
	case OPTCCR:
		break;
	case CR:
		*value = bank->cr;
		break;
	case SR:
		*value = read_status(flash, bank);
		break;
	case OPTCR:
		*value = regs->options_open ? 0 : OPTCR_OPTLOCK;
		break;
	case OPTSR_CUR:
		*value = flash->options.words[OPTION_OPTSR] | (flash_poll_busy(flash) ? OPTSR_OPT_BUSY : 0);
		break;
	case OPTSR_PRG:
		*value = regs->optsr;
		break;
	case PRAR_CUR:
	case PRAR_PRG:
	case SCAR_CUR:
	case SCAR_PRG:
		*value = 0x000000FF; /* starts after its end: no area */
		break;
	case WPSN_CUR:
		*value = flash->options.words[OPTION_WPSN + offset / BANK_REGS % 2];
		break;
	case WPSN_PRG:
		*value = regs->wpsn[offset / BANK_REGS % 2];
		break;
	case BOOT_CUR:
	case BOOT_PRG:
		*value = 0x1FF00800;
		break;
	case ECC_FA:
		*value = bank->ecc_fa;
		break;
	default:
		stats_unmodelled(flash->stats, "read of flash register", offset);
	}
	return 0;
}

static void refuse(struct flash *flash, struct stm32h7x_bank *bank, uint32_t error)
{
	bank->sr |= error;
	bank->written = 0;
	flash->stats->flash_errors++;
}

/* A wrong key, or one when nothing is locked, locks until reset. RM0433 section 4.5.1. */
static void take_key(struct stm32h7x_bank *bank, uint32_t value)
{
	if (bank->key_fault || !(bank->cr & CR_LOCK) || value != keys[bank->key_step]) {
		bank->key_fault = true;
		bank->cr |= CR_LOCK;
		return;
	}
	if (++bank->key_step == 2) {
		bank->cr &= ~(uint32_t)CR_LOCK;
		bank->key_step = 0;
	}
}

/* RM0433 section 4.5.1: the same for the option bytes, whose registers are those of both banks. */
static void take_option_key(struct stm32h7x_regs *regs, uint32_t value)
{
	if (regs->optkey_fault || regs->options_open || value != optkeys[regs->optkey_step]) {
		regs->optkey_fault = true;
		regs->options_open = false;
		return;
	}
	regs->optkey_step ^= 1;
	regs->options_open = !regs->optkey_step;
}

/* RM0433 sections 4.4.3 and 4.5.3: what was written is in force as soon as it is programmed; from level 1 to 0 the flash is
 * erased first. */
static void write_optcr(struct flash *flash, uint32_t value)
{
	struct stm32h7x_regs *regs = flash->state;
	uint32_t level = read_protection(regs->optsr);

	if (!regs->options_open)
		return;
	regs->options_open = !(value & OPTCR_OPTLOCK);
	if (!(value & OPTCR_OPTSTART))
		return;
	if (level == RDP_LEVEL_2) {
		options_refuse_level_2(flash);
		return;
	}
	if (level == RDP_LEVEL_0 && flash->read_protected)
		options_mass_erase(flash, ERASE_NS);
	flash->options.words[OPTION_OPTSR] = regs->optsr & ~OPTSR_OPT_BUSY;
	for (unsigned i = 0; i < 2; i++)
		flash->options.words[OPTION_WPSN + i] = regs->wpsn[i];
	options_save(flash);
	options_protect_reads(flash, level != RDP_LEVEL_0);
	flash->busy_until_ns = flash->stats->time_ns + OPTION_NS;
}

/* WPSN: a bit for each sector of the bank; clear, it protects. */
static bool is_write_protected(const struct flash *flash, uint32_t offset)
{
	uint32_t wpsn = flash->options.words[OPTION_WPSN + (offset >= bank_bytes(flash))];

	return !(wpsn >> offset % bank_bytes(flash) / flash->chip->page_size & 1);
}

static void program(struct flash *flash, struct stm32h7x_bank *bank)
{
	if (is_write_protected(flash, bank->word)) {
		refuse(flash, bank, SR_WRPERR);
		return;
	}
	flash_apply(flash, FLASH_GRANULE, bank->word, flash->chip->granule, bank->buffer, PROGRAM_NS);
	bank->written = 0;
	bank->sr |= SR_EOP;
}

/* A bank is erased as a whole only when none of its sectors is protected. */
static bool is_erase_refused(const struct flash *flash, const struct stm32h7x_bank *bank, uint32_t base)
{
	uint32_t wpsn = flash->options.words[OPTION_WPSN + (base >= bank_bytes(flash))];

	if (flash->read_protected)
		return true;
	if (bank->cr & CR_BER)
		return (wpsn & 0xFF) != 0xFF;
	return is_write_protected(flash, base + (bank->cr >> CR_SNB_SHIFT & CR_SNB) * flash->chip->page_size);
}

/* RM0433 section 4.3.10. */
static void start_erase(struct flash *flash, struct stm32h7x_bank *bank, uint32_t base)
{
	uint32_t sector = bank->cr >> CR_SNB_SHIFT & CR_SNB, size = flash->chip->page_size;

	if (bank->cr & CR_PG || bank->written) {
		refuse(flash, bank, SR_PGSERR);
		return;
	}
	if (is_erase_refused(flash, bank, base)) {
		refuse(flash, bank, SR_WRPERR);
		return;
	}
	if (bank->cr & CR_BER)
		flash_apply(flash, FLASH_ERASE, base, bank_bytes(flash), NULL, ERASE_NS);
	else if (bank->cr & CR_SER && (sector + 1) * size <= bank_bytes(flash))
		flash_apply(flash, FLASH_ERASE, base + sector * size, size, NULL, ERASE_NS);
	else
		stats_unmodelled(flash->stats, "START in flash CR", bank->cr);
	bank->sr |= SR_EOP;
}

static void write_cr(struct flash *flash, unsigned number, uint32_t value)
{
	struct stm32h7x_bank *bank = &state(flash)->bank[number];

	if (bank->cr & CR_LOCK)
		return;
	bank->cr = value & (CR_KEPT | CR_LOCK);
	if (value & CR_CRC_EN)
		stats_unmodelled(flash->stats, "CRC_EN in flash CR", value);
	if (value & CR_FW && bank->written)
		program(flash, bank);
	if (value & CR_START)
		start_erase(flash, bank, number * bank_bytes(flash));
}

static int h7x_reg_write(struct flash *flash, uint32_t offset, uint32_t value)
{
	struct stm32h7x_regs *regs = flash->state;
	unsigned number = offset / BANK_REGS % 2;

	switch (offset % BANK_REGS) {
	case ACR:
		regs->acr = value & 0x3F;
		break;
	case KEYR:
		take_key(&regs->bank[number], value);
		break;
	case CR:
		write_cr(flash, number, value);
		break;
	case CCR:
		regs->bank[number].sr &= ~(value & SR_CLEARED);
		break;
	case OPTKEYR:
		take_option_key(regs, value);
		break;
	case OPTCR:
		write_optcr(flash, value);
		break;
	case OPTCCR:
		break; /* OPTCHANGEERR, which never is */
	case OPTSR_PRG:
		regs->optsr = regs->options_open ? value : regs->optsr;
		break;
	case WPSN_PRG:
		regs->wpsn[number] = regs->options_open ? value : regs->wpsn[number];
		break;
	default:
		stats_unmodelled(flash->stats, "write to flash register", offset);
	}
	return 0;
}

/* RM0433 section 4.3.9. A write beside the word that is under way is inconsistent, one over a byte of it a strobe error. */
static int h7x_mem_write(struct flash *flash, uint32_t offset, unsigned size, uint32_t value)
{
	struct stm32h7x_bank *bank = &state(flash)->bank[offset >= bank_bytes(flash)];
	uint32_t place = offset % flash->chip->granule, bytes = ((1u << size) - 1) << place;

	if (!(bank->cr & CR_PG)) {
		refuse(flash, bank, SR_PGSERR);
		return 0;
	}
	if (bank->written && bank->word != offset - place) {
		refuse(flash, bank, SR_INCERR);
		return 0;
	}
	if (bank->written & bytes) {
		refuse(flash, bank, SR_STRBERR);
		return 0;
	}
	if (!bank->written)
		memset(bank->buffer, 0xFF, sizeof bank->buffer);
	bank->word = offset - place;
	bytes_store(bank->buffer + place, size, value);
	bank->written |= bytes;
	if (bank->written == ALL_WRITTEN)
		program(flash, bank);
	return 0;
}

/* RM0433 section 4.3.8: the address, in flash words, is kept of the first error only. */
static int h7x_mem_read(struct flash *flash, uint32_t offset, bool bad, bool cpu)
{
	unsigned number = offset >= bank_bytes(flash);
	struct stm32h7x_bank *bank = &state(flash)->bank[number];

	(void)cpu;
	if (!bad)
		return 0;
	if (!(bank->sr & SR_DBECCERR))
		bank->ecc_fa = (offset - number * bank_bytes(flash)) / flash->chip->granule;
	bank->sr |= SR_DBECCERR;
	return BUS_FAULT;
}

const struct flash_ops flash_stm32h7x = {
	.erased = 0xFF,
	.state_size = sizeof(struct stm32h7x_regs),
	.reset = h7x_reset,
	.reg_read = h7x_reg_read,
	.reg_write = h7x_reg_write,
	.mem_write = h7x_mem_write,
	.mem_read = h7x_mem_read,
};
