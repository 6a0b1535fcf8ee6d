/* SPDX-License-Identifier: MIT */
/*
 * Nameplate beside flash with ECC: lets a device start although a word of its store cannot be read.
 *
 * When power fails while flash is programmed, the word under way is torn: its bits and its error-correcting code disagree.
 * Whoever reads it then gets an NMI (STM32 L4, L5, G0, G4, WB, WBA, WL, U0, U3, U5) or a bus fault (H7), in any reader, for good,
 * until the page is erased. A handler that only loops, as that of most start-up files, makes that a device that never starts again.
 *
 * All of these but H7: compile nameplate_ecc.c with NAMEPLATE_ECCR defined as the address of the flash controller's register
 * that reports double errors, and call nameplate_nmi from your handler.
 *
 *     L4, G0, G4, U0   ECCR    0x40022018        L5, U5, WBA      ECCR    0x40022030
 *     WB, WL           ECCR    0x58004018        U3               ECCDR   0x40022034
 *
 * G0B0, G0B1 and G0C1 have another register for their second bank: define NAMEPLATE_ECC2R as well, 0x4002201C (ECC2R).
 *
 *     void NMI_Handler(void)
 *     {
 *         if (nameplate_nmi())
 *             return;
 *         ... whatever else an NMI means to you
 *     }
 *
 * H7: compile nameplate.c and nameplate_ecc.c with NAMEPLATE_GUARDED_LOADS defined. No handler is needed. The reader then
 * loads with faults off, so it must run privileged; interrupts wait for some ten instructions at each load.
 *
 * The reader takes such a word for damage, which it steps over: the value is the one before, or none.
 */
#ifndef NAMEPLATE_ECC_H
#define NAMEPLATE_ECC_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Was this NMI the flash's, for a word that cannot be read? If so (1) it is cleared, and the handler returns; else 0. */
int nameplate_nmi(void);

/* `bytes` (1 or 4) at `from`, or NAMEPLATE_UNREADABLE, which is neither blank nor the start of an entry. */
#define NAMEPLATE_UNREADABLE 0x5A5A5A5Au
uint32_t nameplate_guarded_load(const uint8_t *from, int bytes);

#ifdef __cplusplus
}
#endif

#endif
