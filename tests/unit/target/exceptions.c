/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Exceptions of every kind. Each part notes what it saw; the test knows what it should have been.
 */
#include "target.h"

#include "compute.h"
#include "exceptions.h"

/* clang-format off */
#define STK_CSR REGISTER(0xE000E010)
#define STK_RVR REGISTER(0xE000E014)
#define STK_CVR REGISTER(0xE000E018)
#define NVIC_ISER REGISTER(0xE000E100)
#define NVIC_ISPR REGISTER(0xE000E200)
#define NVIC_IPR0 REGISTER(0xE000E400)
#define ICSR REGISTER(0xE000ED04)
#define VTOR REGISTER(0xE000ED08)
#define AIRCR REGISTER(0xE000ED0C)
#define SCR REGISTER(0xE000ED10)
#define SHPR2 REGISTER(0xE000ED1C)
#define SHPR3 REGISTER(0xE000ED20)
#define SHCSR REGISTER(0xE000ED24)
#define CFSR REGISTER(0xE000ED28)
#define HFSR REGISTER(0xE000ED2C)
#define BFAR REGISTER(0xE000ED38)
#define DEMCR REGISTER(0xE000EDFC)
#define DHCSR REGISTER(0xE000EDF0)
#define DWT_CTRL REGISTER(0xE0001000)
#define DWT_CYCCNT REGISTER(0xE0001004)

#define BARRIER() __asm__ volatile("dsb\n isb" ::: "memory")
#define READ_SPECIAL(name)                                                                                             \
	({                                                                                                             \
		uint32_t value_;                                                                                       \
		__asm__ volatile("mrs %0, " name : "=r"(value_)::"memory");                                            \
		value_;                                                                                                \
	})
#define WRITE_SPECIAL(name, value) __asm__ volatile("msr " name ", %0\n isb" ::"r"(value) : "memory")
/* clang-format on */

void reset(void);
void svc_entry(void);
void fault_entry(void);
void svc_handler(uint32_t *frame, uint32_t exc_return);
void fault_handler(uint32_t *frame, uint32_t exc_return);
void pendsv_handler(void);
void systick_handler(void);
void irq_handler(void);
void relocated_handler(void);

static volatile uint32_t ticks, tick_times[8], resume, fault_at;
static uint64_t process_stack[64];

/* clang-format off */
__attribute__((section(".vectors"), used)) static const void *const vectors[32] = {
	stack_top, reset, fault_entry, fault_entry, fault_entry, fault_entry, fault_entry, [11] = svc_entry,
	[14] = pendsv_handler, [15] = systick_handler, [16] = irq_handler, [17] = irq_handler, [18] = irq_handler,
};

/* ---- handlers ---- */

