/* SPDX-License-Identifier: MIT */
/*
 * What a link leaves of STM32duino's EEPROM library, by its names: a buffer as large as what is kept, functions that know
 * where that is, and an erase. A place is a constant on most families; without EEPROM_PLACE it is reckoned from the size of
 * the flash that the device says it has. Written for the tests; nothing runs it.
 */
#include <stdint.h>
#include <string.h>

#ifndef EEPROM_SIZE
#define EEPROM_SIZE 8192
#endif
#ifndef EEPROM_PLACE
#define EEPROM_PLACE (0x08000000u + *(volatile uint16_t *)0x1FFF75E0u * 1024u - EEPROM_SIZE)
#endif

static uint8_t eeprom_buffer[EEPROM_SIZE] __attribute__((aligned(8)));

void eeprom_buffer_fill(void)
{
	memcpy(eeprom_buffer, (const void *)EEPROM_PLACE, sizeof eeprom_buffer);
}

void eeprom_buffer_flush(void)
{
	for (uint32_t at = EEPROM_PLACE; at < EEPROM_PLACE + EEPROM_SIZE; at += 4)
		memcpy((void *)at, eeprom_buffer + (at - EEPROM_PLACE), 4);
}

void eeprom_write_byte(uint32_t at, uint8_t value)
{
	eeprom_buffer[at] = value;
	eeprom_buffer_flush();
}
