/* SPDX-License-Identifier: MIT */
/*
 * Nameplate beside flash with ECC: lets a device start although a word of its store cannot be read.
 *
 * When power fails while flash is programmed, the word under way is torn: its bits and its error-correcting code disagree.
 * Whoever reads it then gets an NMI (STM32 L4, L5, G0, G4, WB, WBA, WL, U0, U3, U5) or a bus fault (H7), in any reader, for good,
 * until the page is erased. A handler that only loops, as that of most start-up files, makes that a device that never starts again.
 *
 * With the linker include of the chip (nameplate-CHIP.ld), Make, CMake or PlatformIO there is nothing to do but to compile
 * nameplate_ecc.c: it takes the place of a start-up file's handler. A program that has an NMI handler of its own calls us
 * there first; otherwise it does not link.
 *
 *     void NMI_Handler(void)
 *     {
 *         if (nameplate_nmi())
 *             return;
 *         ... whatever else an NMI means to you
 *     }
 *
 * Without these, either _nameplate_eccr is set for the linker (nameplate-ecc.ld), or NAMEPLATE_ECCR is defined for
 * nameplate_ecc.c and nameplate_nmi called: the address of the flash controller's register that reports double errors.
 *
 *     L4, G0, G4, U0   ECCR    0x40022018        L5, U5, WBA      ECCR    0x40022030
 *     WB, WL           ECCR    0x58004018        U3               ECCDR   0x40022034
 *
 * G0B0, G0B1 and G0C1 have another register for their second bank: _nameplate_ecc2r or NAMEPLATE_ECC2R as well, 0x4002201C (ECC2R).
 *
 * H7: the reader loads with faults off (NAMEPLATE_GUARDED_LOADS), so it must run privileged; interrupts wait for some ten
 * instructions at each load. ST's, Arduino's and libopencm3's names of the part turn it on, and Make, CMake and PlatformIO.
 * Otherwise define it for nameplate.c and nameplate_ecc.c.
 *
 * The reader takes such a word for damage, which it steps over: the value is the one before, or none.
 */
#ifndef NAMEPLATE_ECC_H
#define NAMEPLATE_ECC_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined STM32H7 || defined STM32H7xx || defined STM32H742xx || defined STM32H743xx || defined STM32H745xx ||       \
    defined STM32H745xG || defined STM32H747xx || defined STM32H747xG || defined STM32H750xx || defined STM32H753xx || \
    defined STM32H755xx || defined STM32H757xx || defined STM32H723xx || defined STM32H725xx || defined STM32H730xx || \
    defined STM32H730xxQ || defined STM32H733xx || defined STM32H735xx || defined STM32H7A3xx ||                       \
    defined STM32H7A3xxQ || defined STM32H7B0xx || defined STM32H7B0xxQ || defined STM32H7B3xx || defined STM32H7B3xxQ
#ifndef NAMEPLATE_GUARDED_LOADS
#define NAMEPLATE_GUARDED_LOADS
#endif
#endif

/* Was this NMI the flash's, for a word that cannot be read? If so (1) it is cleared, and the handler returns; else 0. */
int nameplate_answer_nmi(void);

/* The same. Its symbol tells the linker include that the program's own handler calls us. */
static inline int nameplate_nmi(void)
{
    __asm__ volatile(".weak _nameplate_nmi_called\n\t.set _nameplate_nmi_called, 1");
    return nameplate_answer_nmi();
}

/* The handler that the linker include puts in the place of a start-up file's. */
void nameplate_nmi_handler(void);

/* `bytes` (1 or 4) at `from`, or NAMEPLATE_UNREADABLE, which is neither blank, nor the start of an entry, nor any byte. */
#define NAMEPLATE_UNREADABLE 0x5A5A5A5Au
uint32_t nameplate_guarded_load(const uint8_t *from, int bytes);

#ifdef __cplusplus
}
#endif

#endif
