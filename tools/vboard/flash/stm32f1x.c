/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Flash controller (FPEC) of the STM32F0, F1 and F3. References: PM0075 (F1) sections 2.3 (operations), 2.4 (protections) and
 * 3 (registers); RM0091 (F0x1, F0x2, F0x8), RM0360 (F030) chapter 3; RM0316 (F303) chapter 4; data sheets DS5319, DS9826, DS10362,
 * tables "Flash memory characteristics", for times.
 *
 * Erased bits are 1. With PG set a half-word is programmed by writing it, if it is erased or the value is 0; PER and MER
 * with STRT erase a page or all. Option bytes are half-words of their own, programmed with OPTPG and erased with OPTER.
 */
#include "flash/stm32f1x.h"

#include "bus.h"
#include "parts/chip.h"
#include "stats.h"

#include <string.h>

enum { ACR = 0x00, KEYR = 0x04, OPTKEYR = 0x08, SR = 0x0C, CR = 0x10, AR = 0x14, OBR = 0x1C, WRPR = 0x20 };

enum {
	ACR_PRFTBE = 1u << 4,
	ACR_PRFTBS = 1u << 5, /* follows PRFTBE */
	ACR_WRITABLE = 0x1F,
	ACR_RESET = ACR_PRFTBE | ACR_PRFTBS,
};

enum {
	SR_BSY = 1u << 0,
	SR_PGERR = 1u << 2,
	SR_WRPRTERR = 1u << 4,
	SR_EOP = 1u << 5,
	SR_CLEARED_BY_1 = SR_PGERR | SR_WRPRTERR | SR_EOP,
};

enum {
	CR_PG = 1u << 0,
	CR_PER = 1u << 1,
	CR_MER = 1u << 2,
	CR_OPTPG = 1u << 4,
	CR_OPTER = 1u << 5,
	CR_STRT = 1u << 6,
	CR_LOCK = 1u << 7,
	CR_OPTWRE = 1u << 9,
	CR_ERRIE = 1u << 10,
	CR_EOPIE = 1u << 12,
	CR_OBL_LAUNCH = 1u << 13, /* FORCE_OPTLOAD on F3 */
	CR_MODES = CR_PG | CR_PER | CR_MER | CR_OPTPG | CR_OPTER,
};

static const uint32_t keys[2] = {0x45670123, 0xCDEF89AB}; /* PM0075 section 2.3.1; for the option bytes as well */

#define HALF_WORD_NS 53500u    /* typical; DS5319 says 52.5 us, the others 53.5 */
#define ERASE_NS     30000000u /* a page or all: 20 to 40 ms */

/* Option bytes in their block: a half-word each, the upper byte the complement of the lower. PM0075 section 2.2 table 5. */
#define OPTION_BYTES 0x800u
enum { OPTION_RDP = 0, OPTION_USER = 2, OPTION_DATA0 = 4, OPTION_DATA1 = 6, OPTION_WRP0 = 8, OPTION_END = 16 };
#define RDP_LEVEL_2 0xCCu /* F0 and F3; the F1 has no level 2 */
/* Bytes for each bit of WRPR, whatever the size of a page: 4 pages of 1 KiB or 2 of 2 KiB (RM0091 section 3.3.2; OpenOCD 0.12 takes 4
 * of 2 KiB on F07x and F09x). Bit 31 stands for all the rest. */
#define PROTECTED_AT_ONCE 4096u

const struct stm32f1x_variant stm32f1x_f1 = {
	.rdp_level_0 = 0xA5, .user_shift = 2, .data_shift = 10, .loads_at_reset = true};
const struct stm32f1x_variant stm32f1x_f0_f3 = {
	.rdp_level_0 = 0xAA, .user_shift = 8, .data_shift = 16, .loads_at_reset = false};

struct stm32f1x_regs {
	uint32_t acr, sr, cr, ar;
	unsigned key_step, optkey_step; /* keys taken so far */
	bool key_fault;                 /* a wrong key: locked until reset */
	uint32_t obr, wrpr;             /* the option bytes, as last loaded */
};

static struct stm32f1x_regs *state(const struct flash *flash)
{
	return flash->state;
}

static const struct stm32f1x_variant *variant(const struct flash *flash)
{
	return flash->chip->flash_variant;
}

static uint8_t option_byte(const struct flash *flash, unsigned offset)
{
	return flash->option[OPTION_BYTES + offset];
}

static bool option_complements_fit(const struct flash *flash)
{
	for (unsigned i = 0; i < OPTION_END; i += 2)
		if ((option_byte(flash, i) ^ option_byte(flash, i + 1)) != 0xFF)
			return false;
	return true;
}

