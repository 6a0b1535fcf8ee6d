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

all: vboard tool ledger firmware ## Build: the host programs and the firmware
	@:

help: ## Try: list the tasks
	@awk -F ':.*## |: ' '/^[a-z][a-z-]*:.*## [A-Z][a-z ]*: / { tasks[$$2] = tasks[$$2] sprintf("  make %-13s %s\n", $$1, $$3) } \
	  END { n = split("Try,Build,Test,Measure,Give away", groups, ","); \
	    for (i = 1; i <= n; i++) printf "%s%s:\n%s", (i > 1 ? "\n" : ""), groups[i], tasks[groups[i]] }' $(MAKEFILE_LIST)

clean: ## Build: remove everything built
	$(Q)rm -rf build

# The version is in firmware/nameplate.h. What is copied without it has a copy of its own.
VERSION := $(shell sed -n 's/^#define NAMEPLATE_VERSION "\(.*\)"/\1/p' firmware/nameplate.h)

version: ## Give away: write the version everywhere, TO=0.2.0
	$(Q)expr "$(TO)" : '[0-9]*\.[0-9]*\.[0-9]*$$' >/dev/null || { echo "Error: TO=$(TO): give a version like 0.2.0" >&2; exit 1; }
	$(Q)sed -i 's/^\(#define NAMEPLATE_VERSION \).*/\1"$(TO)"/' firmware/nameplate.h
	$(Q)sed -i 's/^\(  "version": \).*/\1"$(TO)",/' firmware/library.json
	$(Q)sed -i 's/^version=.*/version=$(TO)/' firmware/library.properties
	$(Q)sed -i 's/\(GIT_TAG v\|--branch v\)[0-9.]*/\1$(TO)/' tools/make/README.md tools/ci/*.yml
	$(Q)sed -i 's/^\(set _np_version \).*/\1$(TO)/' openocd/nameplate/commands.tcl

# ---- set-up ---------------------------------------------------------------------------------------------------

setup: ## Try: install the packages that building and testing need
	$(Q)tools/setup.sh test

# ---- tools/vboard ---------------------------------------------------------------------------------------------

VBOARD_SRC  := $(wildcard tools/vboard/*.c tools/vboard/*/*.c)
VBOARD_OBJ  := $(VBOARD_SRC:tools/vboard/%.c=build/vboard.o/%.o)
VBOARD_LIBS := -lunicorn
VBOARD_FLAGS := -std=c11 -D_GNU_SOURCE $(WARN) -Itools/vboard

vboard: build/vboard

