# SPDX-License-Identifier: MIT
# Nameplate for a Makefile of your own:
#
#     FIRMWARE := app.elf                   what `make upload` programs
#     BOARD    := board/st_nucleo_l1.cfg    OpenOCD's file for the board
#     CHIP     := stm32l152re               the part (nameplate --list-chips); NAMEPLATE_BASE and NAMEPLATE_SIZE instead, or
#                                           for another region than its default one
#     include nameplate.mk
#
#     $(FIRMWARE): main.c $(NAMEPLATE_SOURCES)
#             $(CC) $(CFLAGS) $(NAMEPLATE_CFLAGS) -o $@ $^ -T mine.ld $(NAMEPLATE_LDFLAGS)
#             $(NAMEPLATE_CHECK)
#
# It adds these tasks:
#     make upload SERIAL=42                          firmware and serial number
#     make upload SERIAL=42 VARS="hwrev=B2" VERIFY=1  and values, reported by the firmware itself
#     make upload SERIAL=42 EXPECT="SN 42"           verified by a line of the firmware's own
#     make nameplate SERIAL=42                       the values alone
#     make nameplate-list, make nameplate-erase
# KEEP=1 leaves a serial number alone that the device has already. OPENOCD and OPENOCD_FLAGS change how OpenOCD is run.
# Settings such as NAMEPLATE_TIMEOUT := 20, before the include or on the command line, go to OpenOCD.

OPENOCD ?= openocd

_NAMEPLATE := $(patsubst %/,%,$(dir $(realpath $(lastword $(MAKEFILE_LIST)))))
ifneq ($(words $(_NAMEPLATE)),1)
  $(error $(lastword $(MAKEFILE_LIST)) is in a folder with a space in its name, which make cannot take: move it)
endif

# In a checkout, or as installed: PREFIX/include/nameplate.mk.
ifneq ($(wildcard $(_NAMEPLATE)/upload.tcl),)
  _NAMEPLATE := $(realpath $(_NAMEPLATE)/../..)
  NAMEPLATE_TCL := $(_NAMEPLATE)/openocd/nameplate.tcl
  _NAMEPLATE_JOB := $(_NAMEPLATE)/tools/make/upload.tcl
  _NAMEPLATE_READER := $(_NAMEPLATE)/firmware
  _NAMEPLATE_LINKER := $(_NAMEPLATE)/firmware/linker
  NAMEPLATE_TOOL := $(_NAMEPLATE)/build/nameplate
else
  _NAMEPLATE := $(realpath $(_NAMEPLATE)/..)/share
  NAMEPLATE_TCL := $(_NAMEPLATE)/openocd/site/nameplate.tcl
  _NAMEPLATE_JOB := $(_NAMEPLATE)/nameplate/make/upload.tcl
  _NAMEPLATE_READER := $(_NAMEPLATE)/nameplate/firmware
  _NAMEPLATE_LINKER := $(_NAMEPLATE)/nameplate/linker
  NAMEPLATE_TOOL := $(realpath $(_NAMEPLATE)/..)/bin/nameplate
endif

# The linker keeps the firmware out of the reserved flash, tells the reader where that is, and on flash with ECC puts in the
# handler: the tool knows each part. A second linker script: it goes after your own -T, whose symbols it looks at.
_NAMEPLATE_PLACE := $(if $(CHIP),--chip $(CHIP)) $(if $(NAMEPLATE_BASE),--base $(NAMEPLATE_BASE) --size $(NAMEPLATE_SIZE))
_NAMEPLATE_LD := $(dir $(FIRMWARE))nameplate-$(subst $() ,-,$(strip $(CHIP) $(NAMEPLATE_BASE) $(NAMEPLATE_SIZE))).ld
NAMEPLATE_LDFLAGS := -L$(_NAMEPLATE_LINKER) -T $(_NAMEPLATE_LD)

$(FIRMWARE): | $(_NAMEPLATE_LD)

ifeq ($(wildcard $(NAMEPLATE_TOOL)),)
$(NAMEPLATE_TOOL):
	@echo "Error: there is no $@, which says where the region is: run make tool in $(_NAMEPLATE)" >&2; exit 1
endif

$(_NAMEPLATE_LD): $(NAMEPLATE_TOOL)
	@$< region $(_NAMEPLATE_PLACE) --ld > $@ || { rm -f $@; exit 1; }

