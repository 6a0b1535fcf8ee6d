/* SPDX-License-Identifier: MIT */
/* Start-up, and a Serial that prints by semihosting while a debugger is there. */
#include <stdio.h>

#include "Arduino.h"

#define VTOR  (*(volatile uint32_t *)0xE000ED08u)
#define DHCSR (*(volatile uint32_t *)0xE000EDF0u)

extern "C" {
extern uint32_t _estack[], _sdata[], _edata[], _sbss[], _ebss[];
extern const uint32_t _sidata[];

static void semihost(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;

    if (DHCSR & 1)
        __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

void Reset_Handler(void)
{
    const uint32_t *from = _sidata;

    /* SystemInit does this. */
    if (VECT_TAB_OFFSET)
        VTOR = 0x08000000u | VECT_TAB_OFFSET;

    for (uint32_t *to = _sdata; to < _edata;)
        *to++ = *from++;
    for (uint32_t *to = _sbss; to < _ebss;)
        *to++ = 0;
    setup();
    for (;;)
        loop();
}

void Default_Handler(void)
{
    for (;;)
        ;
}

/* As in ST's start-up files, which the STM32 core takes. */
void NMI_Handler(void) __attribute__((weak, alias("Default_Handler")));
void HardFault_Handler(void) __attribute__((weak, alias("Default_Handler")));

void delay(unsigned long)
{
    __asm__ volatile("wfi");
}

void _exit(int)
{
    for (;;)
        ;
}
}

__attribute__((section(".isr_vector"), used)) static void *const vectors[] = {
    _estack, (void *)Reset_Handler, (void *)NMI_Handler, (void *)HardFault_Handler,
};

Printer Serial;

void Printer::print(const char *text)
{
    semihost(4, text);
}

void Printer::print(unsigned long number, int base)
{
    char text[24];

    snprintf(text, sizeof text, base == HEX ? "%lX" : "%lu", number);
    print(text);
}
