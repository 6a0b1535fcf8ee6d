/* SPDX-License-Identifier: MIT */
/* What flash with ECC does when a word cannot be read: RM0351 section 3.3.2 (NMI), RM0433 section 4.3.8 (bus fault). */
#include "nameplate_ecc.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* Where the linker include of the chip says, if no macro does; 0 where a part has none. Words: a core without unaligned loads
   would read bytes otherwise, of a register that has none. */
#ifndef NAMEPLATE_ECCR
extern const uint32_t _nameplate_eccr[] __attribute__((weak)), _nameplate_ecc2r[] __attribute__((weak));
#define NAMEPLATE_ECCR  ((uintptr_t)_nameplate_eccr)
#define NAMEPLATE_ECC2R ((uintptr_t)_nameplate_ecc2r)
#endif
#ifndef NAMEPLATE_ECC2R
#define NAMEPLATE_ECC2R 0u
#endif

/* Double errors, of either half where flash is read 128 bits at a time; the flags are cleared by writing ones. */
#define ECCR_DETECTED  (1u << 31 | 1u << 29)
#define ECCR_CORRECTED (1u << 30 | 1u << 28)

/* Clears what the register at `address` reports. 0: it reports no double error. */
static int answer(uintptr_t address)
{
    uint32_t eccr;

    if (!address)
        return 0;
    eccr = REGISTER(address);
    if (!(eccr & ECCR_DETECTED))
        return 0;
    REGISTER(address) = eccr & ~ECCR_CORRECTED;
    (void)REGISTER(address); /* the line is down before the handler returns */
    return 1;
}

int nameplate_answer_nmi(void)
{
    int answered = answer(NAMEPLATE_ECCR);

    answered |= answer(NAMEPLATE_ECC2R);
    return answered;
}

/* In the place of a start-up file's handler: any other NMI ends where that one did. */
extern void Default_Handler(void) __attribute__((weak));

void nameplate_nmi_handler(void)
{
    if (nameplate_answer_nmi())
        return;
    if (Default_Handler)
        Default_Handler();
    for (;;)
        ;
}

#ifdef NAMEPLATE_GUARDED_LOADS

/* ARMv7-M Architecture Reference Manual, B3.2.8 and B3.2.15. */
#define CCR            REGISTER(0xE000ED14u)
#define CCR_BFHFNMIGN  (1u << 8) /* with FAULTMASK set, loads from where nothing can be read are no faults */
#define CFSR           REGISTER(0xE000ED28u)
#define CFSR_BUS_FAULT 0x0000BF00u

uint32_t nameplate_guarded_load(const uint8_t *from, int bytes)
{
    uint32_t faultmask, ccr, value;

    __asm__ volatile("mrs %0, faultmask\n\tcpsid f" : "=r"(faultmask) : : "memory");
    ccr = CCR;
    CCR = ccr | CCR_BFHFNMIGN;
    CFSR = CFSR_BUS_FAULT;
    __asm__ volatile("dsb\n\tisb" : : : "memory");
    if (bytes == 1)
        value = *(const volatile uint8_t *)from;
    else
        value = *(const volatile uint32_t *)(const void *)from;
    __asm__ volatile("dsb" : : : "memory");
    if (CFSR & CFSR_BUS_FAULT) {
        CFSR = CFSR_BUS_FAULT;
        value = NAMEPLATE_UNREADABLE;
    }
    CCR = ccr;
    __asm__ volatile("dsb\n\tmsr faultmask, %0\n\tisb" : : "r"(faultmask) : "memory");
    return value;
}

#endif