# What the linker cannot be asked: sections of any name. An ELF that fails does not stay, or make would take it for a good one.
NAMEPLATE_CHECK = @$(NAMEPLATE_TOOL) region $(_NAMEPLATE_PLACE) --check $@ || { rm -f $@; exit 1; }

# The reader: nameplate.h and its sources. An H7 needs its guarded loads (nameplate_ecc.h).
NAMEPLATE_SOURCES := $(wildcard $(_NAMEPLATE_READER)/nameplate*.c)
NAMEPLATE_CFLAGS := -I$(_NAMEPLATE_READER) $(if $(findstring nameplate-guarded.ld,$(shell \
  $(NAMEPLATE_TOOL) region $(_NAMEPLATE_PLACE) --ld 2>/dev/null)),-DNAMEPLATE_GUARDED_LOADS)

_NAMEPLATE_RUN = $(OPENOCD) $(OPENOCD_FLAGS) -f $(or $(BOARD),$(error set BOARD to OpenOCD's file for the board)) \
  -f $(NAMEPLATE_TCL) -f $(_NAMEPLATE_JOB)

_NAMEPLATE_TASKS := upload nameplate nameplate-list nameplate-erase
_NAMEPLATE_SETTINGS := NAMEPLATE_BASE NAMEPLATE_SIZE NAMEPLATE_SAVE_DIR NAMEPLATE_BEFORE_WRITE NAMEPLATE_TIMEOUT NAMEPLATE_MAX_OUTPUT \
  NAMEPLATE_VERBOSE NAMEPLATE_LEDGER NAMEPLATE_LEDGER_PROGRAM
$(foreach setting,$(_NAMEPLATE_SETTINGS),$(eval $(_NAMEPLATE_TASKS): export $(setting) := $$($(setting))))

# What the command line gave, for upload.tcl to find what is misspelt; not in a make below another, whose variables they are.
$(_NAMEPLATE_TASKS): export NAMEPLATE_GIVEN := $(strip $(if $(filter 0,$(MAKELEVEL)),$(foreach name,$(.VARIABLES),$(if \
  $(filter command,$(firstword $(origin $(name)))),$(name)))))
$(_NAMEPLATE_TASKS): export NAMEPLATE_KNOWN := SERIAL VARS VERIFY EXPECT KEEP FIRMWARE BOARD CHIP OPENOCD OPENOCD_FLAGS \
  $(_NAMEPLATE_SETTINGS) NAMEPLATE_STATION NAMEPLATE_TOOL NAMEPLATE_CFLAGS NAMEPLATE_LDFLAGS NAMEPLATE_SOURCES
$(_NAMEPLATE_TASKS): export NAMEPLATE_MAKEFILES = $(filter-out %nameplate.mk,$(MAKEFILE_LIST))

upload nameplate: export NAMEPLATE_SERIAL = $(SERIAL)
upload nameplate: export NAMEPLATE_VARS = $(VARS)
upload: export NAMEPLATE_FIRMWARE = $(FIRMWARE)
# Whether VARIABLE=1 was said. What is 0 or no is not taken for yes.
_nameplate_said = $(if $(filter-out 1,$($1)),$(error $1=$($1): say $1=1, or leave it out),$($1))
upload: export NAMEPLATE_WORDS = $(if $(EXPECT),expect {$(EXPECT)},$(if $(call _nameplate_said,VERIFY),verify,noverify)) \
  $(if $(call _nameplate_said,KEEP),keep)
nameplate: export NAMEPLATE_WORDS = noverify $(if $(call _nameplate_said,KEEP),keep)

upload: $(FIRMWARE) ## program the firmware and the values: SERIAL=42 VARS="hwrev=B2" VERIFY=1
	$(_NAMEPLATE_RUN) -c '{*}[_np_make_job]'

nameplate: ## write the values, leave the firmware alone
	$(_NAMEPLATE_RUN) -c '{*}[_np_make_job]'

nameplate-list: ## show the values on the device
	@$(_NAMEPLATE_RUN) -c '{*}[_np_make_job nameplate list]'

nameplate-erase: ## erase the values
	$(_NAMEPLATE_RUN) -c '{*}[_np_make_job nameplate erase]'

.PHONY: $(_NAMEPLATE_TASKS)
