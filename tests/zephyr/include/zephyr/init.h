/* SPDX-License-Identifier: MIT */
/* As Zephyr's, as far as the module needs it: the function is called before main. */
#ifndef INIT_H
#define INIT_H
#define SYS_INIT(function, level, priority) \
	__attribute__((section(".z_init_" #level #priority), used)) static int (*const init_##function)(void) = function
#endif
