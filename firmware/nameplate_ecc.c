/* SPDX-License-Identifier: MIT */
/* What flash with ECC does when a word cannot be read: RM0351 section 3.3.2 (NMI), RM0433 section 4.3.8 (bus fault). */
#include "nameplate_ecc.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

#ifdef NAMEPLATE_ECCR

/* Double errors, of either half where flash is read 128 bits at a time; the flags are cleared by writing ones. */
#define ECCR_DETECTED  (1u << 31 | 1u << 29)
#define ECCR_CORRECTED (1u << 30 | 1u << 28)

/* Clears what the register at `address` reports. 0: it reports no double error. */
static int answer(uint32_t address)
{
    const uint32_t eccr = REGISTER(address);

    if (!(eccr & ECCR_DETECTED))
        return 0;
    REGISTER(address) = eccr & ~ECCR_CORRECTED;
    (void)REGISTER(address); /* the line is down before the handler returns */
    return 1;
}

int nameplate_nmi(void)
{
    int answered = answer(NAMEPLATE_ECCR);

#ifdef NAMEPLATE_ECC2R
    answered |= answer(NAMEPLATE_ECC2R);
#endif
    return answered;
}

#endif

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
        value = bytes == 1 ? (uint8_t)NAMEPLATE_UNREADABLE : NAMEPLATE_UNREADABLE;
    }
    CCR = ccr;
    __asm__ volatile("dsb\n\tmsr faultmask, %0\n\tisb" : : "r"(faultmask) : "memory");
    return value;
}

#endif
