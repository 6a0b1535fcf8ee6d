/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Flash controller of the STM32L1 and L0. References: RM0038 (L1) sections 3.3 (operations) and 3.9 (registers); RM0367 (L0x3)
 * sections 3.3.4 and 3.7; DS6876 and DS10685, tables "Flash memory and data EEPROM characteristics", for times.
 *
 * Erased bits are 0. The controller is unlocked in two steps (PEKEYR, then PRGKEYR); a word is programmed by writing it,
 * half a page by setting FPRG and PROG and writing its 32 words in order, a page is erased by setting ERASE and PROG
 * and writing 0 into it. The L0 has half pages of 16 words. Both program a word that is not 0 all the same, which nobody should do: each
 * word has an error-correcting code, and what reads afterwards is neither of the two. The L0 tells (NOTZEROERR); category 3 of it, which is
 * no part here, would not program.
 */
#include "flash/stm32lx.h"

#include "bus.h"
#include "parts/chip.h"
#include "stats.h"

#include <string.h>

enum {
	ACR = 0x00,
	PECR = 0x04,
	PDKEYR = 0x08,
	PEKEYR = 0x0C,
	PRGKEYR = 0x10,
	OPTKEYR = 0x14,
	SR = 0x18,
	OBR = 0x1C,
	WRPR1 = 0x20,
	WRPROT2 = 0x80
};

enum {
	PECR_PELOCK = 1u << 0,
	PECR_PRGLOCK = 1u << 1,
	PECR_OPTLOCK = 1u << 2,
	PECR_PROG = 1u << 3,
	PECR_DATA = 1u << 4,
	PECR_FTDW = 1u << 8,
	PECR_ERASE = 1u << 9,
	PECR_FPRG = 1u << 10,
	PECR_EOPIE = 1u << 16,
	PECR_ERRIE = 1u << 17,
	PECR_OBL_LAUNCH = 1u << 18,
	PECR_NZDISABLE = 1u << 23, /* L0: the controller does not tell; ST's SVD too, its header says 22 */
	PECR_MODES = PECR_PROG | PECR_DATA | PECR_FTDW | PECR_ERASE | PECR_FPRG,
	PECR_RESET = PECR_PELOCK | PECR_PRGLOCK | PECR_OPTLOCK,
};

enum {
	SR_BSY = 1u << 0,
	SR_EOP = 1u << 1,
	SR_ENDHV = 1u << 2,
	SR_READY = 1u << 3,
	SR_WRPERR = 1u << 8,
	SR_PGAERR = 1u << 9,
	SR_SIZERR = 1u << 10,
	SR_OPTVERR = 1u << 11,
	SR_NOTZEROERR = 1u << 16, /* L0 */
	SR_CLEARED_BY_1 = SR_NOTZEROERR | SR_EOP | SR_WRPERR | SR_PGAERR | SR_SIZERR | SR_OPTVERR,
};

static const uint32_t pekeys[2] = {0x89ABCDEF, 0x02030405}; /* RM0038 section 3.3.3 */
static const uint32_t prgkeys[2] = {0x8C9DAEBF, 0x13141516};
static const uint32_t optkeys[2] = {0xFBEAD9C8, 0x24252627};

#define OPERATION_NS 3280000u /* typical time of a word, a half page or a page erase (DS6876) */

/* Option bytes: a word each, the upper half the complement of the lower, which is what counts. RM0038 section 3.8. */
enum {
	OPTION_RDP = 0x00,
	OPTION_USER = 0x04,
	OPTION_WRP1_LOW = 0x08,
	OPTION_WRP1_HIGH = 0x0C,
	OPTION_WRP2 = 0x10,
	OPTION_END = 0x20
};
enum { RDP_LEVEL_0 = 0xAA, RDP_LEVEL_2 = 0xCC };
#define PROTECTED_AT_ONCE 4096u /* bytes for each bit of WRPR */

const struct stm32lx_variant stm32lx_l1 = {.acr_writable = 0x1F};
const struct stm32lx_variant stm32lx_l0 = {.acr_writable = 0x7B, .pecr_more = PECR_NZDISABLE, .has_wrprot2 = true};

struct stm32lx_regs {
	uint32_t acr, pecr, sr;
	uint32_t obr, wrpr[2];                         /* the option bytes, as last loaded */
	unsigned pekey_step, prgkey_step, optkey_step; /* keys taken so far */
	bool key_fault;                                /* a wrong key: locked until reset */
	uint32_t half_page;                            /* offset of the half page that is being filled */
	unsigned half_page_words;                      /* words taken so far */
	uint8_t buffer[128];
};

static struct stm32lx_regs *state(const struct flash *flash)
{
	return flash->state;
}

static const struct stm32lx_variant *variant(const struct flash *flash)
{
	return flash->chip->flash_variant;
}

static uint32_t option_half(const struct flash *flash, unsigned offset)
{
	return bytes_load(flash->option + offset, 2);
}

