# SPDX-License-Identifier: MIT
# Numbers as the user writes them, to bytes and back, without losing a bit. Jim's integers are signed and 64 bits wide,
# and its `pack` rounds a decimal to double before it rounds it to single; so both are done by hand here.

# ---- integers -------------------------------------------------------------------------------------------------

# Decimal without leading zeros, or 0x hex; {} for anything else.
proc _np_integer {text} {
	if {[regexp {^(0|[1-9][0-9]{0,9}|0[xX]0*[0-9a-fA-F]{1,8})$} $text]} {
		return [expr {$text + 0}]
	}
	return {}
}

# Decimal digits as `count` bytes, least significant first; {} if they do not fit.
proc _np_decimal_bytes {digits count} {
	set bytes [lrepeat $count 0]
	foreach digit [split $digits ""] {
		set carry $digit
		for {set i 0} {$i < $count} {incr i} {
			set carry [expr {[lindex $bytes $i] * 10 + $carry}]
			lset bytes $i [expr {$carry & 255}]
			set carry [expr {$carry >> 8}]
		}
		if {$carry > 0} {
			return {}
		}
	}
	return $bytes
}

# Two's complement.
proc _np_negated {bytes} {
	set carry 1
	set negated {}
	foreach byte $bytes {
		set carry [expr {(255 - $byte) + $carry}]
		lappend negated [expr {$carry & 255}]
		set carry [expr {$carry >> 8}]
	}
	return $negated
}

# Hex digits, most significant first, as `count` bytes, least significant first; {} if they do not fit.
proc _np_hex_bytes {digits count} {
	regsub {^0+} $digits "" digits
	if {[string length $digits] > 2 * $count} {
		return {}
	}
	set digits [string repeat 0 [expr {2 * $count - [string length $digits]}]]$digits
	set bytes {}
	for {set i [expr {2 * $count - 2}]} {$i >= 0} {incr i -2} {
		lappend bytes [expr {"0x[string range $digits $i [expr {$i + 1}]]" + 0}]
	}
	return $bytes
}

# A decimal or 0x integer as `count` bytes; {} if it is out of range. `text` has been found to be a number.
proc _np_integer_bytes {text signed count} {
	if {[regexp {^0[xX]([0-9a-fA-F]+)$} $text all digits]} {
		set bytes [_np_hex_bytes $digits $count]
	} else {
		set bytes [_np_decimal_bytes [string trimleft $text -] $count]
	}
	if {$bytes eq "" || ![string match -* $text]} {
		return [expr {$signed && [lindex $bytes end] > 127 ? "" : $bytes}]
	}
	set bytes [_np_negated $bytes]
	# -0 is 0; any other negative number has its top bit set, unless it was too large.
	if {!$signed || ([lindex $bytes end] < 128 && [lsearch -exact -not $bytes 0] >= 0)} {
		return {}
	}
	return $bytes
}

# Bytes as hex digits, in their order.
proc _np_hex_of {bytes} {
	set digits ""
	foreach byte $bytes {
		append digits [format %02x $byte]
	}
	return $digits
}

# ---- large whole numbers: lists of 24-bit limbs, least significant first, no zero limb on top -----------------

proc _np_big_muladd {big factor add} {
	set result {}
	foreach limb $big {
		set add [expr {$limb * $factor + $add}]
		lappend result [expr {$add & 0xFFFFFF}]
		set add [expr {$add >> 24}]
	}
	while {$add > 0} {
		lappend result [expr {$add & 0xFFFFFF}]
		set add [expr {$add >> 24}]
	}
	return $result
}

# Seven digits at a time: 10^7 is less than a limb.
proc _np_big_decimal {digits} {
	set big {}
	while {$digits ne ""} {
		set part [string range $digits 0 6]
		set digits [string range $digits 7 end]
		scan $part %d number
		set big [_np_big_muladd $big [expr {10 ** [string length $part]}] $number]
	}
	return $big
}

# big * 10^exponent
proc _np_big_power {big exponent} {
	for {} {$exponent >= 7} {incr exponent -7} {
		set big [_np_big_muladd $big 10000000 0]
	}
	for {} {$exponent > 0} {incr exponent -1} {
		set big [_np_big_muladd $big 10 0]
	}
	return $big
}

proc _np_big_bits {big} {
	set bits [expr {([llength $big] - 1) * 24}]
	for {set top [lindex $big end]} {$top > 0} {set top [expr {$top >> 1}]} {
		incr bits
	}
	return $bits
}

proc _np_big_compare {a b} {
	if {[llength $a] != [llength $b]} {
		return [expr {[llength $a] - [llength $b]}]
	}
	for {set i [expr {[llength $a] - 1}]} {$i >= 0} {incr i -1} {
		if {[lindex $a $i] != [lindex $b $i]} {
			return [expr {[lindex $a $i] - [lindex $b $i]}]
		}
	}
	return 0
}

# a - b, where b is not larger
proc _np_big_subtract {a b} {
	set result {}
	set borrow 0
	foreach x $a y $b {
		set limb [expr {$x - ($y eq "" ? 0 : $y) - $borrow}]
		set borrow [expr {$limb < 0}]
		lappend result [expr {$limb & 0xFFFFFF}]
	}
	while {[llength $result] > 0 && [lindex $result end] == 0} {
		set result [lrange $result 0 end-1]
	}
	return $result
}

proc _np_big_shift {big count} {
	set zeros [expr {$count / 24}]
	return [concat [expr {$zeros > 0 ? [lrepeat $zeros 0] : ""}] [_np_big_muladd $big [expr {1 << ($count % 24)}] 0]]
}

