# SPDX-License-Identifier: MIT
# Every task of the project. `make help` lists them. Everything built goes to build/.

CROSS_COMPILE ?= arm-none-eabi-
PREFIX        ?= /usr/local
DESTDIR       ?=
V             ?= 0
Q             := $(if $(filter 1,$(V)),,@)
say            = $(if $(filter 1,$(V)),@:,@printf '  %-7s %s\n' "$(1)" "$(2)")

CC     ?= cc
WARN   := -Wall -Wextra -Wmissing-prototypes -Werror
CFLAGS ?= -O2 -g
SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

all: vboard firmware ## build the virtual board and the firmware

help: ## list the tasks
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | sort | \
	 while IFS='|' read -r t d; do printf '  make %-10s %s\n' "$$t" "$$d"; done

clean: ## remove everything built
	$(Q)rm -rf build

# ---- set-up ---------------------------------------------------------------------------------------------------

setup: ## install the Debian packages that are missing
	$(Q)tools/setup.sh

# ---- tools/vboard ---------------------------------------------------------------------------------------------

VBOARD_SRC  := $(wildcard tools/vboard/*.c)
VBOARD_OBJ  := $(VBOARD_SRC:tools/vboard/%.c=build/vboard.o/%.o)
VBOARD_LIBS := -lunicorn

vboard: build/vboard

build/vboard: $(VBOARD_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(VBOARD_LIBS)

build/vboard.o/%.o: tools/vboard/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(VBOARD_OBJ:.o=.d)

# ---- firmware -------------------------------------------------------------------------------------------------

firmware:

# ---- tests ----------------------------------------------------------------------------------------------------

.PHONY: all help clean setup vboard firmware
