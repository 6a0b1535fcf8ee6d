# SPDX-License-Identifier: MIT
# GDB commands for Nameplate's store: plain GDB (12 or newer), no Python, any GDB server.
#
#     (gdb) source gdb/nameplate.gdb
#     (gdb) nameplate
#     serial       u32  42                       0x0801E180
#
# The region comes from the symbols _nameplate_start and _nameplate_end of the loaded ELF. Without them, or to look
# elsewhere:    set $nameplate_base = 0x0801E000    set $nameplate_size = 0x2000
#
# The rules are those of firmware/FORMAT.md; the words in quotes below are its words. Private names begin with _np_.

# ---- reading memory -------------------------------------------------------------------------------------------

# `frame apply 1 -s` is GDB's way of going on after an error: unreadable flash must not end the command.
define _np_load
  set $_np_word = *(unsigned int *)$_np_at
  set $_np_readable = 1
end

# $_np_word: the word at $_np_at, with $_np_readable; a word that cannot be read counts as damage, which 1 is.
define _np_fetch
  set $_np_word = 1U
  set $_np_readable = 0
  frame apply 1 -q -s _np_load
end

# $_np_byte: byte number $_np_i of the value at $_np_value.
define _np_fetch_byte
  set $_np_at = $_np_value + ($_np_i & ~3)
  _np_fetch
  set $_np_byte = ($_np_word >> (8 * ($_np_i & 3))) & 0xFF
end

# ---- region ---------------------------------------------------------------------------------------------------

define _np_symbols
  set $_np_base = (unsigned long)&_nameplate_start
  set $_np_size = (unsigned long)&_nameplate_end - (unsigned long)&_nameplate_start
end

# $_np_ready: whether there is a target, and a region in it that can be read.
define _np_region
  set $_np_ready = 0
  set $_np_size = 0
  if $_thread == 0
    echo Error: no target: connect first, with "target extended-remote :3333" for OpenOCD\n
  else
    frame apply 1 -q -s _np_symbols
    if !$_isvoid($nameplate_base) && !$_isvoid($nameplate_size)
      set $_np_base = (unsigned long)$nameplate_base
      set $_np_size = (unsigned long)$nameplate_size
    end
    if $_np_size == 0 || $_np_size % 1024 != 0 || $_np_size > 8388608
      echo Error: no region of whole pages: load an ELF with _nameplate_start and _nameplate_end (the "file" command),\n
      echo or set $nameplate_base and $nameplate_size\n
    else
      set $_np_at = $_np_base
      _np_fetch
      set $_np_ready = $_np_readable
      set $_np_at = $_np_base + $_np_size / 2
      _np_fetch
      set $_np_ready = $_np_ready | $_np_readable
      if !$_np_ready
        printf "Error: the region at 0x%08X cannot be read: halt the target, or correct $nameplate_base\n", $_np_base
      end
    end
  end
end

# ---- entries --------------------------------------------------------------------------------------------------

# CRC-32 of zlib, by nibbles.
set $_np_nibbles = {0x00000000U, 0x1DB71064U, 0x3B6E20C8U, 0x26D930ACU, 0x76DC4190U, 0x6B6B51F4U, 0x4DB26158U, 0x5005713CU, 0xEDB88320U, 0xF00F9344U, 0xD6D6A3E8U, 0xCB61B38CU, 0x9B64C2B0U, 0x86D3D2D4U, 0xA00AE278U, 0xBDBDF21CU}

# $_np_crc goes on over the low $_np_bits bits of $_np_word.
define _np_crc_word
  set $_np_crc = $_np_crc ^ $_np_word
  while $_np_bits > 0
    set $_np_crc = ($_np_crc >> 4) ^ $_np_nibbles[$_np_crc & 15]
    set $_np_bits = $_np_bits - 4
  end
end

