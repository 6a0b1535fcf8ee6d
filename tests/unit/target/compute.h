/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Computations that the host and the virtual core both do, from this one source: what they find must be the same.
 */
#ifndef COMPUTE_H
#define COMPUTE_H

#include <stdint.h>

enum { COMPUTE_PARTS = 14 };

static const uint32_t compute_table[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
					   0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
					   0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};

static inline uint32_t compute_crc(const uint32_t *words, unsigned count)
{
	uint32_t crc = 0xFFFFFFFF;

	for (unsigned i = 0; i < 8 * count; i++)
		crc = crc >> 4 ^ compute_table[(crc ^ words[i / 8] >> (4 * (i % 8))) & 15];
	return ~crc;
}

/* Many conditional instructions: what a compiler makes IT blocks of. */
static inline uint32_t compute_conditions(uint32_t a, uint32_t b)
{
	int32_t x = (int32_t)a, y = (int32_t)b;
	uint32_t r = 0;

	for (unsigned i = 0; i < 8; i++) {
		r = r << 3 | (x < y) << 2 | (a < b) << 1 | (x == y);
		if (x > y)
			x = (int32_t)((uint32_t)x - 77), r ^= 0x55;
		else
			y ^= (int32_t)r, r += 3;
		a = a > 1000 ? a >> 1 : a * 3 + 1;
		b = (b & 1) ? b ^ 0xEDB88320 : b >> 1;
		r = (r & 0x80000000u) ? ~r : r;
	}
	return r ^ a ^ b;
}

static inline uint32_t compute_switch(uint32_t a, uint32_t b)
{
	uint32_t r = b;

	for (unsigned i = 0; i < 16; i++) {
		/* clang-format off */
		switch ((a >> (2 * i) ^ r) & 15) {
		case 0: r += 0x1234; break;
		case 1: r ^= r << 7; break;
		case 2: r = r >> 3 | r << 29; break;
		case 3: r *= 5; break;
		case 4: r -= a; break;
		case 5: r = ~r; break;
		case 6: r ^= compute_table[r & 15]; break;
		case 7: r += i; break;
		case 8: r = r & 0xFF00FF00 ? r >> 8 : r << 8; break;
		case 9: r = __builtin_bswap32(r); break;
		case 10: r ^= 0xA5A5A5A5; break;
		default: r = r * 3 + 1; break;
		}
		/* clang-format on */
	}
	return r;
}

static inline uint32_t compute_narrow(uint32_t a, uint32_t b)
{
	int8_t c = (int8_t)a;
	int16_t h = (int16_t)b;
	uint8_t bytes[8];

	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)((i & 1 ? a : b) >> (4 * i));
	for (unsigned i = 0; i < 7; i++)
		bytes[i] = (uint8_t)(bytes[i] + bytes[7 - i] * (i + 1));
	return (uint32_t)(c * h) ^ (uint32_t)(bytes[0] | bytes[3] << 8 | bytes[5] << 16) ^ (uint32_t)bytes[6] << 24;
}

/* No division by zero, no shift by 32, no signed overflow: C must define the answer. */
static inline uint64_t compute(unsigned part, uint32_t a, uint32_t b)
{
	uint64_t wide = (uint64_t)a << 32 | b, other = (uint64_t)b << 32 | (a ^ 0x9E3779B9);
	uint32_t words[6] = {a, b, a ^ b, a + b, ~a, b - a};

	/* clang-format off */
	switch (part) {
	case 0: return a + b;
	case 1: return (uint64_t)(a - b) << 1 | (a < b);
	case 2: return (uint64_t)a * b;
	case 3: return (uint64_t)((int64_t)(int32_t)a * (int32_t)b);
	case 4: return b ? (uint64_t)(a / b) << 32 | a % b : 1;
	case 5: return b && !(a == 0x80000000 && b == 0xFFFFFFFF) ? (uint64_t)(uint32_t)((int32_t)a / (int32_t)b) << 32 | (uint32_t)((int32_t)a % (int32_t)b) : 2;
	case 6: return wide + other * 3;
	case 7: return other ? wide / other ^ wide % other << 1 : 3;
	case 8: return wide << (b & 63) ^ wide >> (a & 63) ^ (uint64_t)((int64_t)wide >> (a & 31));
	case 9: return compute_conditions(a, b);
	case 10: return compute_switch(a, b);
	case 11: return compute_crc(words, 6);
	case 12: return compute_narrow(a, b);
	default: return (uint64_t)(a ? (uint32_t)__builtin_clz(a) : 32) << 32 | (a << (b & 31) | (a >> 1) >> (31 - (b & 31)));
	}
	/* clang-format on */
}

#endif
