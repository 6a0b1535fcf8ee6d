# SPDX-License-Identifier: MIT
# The bits of an entry: header, check, value. firmware/FORMAT.md explains each field.
# Nothing here touches a target; words are integers, values are lists of bytes.

# What four bits do to a CRC.
set _np_crc_nibbles {
	0x00000000 0x1DB71064 0x3B6E20C8 0x26D930AC 0x76DC4190 0x6B6B51F4 0x4DB26158 0x5005713C
	0xEDB88320 0xF00F9344 0xD6D6A3E8 0xCB61B38C 0x9B64C2B0 0x86D3D2D4 0xA00AE278 0xBDBDF21C
}

# What a byte does to it, for all 256.
proc _np_crc_bytes {} {
	set table {}
	for {set byte 0} {$byte < 256} {incr byte} {
		set low [lindex $::_np_crc_nibbles [expr {$byte & 15}]]
		lappend table [expr {($low >> 4) ^ [lindex $::_np_crc_nibbles [expr {($low ^ ($byte >> 4)) & 15}]]}]
	}
	return $table
}
set _np_crc_table [_np_crc_bytes]

set _np_magic 0x35
set _np_max_length 1055
# No entry is longer than this, so a gap of this many bytes ends a store.
set _np_max_gap 1536

# Jim's expr has no min() and max().
proc _np_min {a b} {
	return [expr {$a < $b ? $a : $b}]
}

proc _np_max {a b} {
	return [expr {$a > $b ? $a : $b}]
}

# zlib's CRC-32.
proc _np_crc32 {bytes} {
	set table $::_np_crc_table
	set crc 0xFFFFFFFF
	foreach byte $bytes {
		set crc [expr {($crc >> 8) ^ [lindex $table [expr {($crc ^ $byte) & 255}]]}]
	}
	return [expr {$crc ^ 0xFFFFFFFF}]
}

proc _np_word_bytes {word} {
	return [list [expr {$word & 255}] [expr {($word >> 8) & 255}] \
		[expr {($word >> 16) & 255}] [expr {($word >> 24) & 255}]]
}

# Up to eight bytes, least significant first, as an unsigned number.
proc _np_bytes_word {bytes} {
	set word 0
	set shift 0
	foreach byte $bytes {
		set word [expr {$word | ($byte << $shift)}]
		incr shift 8
	}
	return $word
}

# The words that whole words of bytes are.
proc _np_bytes_words {bytes} {
	set words {}
	foreach {a b c d} $bytes {
		lappend words [_np_bytes_word [list $a $b $c $d]]
	}
	return $words
}

# Erased flash is ones on most families, zeros on L0 and L1. An unreadable word ("") is not blank.
proc _np_is_blank {word} {
	return [expr {$word ne "" && ($word == 0xFFFFFFFF || $word == 0)}]
}

# log2(cell / 4)
proc _np_cell_code {cell} {
	for {set code 0} {$code < 6} {incr code} {
		if {4 << $code == $cell} {
			return $code
		}
	}
	return -code error "a cell of $cell bytes is not one of 4, 8, 16, 32, 64, 128"
}

proc _np_header_make {cell type key more length} {
	return [expr {($::_np_magic << 26) | ([_np_cell_code $cell] << 23) | ($type << 20) |
		($key << 12) | ($more << 11) | $length}]
}

# A dict of the fields, or {} when magic, cell or length rule out that this is a header.
proc _np_header_parse {word} {
	if {$word eq "" || ($word >> 26) != $::_np_magic} {
		return {}
	}
	set code [expr {($word >> 23) & 7}]
	set length [expr {$word & 0x7FF}]
	if {$code > 5 || $length > $::_np_max_length} {
		return {}
	}
	return [dict create cell [expr {4 << $code}] type [expr {($word >> 20) & 7}] \
		key [expr {($word >> 12) & 255}] more [expr {($word >> 11) & 1}] length $length]
}

# `offset` is the header's place in its area: a copy of an entry elsewhere is none.
proc _np_check {offset header bytes} {
	return [_np_crc32 [concat [_np_word_bytes $offset] [_np_word_bytes $header] $bytes]]
}

# The first multiple of `cell` at or above an offset.
proc _np_align {offset cell} {
	return [expr {($offset + $cell - 1) / $cell * $cell}]
}

# Cells that a value of `length` bytes takes.
proc _np_entry_cells {cell length} {
	return [expr {($length + $cell - 1) / $cell}]
}

# Bytes from an entry's header to its end.
proc _np_entry_size {cell length} {
	return [expr {$cell * (2 + [_np_entry_cells $cell $length])}]
}

# The value of an area entry.
proc _np_area_value {size generation} {
	return [_np_word_bytes [expr {(1 << 28) | (($size / 1024) << 16) | $generation}]]
}

proc _np_area_parse {word} {
	return [dict create version [expr {($word >> 28) & 15}] size [expr {(($word >> 16) & 0xFFF) * 1024}] \
		generation [expr {$word & 0xFFFF}]]
}

# Generations wrap: a is newer than b when it is less than half the circle ahead.
proc _np_newer {a b} {
	set ahead [expr {($a - $b) & 0xFFFF}]
	return [expr {$ahead >= 1 && $ahead <= 32767}]
}

# Items (key, type, value) as packed entries from `offset` in their area on: bytes. As a set they count only together.
# `fill` is what an erased byte reads, for what is left of each last word.
proc _np_pack {items offset set fill} {
	set bytes {}
	set left [llength $items]
	foreach item $items {
		incr left -1
		set value [dict get $item value]
		set length [llength $value]
		set header [_np_header_make 4 [dict get $item type] [dict get $item key] [expr {$set && $left > 0}] $length]
		set check [_np_check [expr {$offset + [llength $bytes]}] $header $value]
		lappend bytes {*}[_np_word_bytes $header] {*}$value
		while {$length % 4 != 0} {
			lappend bytes $fill
			incr length
		}
		lappend bytes {*}[_np_word_bytes $check]
	}
	return $bytes
}

proc _np_packed_size {items} {
	set size 0
	foreach item $items {
		incr size [_np_entry_size 4 [llength [dict get $item value]]]
	}
	return $size
}

list