# $_np_crc over the offset, the header and the value; $_np_whole, whether all of the value can be read.
define _np_crc_entry
  set $_np_whole = 1
  set $_np_crc = 0xFFFFFFFFU
  set $_np_word = (unsigned int)$_np_p
  set $_np_bits = 32
  _np_crc_word
  set $_np_word = $_np_header
  set $_np_bits = 32
  _np_crc_word
  set $_np_i = 0
  while $_np_i < $_np_length
    set $_np_at = $_np_value + $_np_i
    _np_fetch
    set $_np_whole = $_np_whole & $_np_readable
    set $_np_bits = 32
    if $_np_length - $_np_i < 4
      set $_np_bits = 8 * ($_np_length - $_np_i)
      set $_np_word = $_np_word & ((1U << $_np_bits) - 1)
    end
    _np_crc_word
    set $_np_i = $_np_i + 4
  end
  set $_np_crc = $_np_crc ^ 0xFFFFFFFFU
end

# "An entry stands at offset p": $_np_entry, its size or 0; and the fields of the header at $_np_area + $_np_p.
# $_np_cell is the area's cell size, 0 while it is unknown; $_np_own the entry's.
define _np_entry_at
  set $_np_entry = 0
  set $_np_at = $_np_area + $_np_p
  _np_fetch
  set $_np_header = $_np_word
  # Most words are blank, and every line takes GDB its time.
  if ($_np_header >> 26) == 0x35
    set $_np_own = 4 << (($_np_header >> 23) & 7)
    set $_np_type = ($_np_header >> 20) & 7
    set $_np_key = ($_np_header >> 12) & 0xFF
    set $_np_more = ($_np_header >> 11) & 1
    set $_np_length = (int)($_np_header & 0x7FF)
    if $_np_own <= 128 && $_np_length <= 1055 && ($_np_p & ($_np_own - 1)) == 0
      if $_np_cell == 0 || $_np_own == $_np_cell || $_np_own == 4
        set $_np_check = $_np_own + (($_np_length + $_np_own - 1) & -$_np_own)
        if $_np_p + $_np_check + $_np_own <= $_np_end
          set $_np_value = $_np_area + $_np_p + $_np_own
          _np_crc_entry
          set $_np_at = $_np_area + $_np_p + $_np_check
          _np_fetch
          if $_np_whole && $_np_readable && $_np_word == $_np_crc
            set $_np_entry = $_np_check + $_np_own
          end
        end
      end
    end
  end
end

# ---- areas ----------------------------------------------------------------------------------------------------

# "Find an area" at $_np_area, within $_np_end bytes, whose entry begins before $_np_stop: $_np_found, its size or 0;
# $_np_first, the offset after its entry; $_np_generation; $_np_cell.
define _np_find_area
  set $_np_found = 0
  set $_np_cell = 0
  set $_np_p = 0
  set $_np_entry = 0
  set $_np_blank = 0
  while $_np_p < $_np_stop && $_np_blank < 1536 && !$_np_entry
    _np_entry_at
    if !$_np_entry
      set $_np_p = $_np_p + 4
      set $_np_blank = $_np_blank + 4
      if $_np_header != 0 && $_np_header != 0xFFFFFFFF
        set $_np_blank = 0
        set $_np_state = 2
      end
    end
  end
  if $_np_entry
    set $_np_state = 2
    set $_np_at = $_np_value
    _np_fetch
    set $_np_bytes = (($_np_word >> 16) & 0xFFF) * 1024
    set $_np_generation = $_np_word & 0xFFFF
    set $_np_cell = $_np_own
    set $_np_first = $_np_p + $_np_entry
    if $_np_key == 0 && $_np_type == 0 && $_np_length == 4 && ($_np_word >> 28) == 1 && $_np_first <= $_np_bytes
      if $_np_bytes == $_np_size / 2 || $_np_bytes == $_np_end
        set $_np_found = $_np_bytes
      end
    end
  end
end

define _np_find_first
  set $_np_area = $_np_base
  set $_np_end = $_np_size
  set $_np_stop = $_np_size
  _np_find_area
end

define _np_find_second
  set $_np_area = $_np_base + $_np_size / 2
  set $_np_end = $_np_size / 2
  set $_np_stop = 4
  _np_find_area
