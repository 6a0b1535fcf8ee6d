/* SPDX-License-Identifier: MIT */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <stdint.h>

#define HEX 16

#ifdef __cplusplus
class Printer
{
      public:
	void begin(unsigned long)
	{
	}
	operator bool()
	{
		return true;
	}
	void print(const char *text);
	void print(unsigned long number, int base = 10);
	void println(const char *text)
	{
		print(text), print("\n");
	}
	void println(unsigned long number, int base = 10)
	{
		print(number, base), print("\n");
	}
};
extern Printer Serial;

extern "C" {
#endif
void setup(void);
void loop(void);
void delay(unsigned long ms);
#ifdef __cplusplus
}
#endif

#endif
