# SPDX-License-Identifier: MIT
# An example to copy into CI: loads the firmware, writes a serial number, and looks whether the running program finds it,
# in its own variable. Ends with status 0 if it does, else 1.
#
#     timeout 60 gdb-multiarch -batch -nx -ex 'set $expected = 42' -x gdb/nameplate.gdb -x gdb/ci-example.gdb demo.elf
#
# It connects to OpenOCD (with nameplate.tcl) at localhost:3333, unless the command line has connected already, as with
# -ex 'target extended-remote HOST:PORT'. The timeout is for firmware that never comes to main.

# An error below ends GDB with status 1 at once: nothing can be taken for success.
set confirm off
set pagination off
if $_isvoid($expected)
  echo Error: no serial number to write: add -ex 'set $expected = 42' before -x\n
  quit 1
end
if $_thread == 0
  target extended-remote localhost:3333
end
if $_isvoid($_np_nibbles)
  source gdb/nameplate.gdb
end

# 1  The firmware, and the serial number.
monitor reset halt
load
eval "nameplate-set serial:u32=%llu", (unsigned long long)$expected

# 2  From reset to main.
monitor arm semihosting enable
monitor reset halt
maintenance flush register-cache
thbreak main
continue

# 3  To where the program has read its serial number. Yours: the function that does, and your variable in its caller.
thbreak nameplate_find
continue
finish
print serial
if serial.length == 4 && *(unsigned int *)serial.bytes == $expected
  echo ok: the program has found its serial number\n
  quit 0
end
printf "Error: the program's serial number is not %llu\n", (unsigned long long)$expected
quit 1