end

# "The valid area with the newest generation". $_np_state: 0 ok, 1 none, 2 damaged.
define _np_find_newest
  set $_np_state = 1
  _np_find_first
  if $_np_found != $_np_size
    set $_np_found_first = $_np_found
    set $_np_generation_first = $_np_generation
    _np_find_second
    set $_np_newer = ($_np_generation - $_np_generation_first) & 0xFFFF
    if $_np_found_first && !($_np_found && $_np_newer >= 1 && $_np_newer <= 32767)
      _np_find_first
    end
  end
  if $_np_found
    set $_np_state = 0
    set $_np_end = $_np_found
  end
end

# ---- variables ------------------------------------------------------------------------------------------------
# A slot per variable, at most 64: $_np_slot_N is the offset of its newest entry, 0 once deleted.
# Entries of a set wait in $_np_wait_N.

# $_np_name: the length of the name that leads the value of key 255, 0 if it is malformed. The value is at $_np_value.
define _np_name_length
  set $_np_i = 0
  _np_fetch_byte
  set $_np_name = $_np_byte & 31
  set $_np_secret = $_np_byte >> 7
  if $_np_length == 0 || ($_np_byte & 0x60) != 0 || 1 + $_np_name > $_np_length
    set $_np_name = 0
  end
end

# $_np_same: whether the names of the entries with values at $_np_value and $_np_other, $_np_name long, are equal.
define _np_names_equal
  set $_np_same = 1
  set $_np_i = 0
  set $_np_mine = $_np_value
  while $_np_i <= $_np_name && $_np_same
    _np_fetch_byte
    set $_np_one = $_np_byte
    set $_np_value = $_np_other
    _np_fetch_byte
    set $_np_value = $_np_mine
    if (($_np_one ^ $_np_byte) & ($_np_i == 0 ? 31 : 255)) != 0
      set $_np_same = 0
    end
    set $_np_i = $_np_i + 1
  end
end

# The entry at $_np_p counts: it takes its variable's slot.
define _np_take
  set $_np_slot = $_np_slots
  set $_np_s = 0
  while $_np_s < $_np_slots && $_np_slot == $_np_slots
    eval "set $_np_same = ($_np_key_%d == $_np_key)", $_np_s
    if $_np_same && $_np_key == 255
      eval "set $_np_other = $_np_names_%d", $_np_s
      _np_names_equal
    end
    if $_np_same
      set $_np_slot = $_np_s
    end
    set $_np_s = $_np_s + 1
  end
  if $_np_slot == 64
    set $_np_overflow = 1
  else
    if $_np_slot == $_np_slots
      set $_np_slots = $_np_slots + 1
    end
    eval "set $_np_key_%d = $_np_key", $_np_slot
    eval "set $_np_names_%d = $_np_value", $_np_slot
    eval "set $_np_slot_%d = %d", $_np_slot, $_np_type == 5 ? 0 : $_np_p
  end
end

# Takes the entry at $_np_p unless it is one that readers step over.
define _np_consider
  set $_np_name = 1
  if $_np_key == 255
    _np_name_length
  end
  if $_np_key != 0 && $_np_type != 7 && $_np_name != 0
    _np_take
  end
end

# The header's fields of the entry at $_np_p, known to be good.
define _np_again
  set $_np_at = $_np_area + $_np_p
  _np_fetch
  set $_np_type = ($_np_word >> 20) & 7
  set $_np_key = ($_np_word >> 12) & 0xFF
  set $_np_length = (int)($_np_word & 0x7FF)
  set $_np_value = $_np_area + $_np_p + (4 << (($_np_word >> 23) & 7))
end

# The waiting entries count, in their order.
define _np_take_set
  set $_np_behind = $_np_p
  set $_np_w = 0
  while $_np_w < $_np_waiting
    eval "set $_np_p = $_np_wait_%d", $_np_w
    _np_again
    _np_consider
    set $_np_w = $_np_w + 1
  end
  set $_np_waiting = 0
  set $_np_p = $_np_behind
end