/* RM0038 section 3.8.2: at power-on and by OBL_LAUNCH. */
static void load_options(struct flash *flash)
{
	struct stm32lx_regs *regs = flash->state;
	bool fits = true;

	for (unsigned i = 0; i < OPTION_WRP2; i += 4)
		fits = fits && (bytes_load(flash->option + i, 4) >> 16 ^ option_half(flash, i)) == 0xFFFF;
	regs->sr |= fits ? 0 : SR_OPTVERR;
	regs->obr = option_half(flash, OPTION_USER) << 16 | (option_half(flash, OPTION_RDP) & 0xFF);
	regs->wrpr[0] = option_half(flash, OPTION_WRP1_HIGH) << 16 | option_half(flash, OPTION_WRP1_LOW);
	regs->wrpr[1] = variant(flash)->has_wrprot2 ? option_half(flash, OPTION_WRP2) : 0;
	flash->options.loaded = true;
	options_protect_reads(flash, (regs->obr & 0xFF) != RDP_LEVEL_0);
}

static void lx_reset(struct flash *flash)
{
	struct stm32lx_regs *regs = flash->state, before = *regs;

	*regs = (struct stm32lx_regs){.pecr = PECR_RESET, .obr = before.obr, .wrpr = {before.wrpr[0], before.wrpr[1]}};
	if (flash->options.loaded)
		return;
	options_to_bytes(flash, flash->option, OPTION_END);
	load_options(flash);
}

static int lx_reg_read(struct flash *flash, uint32_t offset, uint32_t *value)
{
	struct stm32lx_regs *regs = flash->state;

	switch (offset) {
	case ACR:
		*value = regs->acr;
		return 0;
	case PECR:
		*value = regs->pecr;
		return 0;
	case SR:
		*value = regs->sr | (flash_poll_busy(flash) ? SR_BSY : SR_READY | SR_ENDHV);
		return 0;
	case OBR:
		*value = regs->obr;
		return 0;
	case WRPR1:
		*value = regs->wrpr[0];
		return 0;
	case PDKEYR:
	case PEKEYR:
	case PRGKEYR:
	case OPTKEYR:
		*value = 0; /* keys read as 0 */
		return 0;
	case WRPROT2:
		*value = regs->wrpr[1];
		if (variant(flash)->has_wrprot2)
			return 0;
		/* fall through */
	default:
		stats_unmodelled(flash->stats, "read of flash register", offset);
		*value = 0;
		return 0;
	}
}

/* One key of a pair. A wrong one locks the register up until the next reset and is a bus error (RM0038 section
 * 3.3.3). */
static int take_key(struct stm32lx_regs *regs, const uint32_t keys[2], unsigned *step, uint32_t value, uint32_t lock)
{
	if (regs->key_fault || value != keys[*step]) {
		regs->key_fault = true;
		return BUS_FAULT;
	}
	if (++*step == 2) {
		*step = 0;
		regs->pecr &= ~lock;
	}
	return 0;
}

/* Setting a lock bit takes effect at once and drops the modes; PELOCK takes the two others with it. Lock bits are never
 * cleared by a write. RM0038 section 3.9.2. */
static void write_pecr(struct flash *flash, uint32_t value)
{
	struct stm32lx_regs *regs = flash->state;
	uint32_t locks = (regs->pecr | value) & PECR_RESET;

	if (regs->pecr & PECR_PELOCK)
		return; /* writable only when unlocked */
	if ((value & PECR_OBL_LAUNCH) && !(regs->pecr & PECR_OPTLOCK)) {
		load_options(flash);
		flash->request_reset(flash->ctx);
		return;
	}
	if (locks & PECR_PELOCK)
		locks = PECR_RESET;
	if (value & ~(PECR_RESET | PECR_MODES | PECR_EOPIE | PECR_ERRIE | PECR_OBL_LAUNCH | variant(flash)->pecr_more))
		stats_unmodelled(flash->stats, "bits in FLASH_PECR:", value);
	regs->pecr = locks | (value & (PECR_EOPIE | PECR_ERRIE | variant(flash)->pecr_more));
	if (!(locks & PECR_PRGLOCK))
		regs->pecr |= value & PECR_MODES;
	regs->half_page_words = 0;
}

static int lx_reg_write(struct flash *flash, uint32_t offset, uint32_t value)
{
	struct stm32lx_regs *regs = flash->state;

	switch (offset) {
	case ACR:
		regs->acr = value & variant(flash)->acr_writable;
		return 0;
	case PECR:
		write_pecr(flash, value);
		return 0;
	case PEKEYR:
		return take_key(regs, pekeys, &regs->pekey_step, value, PECR_PELOCK);
	case PRGKEYR:
		if (regs->pecr & PECR_PELOCK)
			return BUS_FAULT;
		return take_key(regs, prgkeys, &regs->prgkey_step, value, PECR_PRGLOCK);
	case OPTKEYR:
		if (regs->pecr & PECR_PELOCK)
			return BUS_FAULT;
		return take_key(regs, optkeys, &regs->optkey_step, value, PECR_OPTLOCK);
	case SR:
		regs->sr &= ~(value & SR_CLEARED_BY_1);
		return 0;
	default:
		stats_unmodelled(flash->stats, "write to flash register", offset);
		return 0;
	}
}