/* From the option bytes to the registers that show them: PM0075 section 3.7, RM0091 section 3.5.7. */
static void load_options(struct flash *flash)
{
	const struct stm32f1x_variant *v = variant(flash);
	struct stm32f1x_regs *regs = flash->state;
	bool protected = option_byte(flash, OPTION_RDP) != v->rdp_level_0;

	regs->obr = (option_complements_fit(flash) ? 0 : 1) | (uint32_t) protected << 1;
	regs->obr |= (uint32_t)option_byte(flash, OPTION_USER) << v->user_shift;
	regs->obr |= (uint32_t)option_byte(flash, OPTION_DATA0) << v->data_shift;
	regs->obr |= (uint32_t)option_byte(flash, OPTION_DATA1) << (v->data_shift + 8);
	regs->wrpr = 0;
	for (unsigned i = 0; i < 4; i++)
		regs->wrpr |= (uint32_t)option_byte(flash, OPTION_WRP0 + 2 * i) << (8 * i);
	flash->options.loaded = true;
	options_protect_reads(flash, protected);
}

static void f1x_reset(struct flash *flash)
{
	struct stm32f1x_regs *regs = flash->state;

	regs->acr = ACR_RESET;
	regs->cr = CR_LOCK;
	regs->sr = regs->ar = 0;
	regs->key_step = regs->optkey_step = 0;
	regs->key_fault = false;
	if (!flash->options.loaded)
		options_to_bytes(flash, flash->option + OPTION_BYTES, OPTION_END);
	if (variant(flash)->loads_at_reset || !flash->options.loaded)
		load_options(flash);
}

static int f1x_reg_read(struct flash *flash, uint32_t offset, uint32_t *value)
{
	struct stm32f1x_regs *regs = flash->state;

	*value = 0; /* keys and AR are only written */
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
	case OBR:
		*value = regs->obr;
		return 0;
	case WRPR:
		*value = regs->wrpr;
		return 0;
	case KEYR:
	case OPTKEYR:
	case AR:
		return 0;
	default:
		stats_unmodelled(flash->stats, "read of flash register", offset);
		return 0;
	}
}

/* A wrong key is a bus error and locks up until the next reset (PM0075 section 2.3.2). The manual does not say what keys
 * do when nothing is locked; OpenOCD's option commands write them then, and succeed. */
static int take_key(struct flash *flash, uint32_t value)
{
	struct stm32f1x_regs *regs = flash->state;

	if (regs->key_fault || value != keys[regs->key_step]) {
		regs->key_fault = true;
		regs->cr = CR_LOCK;
		return BUS_FAULT;
	}
	regs->key_step ^= 1;
	if (!regs->key_step)
		regs->cr &= ~(uint32_t)CR_LOCK;
	return 0;
}

/* The same for OPTWRE (PM0075 section 2.4.3), which needs LOCK open and which the program clears. */
static int take_option_key(struct flash *flash, uint32_t value)
{
	struct stm32f1x_regs *regs = flash->state;

	if (regs->key_fault || value != keys[regs->optkey_step]) {
		regs->key_fault = true;
		regs->cr = CR_LOCK;
		return BUS_FAULT;
	}
	regs->optkey_step ^= 1;
	if (!regs->optkey_step && !(regs->cr & CR_LOCK))
		regs->cr |= CR_OPTWRE;
	return 0;
}

static void refuse(struct flash *flash, uint32_t error)
{
	state(flash)->sr |= error;
	flash->stats->flash_errors++;
}

static bool is_write_protected(const struct flash *flash, uint32_t offset)
{
	uint32_t bit = offset / PROTECTED_AT_ONCE;

	return !(state(flash)->wrpr >> (bit < 31 ? bit : 31) & 1);
}

static void erase_page(struct flash *flash)
{
	struct stm32f1x_regs *regs = flash->state;
	uint32_t offset = regs->ar - flash->chip->flash_base, page = flash->chip->page_size;

	if (offset >= flash->chip->flash_size) {
		stats_unmodelled(flash->stats, "page erase at", regs->ar);
		return;
	}
	if (flash->read_protected || is_write_protected(flash, offset)) {
		refuse(flash, SR_WRPRTERR);
		return;
	}
	flash_apply(flash, FLASH_ERASE, offset - offset % page, page, NULL, ERASE_NS);
	regs->sr |= SR_EOP;
}

static void erase_all(struct flash *flash)
{
	if (flash->read_protected || state(flash)->wrpr != 0xFFFFFFFF) {
		refuse(flash, SR_WRPRTERR);
		return;
	}
	flash_apply(flash, FLASH_ERASE, 0, flash->chip->flash_size, NULL, ERASE_NS);
	state(flash)->sr |= SR_EOP;
}

static void erase_options(struct flash *flash)
{
	if (!(state(flash)->cr & CR_OPTWRE))
		return;
	memset(flash->option + OPTION_BYTES, 0xFF, OPTION_END);
	options_from_bytes(flash, flash->option + OPTION_BYTES, OPTION_END);
	state(flash)->sr |= SR_EOP;
}