define _np_wait
  if $_np_waiting == 256
    set $_np_overflow = 1
  else
    eval "set $_np_wait_%d = $_np_p", $_np_waiting
    set $_np_waiting = $_np_waiting + 1
  end
end

# Goes through the area: the slots. $_np_seen: the offset after the last word that is not blank.
define _np_walk
  set $_np_slots = 0
  set $_np_waiting = 0
  set $_np_overflow = 0
  set $_np_p = $_np_first
  set $_np_seen = $_np_p
  while $_np_p < $_np_end && $_np_p - $_np_seen < 1536
    _np_entry_at
    if $_np_entry
      _np_wait
      set $_np_next = $_np_p + $_np_entry
      if !$_np_more
        _np_take_set
      end
      set $_np_p = $_np_next
      set $_np_seen = $_np_p
    else
      set $_np_waiting = 0
      if $_np_header == 0 || $_np_header == 0xFFFFFFFF
        set $_np_p = ($_np_p + $_np_cell) & -$_np_cell
      else
        set $_np_p = $_np_p + 4
        set $_np_seen = $_np_p
      end
    end
  end
  if $_np_overflow
    echo Error: more than 64 variables, or a set of more than 256 entries: some are missing from the list\n
  end
end

# The whole store: $_np_state, and the slots if it is 0. 3: no target or region, which has been said.
define _np_scan
  set $_np_state = 3
  set $_np_slots = 0
  set $_np_generation = 0
  _np_region
  if $_np_ready
    _np_find_newest
    if $_np_state == 0
      _np_walk
    end
  end
end

# ---- printing -------------------------------------------------------------------------------------------------

# Bytes $_np_i up to $_np_to of the value as text, printable ASCII as it is; $_np_width counts the columns.
define _np_print_text
  while $_np_i < $_np_to
    _np_fetch_byte
    if $_np_byte < 32 || $_np_byte > 126
      printf "\\x%02x", $_np_byte
      set $_np_width = $_np_width + 4
    else
      if $_np_byte == 92
        printf "\\\\"
        set $_np_width = $_np_width + 2
      else
        eval "echo \\%03o", $_np_byte
        set $_np_width = $_np_width + 1
      end
    end
    set $_np_i = $_np_i + 1
  end
end

# Bytes $_np_i up to $_np_to of the value in hex; six of a MAC address with colons.
define _np_print_hex
  set $_np_colons = $_np_type == 6 && $_np_to - $_np_i == 6
  while $_np_i < $_np_to
    _np_fetch_byte
    printf "%02x", $_np_byte
    set $_np_width = $_np_width + 2
    set $_np_i = $_np_i + 1
    if $_np_colons && $_np_i < $_np_to
      echo :
      set $_np_width = $_np_width + 1
    end
  end
end

define _np_pad
  while $_np_width < $_np_column
    printf " "
    set $_np_width = $_np_width + 1
  end
  printf " "
end

# $_np_number: the bytes from $_np_i to $_np_to, little-endian; sign-extended if the type is signed.
define _np_number
  set $_np_number = 0ULL
  set $_np_shift = 0
  while $_np_i < $_np_to
    _np_fetch_byte
    set $_np_number = $_np_number | ((unsigned long long)$_np_byte << $_np_shift)
    set $_np_shift = $_np_shift + 8
    set $_np_i = $_np_i + 1
  end
  if $_np_type == 1 && $_np_shift < 64 && (($_np_number >> ($_np_shift - 1)) & 1) != 0
    set $_np_number = $_np_number - (1ULL << $_np_shift)
  end
end

