# SPDX-License-Identifier: MIT
# What the tests of writing share: values in, values out, and a power cut at every operation in between.

source [file join [file dirname [info script]] fake.tcl]

set base [expr {0x08010000 + 0}]
set erased_ff [expr {0xFFFFFFFF + 0}]

# As program_serial does it: plan, then write unless it is there. Returns the serial, or raises.
proc give {region serial} {
	give_vars $region [list [_np_serial_var $serial]]
	return $serial
}

proc serial_of {region} {
	set entry [_np_store_serial [_np_store_scan $region]]
	if {$entry eq ""} {
		return none
	}
	return [_np_var_shown [_np_var_of $entry]]
}

proc give_vars {region vars} {
	_np_resume $region
	set store [_np_store_scan_to_write $region]
	_np_write_vars $region [_np_plan_vars $region $store $vars] $vars
}

# What the device has, as "name=value ..." in the order of names.
proc state_of {region} {
	set shown {}
	foreach entry [_np_store_live [_np_store_scan $region]] {
		set var [_np_var_of $entry]
		lappend shown "[dict get $var name]=[_np_show [dict get $var type] [dict get $var value]]"
	}
	return [lsort $shown]
}

# Every way that an operation can be cut off. With ECC, half-written cells cannot be read, or read erased though they are
# spent; without, bits differ by seed.
proc ways {cell} {
	if {$cell == 128} {
		return [concat before after [lrepeat 16 torn] [lrepeat 4 unstable]]
	}
	if {$cell == 4} {
		return [concat before after [lrepeat 4 torn] [lrepeat 2 unstable]]
	}
	return [concat before after spent [lrepeat 4 unread] [lrepeat 2 unstable]]
}

# Cuts `write` off at each of its operations in every way, from the flash that `flash_words` holds; after each cut the device
# has the old state or the new one (unless `lost`: it may have anything), and the same write once more brings the new one.
# Returns "fine, N points", or the one that was not.
proc cuts {region write {lost 0}} {
	array set start [array get ::flash_words]
	set spent $::spent_cells
	set old [state_of $region]
	power_on
	uplevel #0 $write
	set new [state_of $region]
	set count $::operations
	set points 0
	for {set at 0} {$at < $count} {incr at} {
		foreach kind [ways [dict get $region cell]] {
			unset ::flash_words
			array set ::flash_words [array get start]
			set ::spent_cells $spent
			power_on
			set ::cut_at $at
			set ::cut_kind $kind
			set replay "operation $at, $kind, seed $::seed"
			catch {uplevel #0 $write}
			power_on
			incr points
			for {set i 0} {$i < 3} {incr i} {
				set after [state_of $region]
				if {$after ne $old && $after ne $new && !$lost} {
					return "$replay: the device has $after"
				}
			}
			if {[catch {uplevel #0 $write} text]} {
				return "$replay: again: $text"
			}
			for {set i 0} {$i < 3} {incr i} {
				set after [state_of $region]
				if {$after ne $new} {
					return "$replay: after the second run the device has $after"
				}
			}
		}
	}
	return "fine, $points points"
}


proc deletion {name} {
	return [_np_new_var $name [expr {$name eq "serial" ? 1 : 255}] $::_np_type_deleted {} 0]
}

proc vars {args} {
	return [_np_vars_parse $args 0]
}

# A blank device of one or two areas with a few values.
proc device {cell erased areas} {
	set ::flash_page [expr {4096 / $areas}]
	set region [region_of $::base 4096 $cell $erased]
	dict set region areas $areas
	dict set region area $::flash_page
	flash_is $::base 4096 $erased
	give_vars $region [vars serial=41 note=kept key:hex:secret=00112233 gain:f32=1.5]
	return $region
}

# Serial numbers until the next one would not fit.
proc fill_up {region} {
	for {set serial 100} {1} {incr serial} {
		set store [_np_store_scan_to_write $region]
		set plan [_np_plan $region $store [list [_np_var_item [_np_serial_var $serial]]]]
		if {[dict get $plan mode] ne "append"} {
			return $serial
		}
		_np_write $region $plan
	}
}

# ---- a single area, and its file ---------------------------------------------------------------------------------

# A unique ID to read, and a folder for the files; `saved` is this device's.
proc single_areas {} {
	set ::NAMEPLATE_SAVE_DIR [file tempfile]
	file delete $::NAMEPLATE_SAVE_DIR
	file mkdir $::NAMEPLATE_SAVE_DIR
	dict set ::other_words [expr {0xE0042000 + 0}] 0x10386416
	foreach {address word} {0x1FF80050 0x1 0x1FF80054 0x2 0x1FF80064 0x3} {
		dict set ::other_words [expr {$address + 0}] $word
	}
	set ::saved [file join $::NAMEPLATE_SAVE_DIR nameplate-000000010000000200000003.save]
}
