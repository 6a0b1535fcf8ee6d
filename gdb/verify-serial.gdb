# SPDX-License-Identifier: MIT
# Checks a device's serial number from a script; ends with status 0 if it is the expected one, else 1.
#
#     gdb-multiarch -batch -nx -ex 'set $expected = 42' -x gdb/nameplate.gdb -x gdb/verify-serial.gdb demo.elf
#
# GDB cannot tell a script where it lies; gdb/nameplate.gdb may be left out where that path is right.
# It connects to OpenOCD at localhost:3333, unless the command line has connected already, as with
# -ex 'target extended-remote HOST:PORT'.
# Reads only: the target is halted while GDB is connected, and goes on when it leaves.

# An error below ends GDB with status 1 at once: nothing can be taken for success.
if $_isvoid($expected)
  echo Error: no serial number to compare with: add -ex 'set $expected = 42' before -x\n
  quit 1
end
if $_thread == 0
  target extended-remote localhost:3333
end
if $_isvoid($_np_nibbles)
  source gdb/nameplate.gdb
end
nameplate-serial
set confirm off
if $serial == $expected
  quit 0
end
printf "Error: the device's serial number is not %llu\n", (unsigned long long)$expected
quit 1
