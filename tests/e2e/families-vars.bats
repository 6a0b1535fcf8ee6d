#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# On every virtual chip: variables of every type, reported by the firmware; bad input; and GDB where families-f.bats has not
# been.

load ../lib/helpers
load ../lib/families

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

@test "stm32l073rz: every type" { every_type stm32l073rz; }
@test "stm32f030r8: every type" { every_type stm32f030r8; }
@test "stm32f072rb: every type" { every_type stm32f072rb; }
@test "stm32f103rb: every type" { every_type stm32f103rb; }
@test "stm32f303re: every type" { every_type stm32f303re; }
@test "stm32f207zg: every type" { every_type stm32f207zg; }
@test "stm32f401cc: every type" { every_type stm32f401cc; }
@test "stm32f767zi: every type" { every_type stm32f767zi; }
@test "stm32f767zi-dual: every type" { every_type stm32f767zi-dual; }
@test "stm32l476rg: every type" { every_type stm32l476rg; }
@test "stm32g071rb: every type" { every_type stm32g071rb; }
@test "stm32g0b1re: every type" { every_type stm32g0b1re; }
@test "stm32g474re: every type" { every_type stm32g474re; }
@test "stm32wb55rg: every type" { every_type stm32wb55rg; }
@test "stm32wle5jc: every type" { every_type stm32wle5jc; }
@test "stm32l552ze: every type" { every_type stm32l552ze; }
@test "stm32u575zi: every type" { every_type stm32u575zi; }
@test "stm32h743zi: every type" { every_type stm32h743zi; }

@test "stm32l073rz: bad input" { refuses stm32l073rz 8192; }
@test "stm32f030r8: bad input" { refuses stm32f030r8 8192; }
@test "stm32f072rb: bad input" { refuses stm32f072rb 8192; }
@test "stm32f103rb: bad input" { refuses stm32f103rb 8192; }
@test "stm32f303re: bad input" { refuses stm32f303re 8192; }
@test "stm32f207zg: bad input" { refuses stm32f207zg 16384; }
@test "stm32f401cc: bad input" { refuses stm32f401cc 16384; }
@test "stm32f767zi: bad input" { refuses stm32f767zi 32768; }
@test "stm32f767zi-dual: bad input" { refuses stm32f767zi-dual 16384; }
@test "stm32l476rg: bad input" { refuses stm32l476rg 8192; }
@test "stm32g071rb: bad input" { refuses stm32g071rb 8192; }
@test "stm32g0b1re: bad input" { refuses stm32g0b1re 8192; }
@test "stm32g474re: bad input" { refuses stm32g474re 8192; }
@test "stm32wb55rg: bad input" { refuses stm32wb55rg 8192; }
@test "stm32wle5jc: bad input" { refuses stm32wle5jc 8192; }
@test "stm32l552ze: bad input" { refuses stm32l552ze 8192; }
@test "stm32u575zi: bad input" { refuses stm32u575zi 8192; }
@test "stm32h743zi: bad input" { refuses stm32h743zi 131072; }

@test "stm32f767zi-dual: GDB" { gdb_session stm32f767zi-dual; }
@test "stm32l476rg: GDB" { gdb_session stm32l476rg; }
@test "stm32g071rb: GDB" { gdb_session stm32g071rb; }
@test "stm32g0b1re: GDB" { gdb_session stm32g0b1re; }
@test "stm32g474re: GDB" { gdb_session stm32g474re; }
@test "stm32wb55rg: GDB" { gdb_session stm32wb55rg; }
@test "stm32wle5jc: GDB" { gdb_session stm32wle5jc; }
@test "stm32l552ze: GDB" { gdb_session stm32l552ze; }
@test "stm32u575zi: GDB" { gdb_session stm32u575zi; }
@test "stm32h743zi: GDB" { gdb_session stm32h743zi; }