# The value from byte $_np_i to $_np_to, by its type; one of an impossible length as bytes. Numbers are padded to $_np_column.
define _np_print_value
  set $_np_n = $_np_to - $_np_i
  set $_np_width = $_np_column
  if $_np_type <= 1 && ($_np_n == 1 || $_np_n == 2 || $_np_n == 4 || $_np_n == 8)
    _np_number
    if $_np_type == 0
      eval "printf \"%%-%dllu\", $_np_number", $_np_column
    else
      eval "printf \"%%-%dlld\", (long long)$_np_number", $_np_column
    end
  else
    if $_np_type == 2 && $_np_n == 4
      eval "printf \"%%-%dg\", *(float *)($_np_value + $_np_i)", $_np_column
    else
      if $_np_type == 2 && $_np_n == 8
        eval "printf \"%%-%dg\", *(double *)($_np_value + $_np_i)", $_np_column
      else
        set $_np_width = 0
        if $_np_type == 3
          _np_print_text
        else
          _np_print_hex
        end
      end
    end
  end
end

# The type as nameplate-set and OpenOCD's list name it; of a number with a length that there is none of, only its kind.
define _np_print_type
  set $_np_n = $_np_to - $_np_i
  set $_np_whole = $_np_n == 1 || $_np_n == 2 || $_np_n == 4 || $_np_n == 8
  if $_np_type == 0 && $_np_whole
    printf "u%-3d ", 8 * $_np_n
  end
  if $_np_type == 0 && !$_np_whole
    printf "unsigned "
  end
  if $_np_type == 1 && $_np_whole
    printf "i%-3d ", 8 * $_np_n
  end
  if $_np_type == 1 && !$_np_whole
    printf "signed "
  end
  if $_np_type == 2 && ($_np_n == 4 || $_np_n == 8)
    printf "f%-3d ", 8 * $_np_n
  end
  if $_np_type == 2 && $_np_n != 4 && $_np_n != 8
    printf "float "
  end
  if $_np_type == 3
    printf "text "
  end
  if $_np_type == 4
    printf "hex  "
  end
  if $_np_type == 6
    printf "mac  "
  end
end

# One line for the entry at $_np_p: name, type, value, address.
define _np_print
  _np_again
  set $_np_i = 0
  set $_np_to = $_np_length
  set $_np_secret = 0
  set $_np_width = 0
  set $_np_column = 12
  if $_np_key == 255
    _np_name_length
    set $_np_i = 1
    set $_np_to = 1 + $_np_name
    _np_print_text
    set $_np_to = $_np_length
    _np_pad
  else
    if $_np_key == 1
      printf "serial       "
    else
      printf "key-%-8d ", $_np_key
    end
  end
  _np_print_type
  set $_np_column = 24
  if $_np_secret
    echo secret
    set $_np_width = 6
  else
    _np_print_value
  end
  _np_pad
  printf "0x%08X\n", $_np_area + $_np_p
end

define _np_print_state
  if $_np_state == 1
    printf "No store in the region at 0x%08X: nothing was ever written\n", $_np_base
  end
  if $_np_state == 2
    printf "Error: the region at 0x%08X holds something, but no store that can be read\n", $_np_base
  end
end

define _np_list
  _np_scan
  _np_print_state
  set $_np_s = 0
  while $_np_s < $_np_slots
    eval "set $_np_p = $_np_slot_%d", $_np_s
    if $_np_p != 0
      _np_print
    end
    set $_np_s = $_np_s + 1
  end
end

# $serial and one line.
define _np_serial
  set $serial = -1
  _np_scan
  set $_np_s = 0
  set $_np_p = 0
  while $_np_s < $_np_slots && $_np_p == 0
    eval "set $_np_p = ($_np_key_%d == 1 ? $_np_slot_%d : 0)", $_np_s, $_np_s
    set $_np_s = $_np_s + 1
  end
  if $_np_state == 2
    _np_print_state
  end
  if $_np_state <= 1
    if $_np_p == 0
      echo serial=none\n
    else
      _np_again
      set $_np_i = 0
      set $_np_to = $_np_length
      set $_np_column = 1
      echo serial=
      _np_print_value
      echo \n
      if $_np_type == 0 && $_np_length == 4
        set $serial = $_np_number
      end
    end
  end
end

# ---- commands -------------------------------------------------------------------------------------------------

define nameplate
  with language c -- _np_list
end
document nameplate
Usage: nameplate
Show what is in this device's store: name, type, value, address; one line each.
The target must be connected and halted. See also nameplate-serial, nameplate-program, nameplate-set, nameplate-verify.
end