static int refuse(struct flash *flash, uint32_t error)
{
	state(flash)->sr |= error;
	state(flash)->half_page_words = 0;
	flash->stats->flash_errors++;
	return 0;
}

/* Here a bit that is set protects. */
static bool is_write_protected(const struct flash *flash, uint32_t offset)
{
	uint32_t bit = offset / PROTECTED_AT_ONCE;

	return bit < 64 && state(flash)->wrpr[bit / 32] >> bit % 32 & 1;
}

/* RM0367 section 3.7.7, NOTZEROERR of the L0. */
static void tell_not_zero(struct flash *flash, uint32_t offset, uint32_t size)
{
	if (!variant(flash)->pecr_more || state(flash)->pecr & PECR_NZDISABLE)
		return;
	for (uint32_t i = 0; i < size; i++)
		state(flash)->sr |= flash->data[offset + i] ? SR_NOTZEROERR : 0;
}

/* Half page: its words in order from its start; programmed when the last one has come. RM0038 section 3.3.4. */
static int fill_half_page(struct flash *flash, uint32_t offset, uint32_t value)
{
	struct stm32lx_regs *regs = flash->state;
	uint32_t half = flash->chip->page_size / 2;

	if (regs->half_page_words == 0)
		regs->half_page = offset;
	if (regs->half_page % half || offset != regs->half_page + 4 * regs->half_page_words)
		return refuse(flash, SR_PGAERR);
	bytes_store(regs->buffer + 4 * regs->half_page_words, 4, value);
	if (++regs->half_page_words < half / 4)
		return 0;
	regs->half_page_words = 0;
	tell_not_zero(flash, regs->half_page, half);
	flash_apply(flash, FLASH_HALF_PAGE, regs->half_page, half, regs->buffer, OPERATION_NS);
	regs->sr |= SR_EOP;
	return 0;
}

static int lx_mem_write(struct flash *flash, uint32_t offset, unsigned size, uint32_t value)
{
	struct stm32lx_regs *regs = flash->state;
	uint32_t page = flash->chip->page_size;
	uint8_t word[4];

	if (regs->pecr & PECR_PRGLOCK || is_write_protected(flash, offset))
		return refuse(flash, SR_WRPERR);
	if (size != 4)
		return refuse(flash, SR_SIZERR);
	switch (regs->pecr & PECR_MODES) {
	case PECR_ERASE | PECR_PROG:
		flash_apply(flash, FLASH_ERASE, offset - offset % page, page, NULL, OPERATION_NS);
		break;
	case PECR_FPRG | PECR_PROG:
		return fill_half_page(flash, offset, value);
	case 0:
	case PECR_PROG:
		tell_not_zero(flash, offset, 4);
		bytes_store(word, 4, value);
		flash_apply(flash, FLASH_WORD, offset, 4, word, OPERATION_NS);
		break;
	default:
		stats_unmodelled(flash->stats, "flash write with FLASH_PECR", regs->pecr);
		return refuse(flash, SR_PGAERR);
	}
	regs->sr |= SR_EOP;
	return 0;
}

/* A word of the option bytes is erased and programmed by writing it (RM0038 section 3.8.1). It takes effect when it is next loaded;
 * but taking read protection back erases flash and data EEPROM at once. */
static int lx_option_write(struct flash *flash, uint32_t offset, unsigned size, uint32_t value)
{
	struct stm32lx_regs *regs = flash->state;

	if (regs->pecr & PECR_OPTLOCK || offset >= OPTION_END)
		return refuse(flash, SR_WRPERR);
	if (size != 4)
		return refuse(flash, SR_SIZERR);
	if (offset == OPTION_RDP && (value & 0xFF) == RDP_LEVEL_2) {
		options_refuse_level_2(flash);
		return BUS_FAULT;
	}
	if (offset == OPTION_RDP && (value & 0xFF) == RDP_LEVEL_0 && flash->read_protected)
		options_mass_erase(flash, OPERATION_NS);
	bytes_store(flash->option + offset, 4, value);
	options_from_bytes(flash, flash->option, OPTION_END);
	flash->busy_until_ns = flash->stats->time_ns + OPERATION_NS;
	regs->sr |= SR_EOP;
	return 0;
}

const struct flash_ops flash_stm32lx = {
	.erased = 0x00,
	.state_size = sizeof(struct stm32lx_regs),
	.reset = lx_reset,
	.reg_read = lx_reg_read,
	.reg_write = lx_reg_write,
	.mem_write = lx_mem_write,
	.option_write = lx_option_write,
};
