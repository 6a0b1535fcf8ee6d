/* SPDX-License-Identifier: MIT */
/* Starts as Zephyr does, as far as flash and the NMI are concerned, and reports the serial number. */
#include <stdio.h>
#include <stdlib.h>

#include <nameplate.h>
#include <zephyr/arch/arm/nmi.h>

extern char z_stack[];
extern int (*const __init_start[])(void), (*const __init_end[])(void);
extern const char __data_region_load_start[];
extern char __data_region_start[], __data_region_end[], __bss_start[], __bss_end[];
extern void initialise_monitor_handles(void);
void __start(void), z_arm_nmi(void), fault(void), _init(void);

#ifdef FILL
const char fill[FILL] = {1};
#endif

static void sleep_for_ever(void)
{
	for (;;)
		;
}

static void (*handler)(void) = sleep_for_ever;

void z_arm_nmi_set_handler(void (*wanted)(void))
{
	handler = wanted;
}

void z_arm_nmi(void)
{
	handler();
}

void fault(void)
{
	sleep_for_ever();
}

void __start(void)
{
	uint32_t serial;
	const char *from = __data_region_load_start;

	for (char *to = __data_region_start; to < __data_region_end;)
		*to++ = *from++;
	for (char *to = __bss_start; to < __bss_end;)
		*to++ = 0;
	for (int (*const *init)(void) = __init_start; init < __init_end; init++)
		(*init)();
	initialise_monitor_handles();
#ifdef FILL
	__asm__ volatile("" : : "r"(fill));
#endif
	if (nameplate_serial(&serial) == 0)
		printf("serial=%lu\n", (unsigned long)serial);
	else
		printf("serial=none\n");
	exit(0);
}

__attribute__((section(".exc_vector_table"), used)) static void *const vectors[] = {z_stack, __start, z_arm_nmi, fault};
