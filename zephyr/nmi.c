/* SPDX-License-Identifier: MIT */
/* Zephyr's own answer to an NMI is to sleep for ever. A torn word of flash is answered, and only then anything reads the store. */
#include <zephyr/arch/arm/nmi.h>
#include <zephyr/init.h>

#include "nameplate_ecc.h"

static void on_nmi(void)
{
	if (nameplate_nmi())
		return;
	for (;;)
		;
}

static int set_handler(void)
{
	z_arm_nmi_set_handler(on_nmi);
	return 0;
}

SYS_INIT(set_handler, PRE_KERNEL_1, 0);
