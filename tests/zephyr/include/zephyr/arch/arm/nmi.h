/* SPDX-License-Identifier: MIT */
/* As Zephyr's with CONFIG_RUNTIME_NMI. */
#ifndef NMI_H
#define NMI_H
void z_arm_nmi_set_handler(void (*handler)(void));
#endif