#define ENTRY_WITH_FRAME(name, handler)                                                                                \
	__attribute__((naked)) void name(void)                                                                         \
	{                                                                                                              \
		__asm__ volatile("tst lr, #4\n ite eq\n mrseq r0, msp\n mrsne r0, psp\n mov r1, lr\n b " #handler);     \
	}
/* clang-format on */
ENTRY_WITH_FRAME(svc_entry, svc_handler)
ENTRY_WITH_FRAME(fault_entry, fault_handler)

/* SVC 0: notes what it sees, adds 1 to the caller's r0. SVC 1: makes the thread privileged again. */
void svc_handler(uint32_t *frame, uint32_t exc_return)
{
	unsigned number = ((uint8_t *)frame[6])[-2];

	if (number == 1) {
		WRITE_SPECIAL("control", READ_SPECIAL("control") & ~1u);
		return;
	}
	note(READ_SPECIAL("ipsr"));
	note(exc_return);
	note((uint32_t)frame);
	note(frame[0]);
	note(frame[7]);
	frame[0]++;
}

void fault_handler(uint32_t *frame, uint32_t exc_return)
{
	(void)exc_return;
	note(READ_SPECIAL("ipsr"));
	note(CFSR);
	note(HFSR);
	note(BFAR);
	note(frame[6]);
	note(frame[6] - fault_at);
	CFSR = 0xFFFFFFFF;
	HFSR = 0xFFFFFFFF;
	if (mailbox.part == PART_DOUBLE_FAULT)
		__asm__ volatile("udf #1");
	frame[6] = resume;
	frame[7] = 0x01000000;
}

void pendsv_handler(void)
{
	note(TRACE_ISR + READ_SPECIAL("ipsr"));
}

void systick_handler(void)
{
	if (ticks < 8)
		tick_times[ticks] = DWT_CYCCNT;
	ticks++;
}

/* IRQ 0 pends IRQ 1, which is more urgent, and IRQ 2, which is not. */
void irq_handler(void)
{
	uint32_t ipsr = READ_SPECIAL("ipsr");

	note(TRACE_ISR + ipsr);
	if (ipsr == 16 && mailbox.part == PART_NESTING) {
		NVIC_ISPR = 1u << 1 | 1u << 2;
		BARRIER();
		note(TRACE_ISR + ipsr); /* IRQ 1 has come and gone, IRQ 2 has not */
	}
}

void relocated_handler(void)
{
	note(TRACE_ISR + 50);
}

/* ---- parts ---- */

static uint32_t call_svc(uint32_t argument)
{
	register uint32_t r0 __asm__("r0") = argument;

	__asm__ volatile("svc #0" : "+r"(r0)::"memory");
	return r0;
}

static void start_systick(uint32_t reload, uint32_t control)
{
	ticks = 0;
	STK_CSR = 0;
	STK_RVR = reload;
	STK_CVR = 0;
	STK_CSR = control;
}

static void start_cycle_counter(void)
{
	DEMCR |= 1u << 24;
	DWT_CYCCNT = 0;
	DWT_CTRL |= 1;
}

static void run_systick_period(void)
{
	start_cycle_counter();
	start_systick(mailbox.arguments[0], mailbox.arguments[1] ? 7 : 3);
	while (ticks < 8)
		;
	STK_CSR = 0;
	for (unsigned i = 1; i < 8; i++)
		note(tick_times[i] - tick_times[i - 1]);
}

static void run_countflag(void)
{
	start_systick(200, 5);
	note(STK_CSR); /* not yet */
	for (unsigned i = 0; i < 400; i++)
		__asm__ volatile("");
	note(STK_CSR); /* has counted to 0 */
	note(STK_CSR); /* and reading cleared it */
	for (unsigned i = 0; i < 400; i++)
		__asm__ volatile("");
	STK_CVR = 1; /* writing any value clears counter and flag */
	note(STK_CSR);
	note(STK_CVR <= 200);
	note(ticks);
}

static void run_wfi(void)
{
	uint32_t before;

	start_cycle_counter();
	start_systick(50000, 7);
	before = DWT_CYCCNT;
	__asm__ volatile("wfi");
	note(ticks);
	note(DWT_CYCCNT - before);
	/* Masked: it wakes all the same, and the handler comes when the mask goes. */
	__asm__ volatile("cpsid i");
	__asm__ volatile("wfi");
	note(ticks);
	__asm__ volatile("cpsie i\n isb");
	note(ticks);
	STK_CSR = 0;
}

static void enable_irqs(void)
{
	NVIC_IPR0 = 0x00804080; /* IRQ 0: 0x80, IRQ 1: 0x40, IRQ 2: 0x80 */
	SHPR3 = 0x00F00000;     /* PendSV least urgent */
	NVIC_ISER = 7;
}

static void run_nesting(void)
{
	enable_irqs();
	note(1);
	ICSR = 1u << 28;
	BARRIER();
	NVIC_ISPR = 1u << 0; /* more urgent than PendSV, but that was first */
	BARRIER();
	note(2);
	note(NVIC_ISPR);
	note(REGISTER(0xE000E300)); /* NVIC_IABR */
}

static void run_primask(void)
{
	enable_irqs();
	__asm__ volatile("cpsid i");
	NVIC_ISPR = 1u << 1;
	BARRIER();
	note(1);
	note(NVIC_ISPR);
	__asm__ volatile("cpsie i\n isb");
	note(2);
	note(READ_SPECIAL("primask"));
}

static void run_basepri(void)
{
	enable_irqs();
	WRITE_SPECIAL("basepri", 0x80);
	ICSR = 1u << 28;
	NVIC_ISPR = 1u << 0;
	BARRIER();
	note(1); /* neither has come */
	NVIC_ISPR = 1u << 1;
	BARRIER();
	note(2); /* this one has */
	WRITE_SPECIAL("basepri", 0x90);
	note(READ_SPECIAL("basepri"));
	note(3); /* 0x90 lets IRQ 0 through, not PendSV */
	WRITE_SPECIAL("basepri", 0);
	note(4);
}

static void run_faultmask(void)
{
	enable_irqs();
	__asm__ volatile("cpsid f");
	NVIC_ISPR = 1u << 1;
	BARRIER();
	note(1);
	__asm__ volatile("cpsie f\n isb");
	note(2);
}

static void run_process_stack(void)
{
	WRITE_SPECIAL("psp", (uint32_t)&process_stack[64]);
	note(READ_SPECIAL("msp"));
	WRITE_SPECIAL("control", 2);
	note(call_svc(5));
	note((uint32_t)&process_stack[64] - READ_SPECIAL("psp") < 64);
	note(READ_SPECIAL("control"));
	WRITE_SPECIAL("control", 0);
	note(READ_SPECIAL("msp"));
	note((uint32_t)process_stack);
}

static void run_unprivileged(void)
{
	WRITE_SPECIAL("control", 1);
	note(READ_SPECIAL("control"));
	WRITE_SPECIAL("control", 0); /* has no effect */
	note(READ_SPECIAL("control"));
	note(call_svc(7));
	note(READ_SPECIAL("control"));
	__asm__ volatile("svc #1\n isb" ::: "r0", "r1", "r2", "r3", "r12", "memory");
	note(READ_SPECIAL("control"));
}

__attribute__((naked, noinline)) static uint32_t svc_with_odd_stack(uint32_t argument)
{
	(void)argument;
	__asm__ volatile(
		"push {r4, lr}\n mov r4, sp\n sub sp, #4\n svc #0\n add sp, #4\n cmp sp, r4\n it ne\n movne r0, #0\n pop {r4, pc}");
}

static void run_alignment(void)
{
	note(call_svc(1));
	note(svc_with_odd_stack(1));
}

/* clang-format off */
#define PROVOKE(instruction)                                                                                           \
	__asm__ volatile("adr r0, 1f\n str r0, [%0]\n adr r0, 2f\n str r0, [%1]\n ldr r0, =0x60000000\n movs r2, #5\n b 2f\n .ltorg\n .align 2\n2: " instruction "\n .align 2\n1:" ::"r"(&resume), "r"(&fault_at) : "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory")
/* clang-format on */

static void run_fault(void)
{
	SHCSR = mailbox.arguments[1];
	switch (mailbox.arguments[0]) {
	case FAULT_UNDEFINED:
		PROVOKE("udf #0");
		break;
	case FAULT_READ:
		PROVOKE("ldr r1, [r0, #8]");
		break;
	case FAULT_WRITE:
		PROVOKE("strb r2, [r0, #9]");
		break;
	case FAULT_PERIPHERAL:
		PROVOKE("ldr r0, =0x40023C0C\n str r2, [r0]\n b 1f\n .ltorg");
		break;
	case FAULT_BKPT:
		PROVOKE("bkpt #0xAB");
		break;
	case FAULT_JUMP_NOWHERE:
		PROVOKE("adds r0, #1\n bx r0");
		break;
	case FAULT_JUMP_TO_PERIPHERAL:
		PROVOKE("ldr r0, =0x40020001\n bx r0\n .ltorg");
		break;
	case FAULT_NO_THUMB:
		PROVOKE("adr r0, 1f\n bx r0");
		break;
	case FAULT_FPU:
		PROVOKE(".short 0xEE30, 0x0A00"); /* vadd.f32 s0, s0, s0 */
		break;
	case FAULT_SVC_MASKED:
		PROVOKE("cpsid i\n svc #0");
		__asm__ volatile("cpsie i");
		break;
	case FAULT_LDRD_NOWHERE:
		PROVOKE("ldrd r1, r2, [r0]");
		break;
	case FAULT_IN_IT_BLOCK:
		PROVOKE("cmp r2, #5\n ittt eq\n moveq r3, #1\n ldreq r1, [r0]\n moveq r3, #2");
		break;
	}
	note(0x600D);
	note(READ_SPECIAL("ipsr"));
}

static void run_interrupted(void)
{
	uint64_t sum = 0;

	start_systick(mailbox.arguments[2], 7);
	for (unsigned part = 0; part < COMPUTE_PARTS; part++) {
		uint64_t value = compute(part, mailbox.arguments[0], mailbox.arguments[1]);

		note((uint32_t)(value >> 32));
		note((uint32_t)value);
		sum = sum * 31 + value;
	}
	STK_CSR = 0;
	note((uint32_t)(sum >> 32));
	note((uint32_t)sum);
	note(ticks);
}

static void run_sysresetreq(void)
{
	note(mailbox.arguments[3]);
	if (mailbox.arguments[3]++ < 3) {
		STK_RVR = 1234; /* a reset forgets this */
		note(STK_RVR);
		AIRCR = 0x05FA0004;
		BARRIER();
		for (;;)
			;
	}
	note(STK_RVR);
}

static void run_cycles(void)
{
	uint32_t a, b, c;

	start_cycle_counter();
	__asm__ volatile(
		"ldr %0, [%3]\n nop\n nop\n nop\n ldr %1, [%3]\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n ldr %2, [%3]"
		: "=&r"(a), "=&r"(b), "=&r"(c)
		: "r"(&DWT_CYCCNT));
	note(b - a);
	note(c - b);
	DWT_CTRL &= ~1u;
	a = DWT_CYCCNT;
	for (unsigned i = 0; i < 10; i++)
		__asm__ volatile("nop");
	note(DWT_CYCCNT - a); /* stopped */
}

static void run_ticking(void)
{
	start_systick(mailbox.arguments[0], 7);
	for (;;) {
		mailbox.results[0]++;
		if (mailbox.arguments[1])
			mailbox.results[1] = call_svc(1);
		mailbox.results[2] = ticks;
	}
}

static void run_sleep_on_exit(void)
{
	enable_irqs();
	start_systick(1000, 7);
	SCR = 2; /* SLEEPONEXIT */
	__asm__ volatile("wfi");
	note(0xBAD); /* handlers only from here on */
}

static void run_self_halt(void)
{
	note(DHCSR & 1);
	DHCSR = 0xA05F0003;
	BARRIER();
	note(1);
}

/* The vector table in RAM. */
static void run_vtor(void)
{
	static uint32_t table[32] __attribute__((aligned(128)));

	for (unsigned i = 0; i < 32; i++)
		table[i] = ((const uint32_t *)vectors)[i];
	table[14] = (uint32_t)relocated_handler;
	VTOR = (uint32_t)table;
	ICSR = 1u << 28;
	BARRIER();
	VTOR = 0;
	ICSR = 1u << 28;
	BARRIER();
}

void reset(void)
{
	static void (*const parts[])(void) = {
		[PART_SVC] = 0,
		[PART_SYSTICK_PERIOD] = run_systick_period,
		[PART_COUNTFLAG] = run_countflag,
		[PART_WFI] = run_wfi,
		[PART_NESTING] = run_nesting,
		[PART_PRIMASK] = run_primask,
		[PART_BASEPRI] = run_basepri,
		[PART_FAULTMASK] = run_faultmask,
		[PART_PROCESS_STACK] = run_process_stack,
		[PART_UNPRIVILEGED] = run_unprivileged,
		[PART_ALIGNMENT] = run_alignment,
		[PART_FAULT] = run_fault,
		[PART_DOUBLE_FAULT] = run_fault,
		[PART_INTERRUPTED] = run_interrupted,
		[PART_SYSRESETREQ] = run_sysresetreq,
		[PART_CYCLES] = run_cycles,
		[PART_TICKING] = run_ticking,
		[PART_SLEEP_ON_EXIT] = run_sleep_on_exit,
		[PART_SELF_HALT] = run_self_halt,
		[PART_VTOR] = run_vtor,
	};

	ticks = 0;
	switch (mailbox.part) {
	case PART_SVC:
		note(call_svc(41));
		break;
	case PART_PENDSV:
		note(1);
		ICSR = 1u << 28;
		BARRIER();
		note(3);
		break;
	case PART_BAD_STACK:
		__asm__ volatile("mov sp, %0\n udf #0" ::"r"(0x60000100));
		break;
	default:
		parts[mailbox.part]();
	}
	finish();
}
