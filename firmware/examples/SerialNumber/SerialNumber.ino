/* SPDX-License-Identifier: MIT */
/* Prints the serial number that this device was given at its upload. */
#include <nameplate.h>

#ifndef PLATFORMIO
/*
 * The Arduino IDE passes no options of a sketch's own to the linker, so the reserved flash is named here: the last 8 KiB
 * of an STM32L152RB. For another chip take what `nameplate list` says. (In PlatformIO nameplate.py does this.)
 */
asm(".global _nameplate_start, _nameplate_end\n"
    ".equ _nameplate_start, 0x0801E000\n"
    ".equ _nameplate_end, 0x08020000\n");
#endif

void setup()
{
    uint32_t serial;

    Serial.begin(115200);
    if (nameplate_serial(&serial) == 0) {
        Serial.print("serial=");
        Serial.println((unsigned long)serial);
    } else {
        Serial.println("serial=none");
    }
}

void loop()
{
    delay(1000);
}