# {quotient exact}, for a quotient of less than `bits` bits, as an ordinary number.
proc _np_big_divide {a b bits} {
	set b [_np_big_shift $b [expr {$bits - 1}]]
	set quotient 0
	for {set i 0} {$i < $bits} {incr i} {
		set quotient [expr {$quotient << 1}]
		if {[_np_big_compare $a $b] >= 0} {
			set a [_np_big_subtract $a $b]
			incr quotient
		}
		set a [_np_big_muladd $a 2 0]
	}
	return [list $quotient [expr {[llength $a] == 0}]]
}

# ---- floats ---------------------------------------------------------------------------------------------------

# Drops the last `drop` bits of a number that had more (unless `exact`): to nearest, ties to even.
proc _np_round {number drop exact} {
	set half [expr {1 << ($drop - 1)}]
	set rest [expr {$number & (2 * $half - 1)}]
	set number [expr {$number >> $drop}]
	if {$rest > $half || ($rest == $half && (!$exact || ($number & 1)))} {
		incr number
	}
	return $number
}

# digits * 10^exponent as IEEE 754 bits without the sign; "large" or "small" when it would become infinite or zero.
# precision: bits of the significand; lowest: the exponent of two that the smallest subnormal is.
proc _np_float_encode {digits exponent precision lowest} {
	set a [_np_big_decimal $digits]
	set b {1}
	if {$exponent >= 0} {
		set a [_np_big_power $a $exponent]
	} else {
		set b [_np_big_power $b [expr {-$exponent}]]
	}
	# The quotient gets one or two bits more than the precision; fewer where the result is subnormal.
	set scale [expr {[_np_max [expr {[_np_big_bits $a] - [_np_big_bits $b] - $precision}] $lowest] - 1}]
	if {$scale >= 0} {
		set b [_np_big_shift $b $scale]
	} else {
		set a [_np_big_shift $a [expr {-$scale}]]
	}
	lassign [_np_big_divide $a $b [expr {$precision + 3}]] quotient exact
	set drop 1
	if {$quotient >> ($precision + 1)} {
		set drop 2
	}
	set number [_np_round $quotient $drop $exact]
	incr scale $drop
	if {$number >> $precision} {
		set number [expr {$number >> 1}]
		incr scale
	}
	if {$number == 0} {
		return small
	}
	set field [expr {$number >> ($precision - 1) ? $scale - $lowest + 1 : 0}]
	# For singles the top exponent is 255, for doubles 2047.
	if {$field >= ($precision == 24 ? 255 : 2047)} {
		return large
	}
	return [expr {($field << ($precision - 1)) | ($number & ((1 << ($precision - 1)) - 1))}]
}

# A decimal fraction as the nearest IEEE 754 number of 4 or 8 bytes. Also 0x and exactly its bits: infinities and NaNs
# are written like this, and the firmware reports floats so.
proc _np_float_bytes {text count} {
	if {[regexp {^0[xX]([0-9a-fA-F]+)$} $text all digits]} {
		if {[string length $digits] != 2 * $count} {
			return -code error "is not the [expr {2 * $count}] hex digits of a float's bits: write a\
				decimal fraction, or all of them"
		}
		return [_np_hex_bytes $digits $count]
	}
	if {[string length $text] > 800 ||
		![regexp {^([+-]?)(0|[1-9][0-9]*)(\.[0-9]*)?([eE]([+-]?[0-9]{1,5}))?$} $text all sign whole part tail exponent]} {
		return -code error "is not a decimal fraction: write it like 1.0023, -17 or 6.5e-3"
	}
	set part [string range $part 1 end]
	scan ${exponent}x %dx power
	if {$exponent eq ""} {
		set power 0
	}
	set digits $whole$part
	set power [expr {$power - [string length $part]}]
	regsub {^0+} $digits "" digits
	regexp {^(.*[1-9])?(0*)$} $digits all digits zeros
	incr power [string length $zeros]
	# What is far out of range need not be computed.
	set size [expr {[string length $digits] + $power}]
	if {$digits eq ""} {
		set bits 0
	} elseif {$size > 400} {
		set bits large
	} elseif {$size < -400} {
		set bits small
	} elseif {$count == 4} {
		set bits [_np_float_encode $digits $power 24 -149]
	} else {
		set bits [_np_float_encode $digits $power 53 -1074]
	}
	if {$bits eq "large"} {
		return -code error "is too large for a float of $count bytes"
	}
	if {$bits eq "small"} {
		return -code error "is so small that a float of $count bytes makes it 0"
	}
	set bytes [lrange [concat [_np_word_bytes [expr {$bits & 0xFFFFFFFF}]] [_np_word_bytes [expr {$bits >> 32}]]] \
		0 [expr {$count - 1}]]
	if {$sign eq "-"} {
		lset bytes end [expr {[lindex $bytes end] | 128}]
	}
	return $bytes
}

# The shortest decimal that _np_float_bytes turns into these bytes again; the bits themselves of what no decimal is.
proc _np_float_text {bytes} {
	set count [llength $bytes]
	set packed ""
	set at 0
	foreach byte $bytes {
		pack packed $byte -intle 8 $at
		incr at 8
	}
	set number [unpack $packed -floatle 0 $at]
	set first [expr {$count == 4 ? 6 : 15}]
	for {set precision $first} {$precision <= $first + 3} {incr precision} {
		set text [format %.${precision}g $number]
		if {![catch {_np_float_bytes $text $count} again] && $again eq $bytes} {
			return $text
		}
	}
	return 0x[_np_hex_of [lreverse $bytes]]
}

list
