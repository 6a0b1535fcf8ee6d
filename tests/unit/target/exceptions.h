/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The parts of exceptions.c, for it and for the tests.
 */
#ifndef EXCEPTIONS_H
#define EXCEPTIONS_H

enum exceptions_part {
	PART_SVC,
	PART_PENDSV,
	PART_SYSTICK_PERIOD, /* argument 0: reload value; 1: CLKSOURCE */
	PART_COUNTFLAG,
	PART_WFI,
	PART_NESTING,
	PART_PRIMASK,
	PART_BASEPRI,
	PART_FAULTMASK,
	PART_PROCESS_STACK,
	PART_UNPRIVILEGED,
	PART_ALIGNMENT,
	PART_FAULT, /* argument 0: which; 1: SHCSR to set before */
	PART_DOUBLE_FAULT,
	PART_BAD_STACK,
	PART_INTERRUPTED, /* argument 0 and 1 as for compute; 2: reload value of SysTick */
	PART_SYSRESETREQ,
	PART_CYCLES,
	PART_TICKING, /* for ever: SysTick with reload argument 0, a loop, SVC when argument 1 */
	PART_SLEEP_ON_EXIT,
	PART_SELF_HALT,
	PART_VTOR,
};

enum exceptions_fault {
	FAULT_UNDEFINED,
	FAULT_READ,
	FAULT_WRITE,
	FAULT_PERIPHERAL, /* a wrong flash key */
	FAULT_BKPT,
	FAULT_JUMP_NOWHERE,
	FAULT_JUMP_TO_PERIPHERAL,
	FAULT_NO_THUMB,
	FAULT_FPU,
	FAULT_SVC_MASKED,
	FAULT_LDRD_NOWHERE,
	FAULT_IN_IT_BLOCK,
};

#define FAULT_RESULTS 6   /* ipsr, CFSR, HFSR, BFAR, stacked pc, how far that is from the instruction */
#define TRACE_ISR     100 /* an interrupt handler notes this and its exception number */

#endif
