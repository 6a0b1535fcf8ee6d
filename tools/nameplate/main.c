/* SPDX-License-Identifier: MIT */
/*
 * nameplate: variables for the reserved flash of an STM32, for people whose tool is not OpenOCD.
 */
#include "options.h"

int main(int argc, char **argv)
{
	struct options options;
	enum command command;
	int status = options_parse(argc, argv, &command, &options);

	if (status < 0) {
		switch (command) {
		case COMMAND_ENCODE:
			status = command_encode(&options);
			break;
		case COMMAND_DECODE:
			status = command_decode(&options);
			break;
		case COMMAND_REGION:
			status = command_region(&options);
			break;
		}
	}
	variables_free(&options.variables);
	return status;
}