static void write_cr(struct flash *flash, uint32_t value)
{
	struct stm32f1x_regs *regs = flash->state;
	const uint32_t known = CR_MODES | CR_STRT | CR_LOCK | CR_OPTWRE | CR_ERRIE | CR_EOPIE | CR_OBL_LAUNCH;

	if (regs->cr & CR_LOCK)
		return; /* writable only when unlocked */
	if (value & ~known)
		stats_unmodelled(flash->stats, "bits in FLASH_CR:", value);
	if ((value & CR_OBL_LAUNCH) && !variant(flash)->loads_at_reset) {
		load_options(flash);
		flash->request_reset(flash->ctx);
		return;
	}
	regs->cr = (value & (CR_MODES | CR_LOCK | CR_ERRIE | CR_EOPIE)) | (regs->cr & value & CR_OPTWRE);
	if (!(value & CR_STRT))
		return;
	switch (value & CR_MODES) {
	case CR_PER:
		erase_page(flash);
		break;
	case CR_MER:
		erase_all(flash);
		break;
	case CR_OPTER:
		erase_options(flash);
		break;
	default:
		stats_unmodelled(flash->stats, "STRT with FLASH_CR", value);
	}
}

static int f1x_reg_write(struct flash *flash, uint32_t offset, uint32_t value)
{
	struct stm32f1x_regs *regs = flash->state;

	switch (offset) {
	case ACR:
		regs->acr = (value & ACR_WRITABLE) | (value & ACR_PRFTBE ? ACR_PRFTBS : 0);
		return 0;
	case KEYR:
		return take_key(flash, value);
	case OPTKEYR:
		return take_option_key(flash, value);
	case SR:
		regs->sr &= ~(value & SR_CLEARED_BY_1);
		return 0;
	case CR:
		write_cr(flash, value);
		return 0;
	case AR:
		regs->ar = value;
		return 0;
	default:
		stats_unmodelled(flash->stats, "write to flash register", offset);
		return 0;
	}
}

/* Anything but a half-word is a bus error (PM0075 section 2.3.3). So is, here, a write without PG, of which the manual says
 * nothing. */
static int f1x_mem_write(struct flash *flash, uint32_t offset, unsigned size, uint32_t value)
{
	struct stm32f1x_regs *regs = flash->state;
	uint8_t bytes[2];

	if (size != 2 || (regs->cr & (CR_MODES | CR_LOCK)) != CR_PG) {
		flash->stats->flash_errors++;
		return BUS_FAULT;
	}
	if (is_write_protected(flash, offset)) {
		refuse(flash, SR_WRPRTERR);
		return 0;
	}
	if (bytes_load(flash->data + offset, 2) != 0xFFFF && (value & 0xFFFF) != 0) {
		refuse(flash, SR_PGERR);
		return 0;
	}
	bytes_store(bytes, 2, value);
	flash_apply(flash, FLASH_WORD, offset, 2, bytes, HALF_WORD_NS);
	regs->sr |= SR_EOP;
	return 0;
}

/* The controller makes the complement itself. Option bytes take effect when they are next loaded; but taking read protection
 * back erases the flash at once. PM0075 section 2.4.1, RM0091 section 3.3.1. */
static int f1x_option_write(struct flash *flash, uint32_t offset, unsigned size, uint32_t value)
{
	struct stm32f1x_regs *regs = flash->state;
	uint8_t *place = flash->option + offset;

	if (size != 2 || (regs->cr & (CR_MODES | CR_LOCK)) != CR_OPTPG || !(regs->cr & CR_OPTWRE) ||
	    offset - OPTION_BYTES >= OPTION_END) {
		flash->stats->flash_errors++;
		return BUS_FAULT;
	}
	if (bytes_load(place, 2) != 0xFFFF) {
		refuse(flash, SR_PGERR);
		return 0;
	}
	if (offset == OPTION_BYTES + OPTION_RDP) {
		if ((value & 0xFF) == RDP_LEVEL_2 && !variant(flash)->loads_at_reset) {
			options_refuse_level_2(flash);
			return BUS_FAULT;
		}
		if ((value & 0xFF) == variant(flash)->rdp_level_0 && flash->read_protected)
			options_mass_erase(flash, ERASE_NS);
	}
	bytes_store(place, 2, (value & 0xFF) | (~value & 0xFF) << 8);
	options_from_bytes(flash, flash->option + OPTION_BYTES, OPTION_END);
	regs->sr |= SR_EOP;
	return 0;
}

const struct flash_ops flash_stm32f1x = {
	.erased = 0xFF,
	.state_size = sizeof(struct stm32f1x_regs),
	.reset = f1x_reset,
	.reg_read = f1x_reg_read,
	.reg_write = f1x_reg_write,
	.mem_write = f1x_mem_write,
	.option_write = f1x_option_write,
};
