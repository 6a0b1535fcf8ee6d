/* SPDX-License-Identifier: MIT */
/*
 * Start-up of the demo on any Cortex-M: vectors, memory, newlib's semihosting when a debugger is there to serve it, and
 * the way out.
 *
 * Semihosting is a BKPT: without a debugger it is a fault. So the firmware looks first, in DHCSR.C_DEBUGEN (ARMv7-M
 * Architecture Reference Manual, C1.6.2), and without one it never breakpoints. A Cortex-M0 cannot read that register: it
 * asks the host the time, and its fault handler answers when nobody else does.
 */
#include <stdint.h>
#include <stdlib.h>

#define DHCSR           (*(volatile uint32_t *)0xE000EDF0u)
#define DHCSR_C_DEBUGEN 1u

/* Semihosting operations and exit reasons ("Semihosting for AArch32 and AArch64", Arm 100863). */
#define SYS_TIME                     0x11
#define SYS_EXIT                     0x18
#define SYS_EXIT_EXTENDED            0x20
#define ADP_STOPPED_RUN_TIME_ERROR   0x20023u
#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

extern uint32_t _stack[], _data[], _edata[], _bss[], _ebss[];
extern const uint32_t _data_loadaddr[];

extern int main(void);
extern void initialise_monitor_handles(void);

void Reset_Handler(void);
void HardFault_Handler(void);
void Default_Handler(void);
/* Flash with ECC: the linker include puts nameplate_ecc.c's handler in its place. */
void NMI_Handler(void) __attribute__((weak, alias("Default_Handler")));
void _exit(int status) __attribute__((noreturn));

/* What a device does all day; a debugger can watch it count. */
volatile uint32_t heartbeat;

/* The stack and the fifteen system exceptions; the demo enables no interrupt. */
struct vectors {
    uint32_t *stack;
    void (*handler[15])(void);
};

static const struct vectors vectors;

static __attribute__((noreturn)) void live(void)
{
    for (;;) {
        heartbeat++;
        __asm__ volatile("wfi");
    }
}

static int semihost(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;

    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

#ifdef __ARM_ARCH_6M__
static int debugger; /* one answered at start-up: a fault handler can no longer ask */
#endif

static int debugger_present(void)
{
#if defined NAMEPLATE_ASSUME_DEBUGGER
    return 1;
#elif defined __ARM_ARCH_6M__
    return debugger;
#else
    return DHCSR & DHCSR_C_DEBUGEN;
#endif
}

/*
 * newlib ends here, after exit() has flushed stdout. Its own _exit reports the status only to hosts that advertise
 * an extension, which OpenOCD 0.12 does not; EXIT_EXTENDED works there all the same. A host that does not know it
 * returns, and is told at least success or error. A host that lets the firmware go on gets the normal life.
 */
void _exit(int status)
{
    const uint32_t reason[2] = {ADP_STOPPED_APPLICATION_EXIT, (uint32_t)status};

    if (semihost(SYS_EXIT_EXTENDED, reason) != 0)
        semihost(SYS_EXIT, (const void *)(status ? ADP_STOPPED_RUN_TIME_ERROR : ADP_STOPPED_APPLICATION_EXIT));
    live();
}

void Reset_Handler(void)
{
    const uint32_t *from = _data_loadaddr;
    uint32_t *to;

    for (to = _data; to < _edata;)
        *to++ = *from++;
    for (to = _bss; to < _ebss;)
        *to++ = 0;

#ifdef __ARM_ARCH_6M__
    debugger = semihost(SYS_TIME, 0) != -1;
#endif
    if (!debugger_present())
        live();
    initialise_monitor_handles();
    exit(main());
}

/*
 * Under a debugger a fault must be seen at once, not after a time limit: BKPT 0 halts the core here, the stacked
 * registers still in place, and no host takes it for semihosting (that is BKPT 0xAB). Without one BKPT would lock the
 * core up, so it stays in a loop that a debugger can find.
 */
static __attribute__((noreturn)) void stay(void)
{
    for (;;)
        if (debugger_present())
            __asm__ volatile("bkpt 0");
}

#ifdef __ARM_ARCH_6M__
#define BKPT_AB 0xBEABu

/* A semihosting call that no debugger took, if it is one: it returns -1. FRAME is r0-r3, r12, lr, pc, xPSR. */
__attribute__((used)) static void hard_fault(uint32_t *frame)
{
    const uint16_t *pc = (const uint16_t *)frame[6];

    if ((uint32_t)pc >= (uint32_t)&vectors && (uint32_t)pc < (uint32_t)_data_loadaddr && *pc == BKPT_AB) {
        frame[0] = (uint32_t)-1;
        frame[6] += 2;
        return;
    }
    stay();
}

__attribute__((naked)) void HardFault_Handler(void)
{
    __asm__ volatile("mov r0, sp\n"
                     "ldr r1, =hard_fault\n"
                     "bx r1\n"
                     ".pool");
}
#else
void HardFault_Handler(void)
{
    stay();
}
#endif

void Default_Handler(void)
{
    stay();
}

__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
    _stack,
    {Reset_Handler, NMI_Handler, HardFault_Handler, Default_Handler, Default_Handler, Default_Handler, 0, 0, 0, 0,
     Default_Handler, Default_Handler, 0, Default_Handler, Default_Handler},
};
