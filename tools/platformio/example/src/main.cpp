/* SPDX-License-Identifier: MIT */
/* Prints what this device was given at its upload. */
#include <Arduino.h>
#include <nameplate.h>

static void report(void)
{
    uint32_t serial;
    char hwrev[16];

    if (nameplate_serial(&serial) == 0) {
        Serial.print("serial=");
        Serial.println((unsigned long)serial);
    } else {
        Serial.println("serial=none");
    }
    if (nameplate_text("hwrev", hwrev, sizeof hwrev) >= 0) {
        Serial.print("hwrev=");
        Serial.println(hwrev);
    }
}

void setup(void)
{
    Serial.begin(115200);
    report();
}

void loop(void)
{
    delay(1000);
}
