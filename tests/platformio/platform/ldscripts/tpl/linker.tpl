/* SPDX-License-Identifier: MIT */
MEMORY
{
    FLASH (rx)  : ORIGIN = 0x08000000, LENGTH = $flash
    RAM   (rwx) : ORIGIN = 0x20000000, LENGTH = $ram
}
ENTRY(Reset_Handler)
_estack = ORIGIN(RAM) + LENGTH(RAM);
SECTIONS
{
    .isr_vector : { KEEP(*(.isr_vector)) } >FLASH
    .text : { *(.text*) *(.rodata*) . = ALIGN(4); } >FLASH
    .ARM.exidx : { *(.ARM.extab* .ARM.exidx*) } >FLASH
    .data : { _sdata = .; *(.data*) . = ALIGN(4); _edata = .; } >RAM AT>FLASH
    _sidata = LOADADDR(.data);
    .bss (NOLOAD) : { _sbss = .; *(.bss* COMMON) . = ALIGN(8); _ebss = .; } >RAM
    end = .;
}