build/vboard: $(VBOARD_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(VBOARD_LIBS)

build/vboard.o/%.o: tools/vboard/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(VBOARD_FLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

build/vboard.o/main.o build/asan/main.o: VBOARD_FLAGS += -DNAMEPLATE_VERSION='"$(VERSION)"'
build/vboard.o/main.o build/asan/main.o: firmware/nameplate.h

-include $(VBOARD_OBJ:.o=.d)

# ---- tools/nameplate ------------------------------------------------------------------------------------------

# Its decoder is the firmware's reader, the same source.
TOOL_SRC   := $(wildcard tools/nameplate/*.c tools/nameplate/formats/*.c)
TOOL_OBJ   := $(TOOL_SRC:tools/nameplate/%.c=build/tool.o/%.o) build/tool.o/reader.o
TOOL_FLAGS := -std=c11 -D_GNU_SOURCE $(WARN) -Ifirmware -Itools/nameplate -Ibuild/tool.gen

tool: build/nameplate ## Build: the encoder and decoder for other tools

build/nameplate: $(TOOL_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

# One table says what a part is.
build/tool.gen/parts.inc: tools/nameplate/parts.awk firmware/parts.csv
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && awk -f $^ > $@

build/tool.o/chips.o build/asan/tool/chips.o: build/tool.gen/parts.inc

build/tool.o/%.o: tools/nameplate/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(TOOL_FLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

build/tool.o/reader.o: firmware/nameplate.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) -std=c99 $(WARN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The same, sanitized, for the tests.
TOOL_ASAN := $(TOOL_OBJ:build/tool.o/%=build/asan/tool/%)

build/asan/nameplate: $(TOOL_ASAN)
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^

build/asan/tool/%.o: tools/nameplate/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(TOOL_FLAGS) $(SANITIZE) -MMD -MP -c -o $@ $<

build/asan/tool/reader.o: firmware/nameplate.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) -std=c99 $(WARN) $(SANITIZE) -MMD -MP -c -o $@ $<

build/tests/test_encode: tests/unit/test_encode.c $(filter-out %/main.o,$(TOOL_ASAN))
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(TOOL_FLAGS) $(SANITIZE) -MMD -MP -o $@ $(filter %.c %.o,$^) -lcmocka

-include $(TOOL_OBJ:.o=.d) $(TOOL_ASAN:.o=.d)
.PHONY: tool

# ---- tools/ledger ---------------------------------------------------------------------------------------------

# Values and error lines are those of tools/nameplate.
LEDGER_SRC   := $(wildcard tools/ledger/*.c)
LEDGER_OBJ   := $(LEDGER_SRC:tools/ledger/%.c=build/ledger.o/%.o)
LEDGER_TOOL  := error.o number.o output.o value.o
LEDGER_FLAGS := -std=c11 -D_GNU_SOURCE $(WARN) -Itools/ledger -Itools/nameplate -Ifirmware $(addprefix -I,$(shell pg_config --includedir 2>/dev/null))
LEDGER_LIBS  := -lsqlite3 -lpq -lcsv -ljansson

ledger: build/nameplate-ledger ## Build: the ledger of numbers

build/nameplate-ledger: $(LEDGER_OBJ) $(LEDGER_TOOL:%=build/tool.o/%)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LEDGER_LIBS)

build/ledger.o/%.o: tools/ledger/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(LEDGER_FLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The same, sanitized, for the tests.
LEDGER_ASAN := $(LEDGER_OBJ:build/ledger.o/%=build/asan/ledger/%)

build/asan/nameplate-ledger: $(LEDGER_ASAN) $(LEDGER_TOOL:%=build/asan/tool/%)
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LEDGER_LIBS)

build/asan/ledger/%.o: tools/ledger/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(LEDGER_FLAGS) $(SANITIZE) -MMD -MP -c -o $@ $<

-include $(LEDGER_OBJ:.o=.d) $(LEDGER_ASAN:.o=.d)
.PHONY: ledger

# ---- firmware -------------------------------------------------------------------------------------------------

# A chip is a row of firmware/chips.txt, and a part of firmware/parts.csv; its firmware goes to build/firmware/CHIP/, its linker scripts to FW_LD.
FW_CHIPS := firmware/chips.txt
FW_PARTS := firmware/parts.csv
CHIPS    := $(shell sed 's/[ \#].*//' $(FW_CHIPS))
FW_LD    := build/firmware/linker
FW_DEMO  := $(CHIPS:%=build/firmware/%/demo.elf)
FW_OBJ   := $(foreach c,$(CHIPS),$(addprefix build/firmware/$(c)/,nameplate.o nameplate_ecc.o start.o main.o))

# $(call chip,CHIP,N): field N of the row
chip        = $(shell awk -v chip=$(1) '$$1 == chip && $$$(2) != "-" { print $$$(2) }' $(FW_CHIPS))
# $(call part,CHIP,N): field N of its part
part        = $(shell awk -F, -v part=$(call chip,$(1),2) '$$1 == part { print $$$(2) }' $(FW_PARTS))
FW_MACHINE  = -mthumb -mcpu=$(call part,$*,2)
FW_CFLAGS   = -std=c99 $(WARN) -Wpedantic $(FW_MACHINE) -Os -g -ffunction-sections -fdata-sections $(call chip,$*,6) \
              $(if $(filter guarded,$(call part,$*,9)),-DNAMEPLATE_GUARDED_LOADS)
FW_LDFLAGS  = $(FW_MACHINE) --specs=nano.specs --specs=rdimon.specs -nostartfiles -Wl,--gc-sections \
              -Wl,--fatal-warnings -L$(FW_LD) -Lfirmware/linker -T $*.ld
# The region, where it is not the default one
FW_REGION   = $(if $(call chip,$*,5),--base $(subst :, --size ,$(call chip,$*,5)))

firmware: $(FW_DEMO) $(CHIPS:%=$(FW_LD)/nameplate-%.ld) ## Build: reader, linker scripts and demo for all chips

define FW_COMPILE
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CROSS_COMPILE)gcc $(FW_CFLAGS) -Ifirmware -MMD -MP -c -o $@ $<
endef

$(CHIPS:%=build/firmware/%/nameplate.o): FW_CFLAGS += -ffreestanding
$(CHIPS:%=build/firmware/%/nameplate.o): build/firmware/%/nameplate.o: firmware/nameplate.c $(FW_CHIPS) $(FW_PARTS)
	$(FW_COMPILE)
$(CHIPS:%=build/firmware/%/nameplate_ecc.o): FW_CFLAGS += -ffreestanding
$(CHIPS:%=build/firmware/%/nameplate_ecc.o): build/firmware/%/nameplate_ecc.o: firmware/nameplate_ecc.c $(FW_CHIPS) $(FW_PARTS)
	$(FW_COMPILE)
$(CHIPS:%=build/firmware/%/start.o): build/firmware/%/start.o: firmware/demo/start.c $(FW_CHIPS) $(FW_PARTS)
	$(FW_COMPILE)
$(CHIPS:%=build/firmware/%/main.o): build/firmware/%/main.o: firmware/demo/main.c $(FW_CHIPS) $(FW_PARTS)
	$(FW_COMPILE)
$(CHIPS:%=$(FW_LD)/%.ld): $(FW_LD)/%.ld: firmware/linker/chip.ld.in firmware/linker/chip.awk $(FW_CHIPS) $(FW_PARTS)
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && awk -v chip=$* -f firmware/linker/chip.awk $(FW_CHIPS) $(FW_PARTS) $< > $@
$(CHIPS:%=$(FW_LD)/nameplate-%.ld): $(FW_LD)/nameplate-%.ld: build/nameplate $(FW_CHIPS)
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && build/nameplate region --chip $(call chip,$*,2) $(FW_REGION) --ld > $@

$(FW_DEMO): build/firmware/%/demo.elf: build/firmware/%/start.o build/firmware/%/main.o build/firmware/%/nameplate.o \
            build/firmware/%/nameplate_ecc.o $(FW_LD)/%.ld $(FW_LD)/nameplate-%.ld $(wildcard firmware/linker/nameplate*.ld)
	$(call say,LD,$@)
	$(Q)$(CROSS_COMPILE)gcc $(FW_LDFLAGS) -o $@ $(filter %.o,$^)

# The reader's text in bytes, linked with nothing else: `CPU PART BYTES`, a line each. `serial` is nameplate_serial alone,
# `named` a variable by name and type, `all` every function.
READER_serial := nameplate_serial
READER_find   := nameplate_find
READER_named  := nameplate_get
READER_all    := nameplate_serial nameplate_find nameplate_find_name nameplate_next nameplate_get

build/firmware/reader-sizes: firmware/nameplate.c firmware/nameplate.h
	$(call say,SIZE,$@)
	$(Q)mkdir -p build/firmware/size
	$(Q)($(foreach cpu,cortex-m3 cortex-m0plus,$(foreach part,serial find named all, \
	  $(CROSS_COMPILE)gcc -std=c99 -ffreestanding $(WARN) -mthumb -mcpu=$(cpu) -Os -ffunction-sections -fdata-sections \
	    -nostdlib -Wl,--gc-sections,-e,$(firstword $(READER_$(part))) $(READER_$(part):%=-Wl,-u,%) \
	    -Wl,--defsym=_nameplate_start=0x0801E000,--defsym=_nameplate_end=0x08020000 \
	    -o build/firmware/size/$(cpu)-$(part).elf $< && \
	  $(CROSS_COMPILE)size -A build/firmware/size/$(cpu)-$(part).elf | awk '/^\.(text|rodata|data|bss)/ { bytes += $$2 } \
	    END { print "$(cpu) $(part)", bytes }' && )) :) > $@

# Of these, the serial number alone on the Cortex-M3.
build/firmware/reader-size: build/firmware/reader-sizes
	$(Q)awk '/^cortex-m3 serial / { print $$3 }' $< > $@

-include $(FW_OBJ:.o=.d)

# ---- tests ----------------------------------------------------------------------------------------------------

# Unit tests link sanitized objects of the host programs; whole commands run on a sanitized virtual board.
UNIT     := $(patsubst tests/unit/%.c,build/tests/%,$(wildcard tests/unit/test_*.c)) build/tests/test_reader_guarded
TARGETS  := $(patsubst tests/unit/target/%.c,build/tests/target/%.bin,$(wildcard tests/unit/target/*.c))
ASAN_OBJ := $(VBOARD_SRC:tools/vboard/%.c=build/asan/%.o)
SUITES    = $(THROUGH) tests/style tests/power/power.py tests/power/families.py tests/power/unplug.py tests/ledger/uploads.py \
            $(wildcard tests/mutations/run) $(wildcard tests/tcl/*.tcl) $(wildcard tests/e2e/*.bats) tests/families/every-chip \
            tests/pyocd/run "tests/board/virtual stm32l476rg"
# Through each probe: what a user does, on every chip; power cuts, on a chip of each flash driver. And what needs a newer OpenOCD.
DRIVERS  := stm32l073rz stm32f103rb stm32f401cc stm32l476rg stm32h743zi
NEWER    := serial bad-input expect vars real-boards probes reset
THROUGH   = $(patsubst %,"tests/probes/through %",stlink stlink-dap jlink) "tests/probes/through bitbang stm32l152rb $(DRIVERS)" \
            $(patsubst %,"tests/power/families.py --probe % $(DRIVERS)",stlink-dap bitbang) \
            "tests/power/unplug.py --probe jlink" \
            $(patsubst %,"tests/probes/newer tests/e2e/%.bats",$(NEWER)) "tests/probes/newer tests/e2e/gdb.bats --filter OpenOCD"

test: ## Test: install what is missing, build, run every test
	$(Q)tools/setup.sh test
	$(Q)$(MAKE) -j$$(nproc) --no-print-directory all test-programs
	$(Q)EVERY=4 VBOARD="$(CURDIR)/build/asan/vboard" tests/run $(UNIT) $(SUITES)

# Units that can each be taken up again: every breakage, scenario, chip, and 10^7 mutations at a time.
LONG = $(patsubst %,"tests/mutations/run %",$(sort $(wildcard tests/mutations/*.mut))) \
        $(patsubst %,"tests/power/power.py --long %",$(shell tests/power/power.py --list)) \
        $(patsubst %,"tests/power/families.py --long %",$(filter-out stm32l152rb,$(VIRTUAL))) \
        $(patsubst %,"tests/power/unplug.py --long %",$(shell tests/power/unplug.py --list)) \
        $(patsubst %,"tests/board/virtual %",$(VIRTUAL)) \
        $(patsubst %,"tests/ledger/long %",ledger ledger-postgres ledger-server) \
        $(patsubst %,"tests/ledger/uploads.py --long %",sqlite postgres) \
        $(patsubst %,"tests/fuzz/run 10000000 %",$(shell seq 10))

check: ## Test: the style of C, Python and shell
	$(Q)tools/setup.sh test
	$(Q)tests/style

test-long: ## Test: every power cut and breakage; hours; can be stopped
	$(Q)tools/setup.sh test
	$(Q)$(MAKE) -j$$(nproc) --no-print-directory all test-programs
	$(Q)JOBS=$${JOBS:-$$(nproc)} TEST_TIMEOUT=14400 tests/run --resume build/tests/long $(LONG)

test-programs: $(UNIT) $(TARGETS) build/asan/vboard build/asan/nameplate build/asan/nameplate-ledger build/tests/images build/fuzz/fuzz_reader build/fuzz/seeds/.made

build/asan/%.o: tools/vboard/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(VBOARD_FLAGS) $(SANITIZE) -MMD -MP -c -o $@ $<

# The board of the tests is started some thousand times: linked with Unicorn's archive it begins in 13 ms, with the shared library in 21.
UNICORN_A := $(wildcard $(shell $(CC) -print-file-name=libunicorn.a))
TEST_LIBS := $(if $(UNICORN_A),-no-pie $(UNICORN_A) -lpthread -lm,$(VBOARD_LIBS))

build/asan/vboard: $(ASAN_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(TEST_LIBS)

build/asan/host.a: $(filter-out %/main.o,$(ASAN_OBJ)) build/asan/nameplate.o build/asan/board_fixture.o
	$(Q)rm -f $@ && $(AR) rcs $@ $^

build/asan/nameplate.o: firmware/nameplate.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) -std=c99 $(WARN) $(SANITIZE) -MMD -MP -c -o $@ $<

build/asan/board_fixture.o: tests/unit/board_fixture.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(SANITIZE) -Itools/vboard -MMD -MP -c -o $@ $<

build/tests/test_%: tests/unit/test_%.c build/asan/host.a
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(SANITIZE) -Itools/vboard -Ifirmware -Itests/unit \
	  -DTARGET_DIR='"build/tests/target"' -MMD -MP -o $@ $< build/asan/host.a $(VBOARD_LIBS) -lcmocka

build/tests/test_reader_guarded: tests/unit/test_reader.c firmware/nameplate.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(SANITIZE) -Ifirmware -Itests/unit -DNAMEPLATE_GUARDED_LOADS -MMD -MP -o $@ $^ -lcmocka

# Makes the images that power cuts leave; not sanitized, it makes many.
build/tests/images: tests/power/images.c firmware/nameplate.c $(filter-out build/vboard.o/main.o,$(VBOARD_OBJ))
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(CFLAGS) -Itools/vboard -Ifirmware -o $@ $^ $(VBOARD_LIBS)

build/tests/target/%.elf: tests/unit/target/%.c tests/unit/target/target.ld
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CROSS_COMPILE)gcc -mcpu=cortex-m3 -mthumb -Os -g -ffreestanding -nostdlib $(WARN) \
	  -MMD -MP -T tests/unit/target/target.ld -o $@ $<

build/tests/target/%.bin: build/tests/target/%.elf
	$(Q)$(CROSS_COMPILE)objcopy -O binary $< $@

-include $(ASAN_OBJ:.o=.d) $(UNIT:=.d) build/asan/nameplate.d build/asan/board_fixture.d
.PRECIOUS: build/tests/target/%.elf

# ---- fuzz -----------------------------------------------------------------------------------------------------

# clang's libFuzzer; the seeds are the shared vectors.
FUZZ_CC    ?= clang
FUZZ_FLAGS := -O2 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
              -fno-sanitize-coverage=trace-cmp -fsanitize-coverage-ignorelist=tests/fuzz/uncovered.txt
RUNS       ?= 1000000

fuzz: build/fuzz/fuzz_reader build/fuzz/seeds/.made ## Test: fuzz the C reader, RUNS=1000000 mutations
	$(Q)tests/fuzz/run $(RUNS)

build/fuzz/fuzz_reader: tests/fuzz/fuzz_reader.c firmware/nameplate.c firmware/nameplate.h tests/fuzz/uncovered.txt
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(FUZZ_CC) -std=c11 $(WARN) $(FUZZ_FLAGS) -Ifirmware -o $@ $(filter %.c,$^)

build/fuzz/seeds/.made: tests/vectors/make.py
	$(Q)rm -rf $(@D) && mkdir -p $(@D) && python3 $< seeds $(@D) && touch $@

.PHONY: fuzz

# ---- demo, bench, install -------------------------------------------------------------------------------------

demo: ## Try: build, and do the main job on a virtual board
	$(Q)tools/setup.sh build
	$(Q)$(MAKE) -j$$(nproc) --no-print-directory all
	$(Q)tools/demo.sh

# BOARD, IMAGE, CHIP, YES, RESTORE, OPENOCD and GDB reach it in the environment (tests/board/README.md).
board-test: ## Try: every promise on a real board, BOARD=board/X.cfg
	$(Q)tools/setup.sh build
	$(Q)$(MAKE) -j$$(nproc) --no-print-directory all
	$(Q)tests/board/run

bench: ## Measure: wire, time and code size against other ways
	$(Q)tools/setup.sh build
	$(Q)tools/setup.sh bench
	$(Q)$(MAKE) -j$$(nproc) --no-print-directory all build/firmware/reader-sizes
	$(Q)tests/bench/run --write
	$(Q)tests/bench/plot.py

picture: ## Measure: draw the README's terminal from real output
	$(Q)tools/setup.sh picture
	$(Q)$(MAKE) --no-print-directory all
	$(Q)tools/picture/picture.py tools/picture/upload.svg

bench-ledger: ## Measure: takes per second on SQLite and PostgreSQL
	$(Q)tools/setup.sh test
	$(Q)$(MAKE) --no-print-directory ledger
	$(Q)tests/ledger/bench.sh

# Chips that have a virtual board, and so a demo that it programs.
VIRTUAL := $(filter $(CHIPS),$(patsubst openocd/board/virtual-%.cfg,%,$(wildcard openocd/board/virtual-*.cfg)))
# In quotes, for the shell: either may have a space.
TO := "$(DESTDIR)$(PREFIX)"
# OpenOCD 0.12 looks for scripts in PREFIX/share/openocd/site of its own prefix: [find nameplate.tcl].
SITE := $(TO)/share/openocd/site
DATA := $(TO)/share/nameplate
# CMake's find_package and make's include look below PREFIX too.
CMAKE := $(TO)/lib/cmake/nameplate
# bash finds a program's completion by its name.
COMPLETIONS := $(TO)/share/bash-completion/completions

# The pages, in folders as here, so that what leads from one to the other does; vboard's is its own.
PAGES := $(filter-out build/% tools/vboard/%,$(wildcard *.md */*.md */*/*.md))

install: all ## Give away: copy everything below PREFIX (/usr/local)
	$(Q)install -d $(SITE)/nameplate $(SITE)/board $(DATA)/gdb $(DATA)/firmware $(DATA)/linker \
	  $(DATA)/make $(DATA)/platformio $(CMAKE) $(TO)/bin $(TO)/include
	$(Q)install -m 644 openocd/nameplate.tcl $(SITE)
	$(Q)install -m 644 openocd/nameplate/*.tcl $(SITE)/nameplate
	$(Q)install -m 644 openocd/board/* $(SITE)/board
	$(Q)install -m 644 gdb/*.gdb gdb/*.py $(DATA)/gdb
	$(Q)install -m 644 firmware/nameplate.h firmware/nameplate_ecc.h $(TO)/include
	$(Q)install -m 644 firmware/nameplate.c firmware/nameplate.h firmware/nameplate_ecc.c firmware/nameplate_ecc.h \
	  firmware/FORMAT.md $(DATA)/firmware
	$(Q)install -m 644 firmware/linker/*.ld $(FW_LD)/*.ld $(DATA)/linker
	$(Q)for chip in $(VIRTUAL); do install -D -m 644 build/firmware/$$chip/demo.elf $(DATA)/$$chip/demo.elf || exit; done
	$(Q)install -m 644 firmware/library.json firmware/library.properties firmware/parts.csv $(DATA)/firmware
	$(Q)install -m 644 tools/make/nameplate.mk $(TO)/include
	$(Q)install -m 644 tools/make/upload.tcl $(DATA)/make
	$(Q)install -m 644 tools/cmake/*.cmake $(CMAKE)
	$(Q)install -m 644 tools/platformio/*.py $(DATA)/platformio
	$(Q)install build/vboard $(TO)/bin
	$(Q)install build/nameplate tools/nameplate/nameplate-pyocd $(TO)/bin
	$(Q)install build/nameplate-ledger $(TO)/bin
	$(Q)install -D -m 644 tools/ledger/nameplate-ledger.1 $(TO)/share/man/man1/nameplate-ledger.1
	$(Q)for program in $(wildcard tools/*/*.bash); do \
	  install -D -m 644 $$program $(COMPLETIONS)/$$(basename $$program .bash) || exit; done
	$(Q)install -D -m 644 tools/nameplate/nameplate.1 $(TO)/share/man/man1/nameplate.1
	$(Q)install -D -m 644 tools/vboard/vboard.1 $(TO)/share/man/man1/vboard.1
	$(Q)for page in $(PAGES); do install -D -m 644 $$page $(TO)/share/doc/nameplate/$$page || exit; done
	$(Q)install -D -m 644 tools/vboard/README.md $(TO)/share/doc/nameplate-vboard/README.md

deb: ## Give away: Debian packages of what is committed, in build/deb
	$(Q)tools/setup.sh deb
	$(Q)tools/deb.sh $(VERSION)

.PHONY: picture all help clean version setup vboard firmware check test test-long test-programs demo board-test bench bench-ledger install deb