define nameplate-serial
  with language c -- _np_serial
end
document nameplate-serial
Usage: nameplate-serial
Read this device's serial number from its flash, print serial=N and set $serial to N.
$serial is -1 where there is none (serial=none), where it is not a number of four bytes, and on an error.
end

# $_np_ledger: whether the word is `next` or `next:SERIES`. Of some words GDB can make no string, which is an error.
define _np_ask_ledger
  set $_np_asked = "$arg0"
  if sizeof($_np_asked) >= 5
    if $_np_asked[0] == 'n' && $_np_asked[1] == 'e' && $_np_asked[2] == 'x' && $_np_asked[3] == 't'
      set $_np_ledger = $_np_asked[4] == 0 || $_np_asked[4] == ':'
    end
  end
end

define _np_program
  # Of `next` it is the ledger that knows the number, and OpenOCD that compares it.
  set $_np_ledger = 0
  frame apply 1 -q -s _np_ask_ledger $arg0
  if $_np_ledger
    _np_need_openocd
  end
  monitor program_serial $arg0
  maintenance flush register-cache
  nameplate-serial
  if !$_np_ledger
    if $serial != $arg0
      echo Error: the serial number was not written: GDB must be connected to an OpenOCD that has nameplate.tcl\n
      _np_failed
    end
  end
end

# GDB's scripts have no command to fail with: an undefined one does it.
define nameplate-program
  if $argc == 1
    with language c -- _np_program $arg0
  else
    echo Error: one serial number is wanted: nameplate-program 42\n
    _np_failed
  end
end
document nameplate-program
Usage: nameplate-program SERIAL
Write the serial number through OpenOCD (its command program_serial), then read it back. With `next` or `next:SERIES`,
OpenOCD takes it from the ledger that its NAMEPLATE_LEDGER names.
A failure is an error of GDB too: a batch run ends with it and with status 1.
end

# Other servers take any "monitor" for a success; OpenOCD can fail. $_np_openocd: whether this one does.
define _np_fail_there
  monitor return -code error {}
  set $_np_openocd = 0
end

define _np_need_openocd
  set $_np_openocd = 1
  if $_thread == 0
    echo Error: no target: connect first, with "target extended-remote :3333" for OpenOCD\n
    _np_failed
  end
  frame apply 1 -q -s _np_fail_there
  if !$_np_openocd
    echo Error: GDB must be connected to an OpenOCD that has nameplate.tcl\n
    _np_failed
  end
end

# A list in OpenOCD collects the words, as eval expands $argN one at a time; it is gone before the write.
define nameplate-set
  if $argc == 0
    echo Error: at least one NAME[:TYPE]=VALUE is wanted: nameplate-set hwrev:u8=3\n
    _np_failed
  end
  with language c -- _np_need_openocd
  monitor set _np_gdb_words {}
  set $_np_i = 0
  while $_np_i < $argc
    with language c -- eval "monitor lappend _np_gdb_words $arg%d; list", $_np_i
    set $_np_i = $_np_i + 1
  end
  monitor nameplate set {*}[lindex [list $_np_gdb_words [unset _np_gdb_words]] 0]
  maintenance flush register-cache
end
document nameplate-set
Usage: nameplate-set NAME[:TYPE][:secret]=VALUE...
Write variables through OpenOCD (its command nameplate set), all of them or none: nameplate-set hwrev:u8=3 "note=two words"
The target is reset and halted. A failure is an error of GDB too: a batch run ends with it and with status 1.
end

define nameplate-verify
  if $argc != 0
    echo Error: nameplate-verify takes no arguments\n
    _np_failed
  end
  with language c -- _np_need_openocd
  monitor nameplate verify
  maintenance flush register-cache
end
document nameplate-verify
Usage: nameplate-verify
Run the firmware through OpenOCD (its command nameplate verify) and compare what it reports with every variable.
The target is reset and halted. A failure is an error of GDB too: a batch run ends with it and with status 1.
end
