/* SPDX-License-Identifier: MIT */
/*
 * SHA-256 of a file (FIPS 180-4, 6.2): which image an upload wrote.
 */
#ifndef SHA256_H
#define SHA256_H

#define SHA256_TEXT 65

/* Lower-case hex, as sha256sum prints it. 0, or -1 after an error line. */
int sha256_file(const char *path, char hex[SHA256_TEXT]);

#endif
