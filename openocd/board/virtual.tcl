# SPDX-License-Identifier: MIT
# What all virtual boards share: starting vboard, and the adapter that reaches it.
# A board file calls `virtual_board CHIP TARGETFILE`, which also loads Nameplate, with the chip's demo firmware as the
# image unless NAMEPLATE_IMAGE names one. These variables, of Tcl or of the environment, change it:
#     VBOARD        the vboard program
#     VBOARD_FLASH  the file that is the board's flash
#     VBOARD_STATS  a file for vboard's statistics
#     VBOARD_ARGS   further arguments for vboard, as a list

lappend _telnet_autocomplete_skip _virtual_setting _virtual_program _virtual_start _virtual_no_speed _virtual_adapter _virtual_ir_length \
	_virtual_newtap _virtual_image virtual_board

# The folder above this one's: a checkout, or PREFIX/share/openocd/site.
set _virtual_home [file dirname [file dirname [file dirname [file normalize [info script]]]]]
set _virtual_nameplate [file join [file dirname [file dirname [file normalize [info script]]]] nameplate.tcl]
# How to end with one line.
source [file join [file dirname $_virtual_nameplate] nameplate message.tcl]

proc _virtual_setting {name default} {
	if {[info exists ::$name]} {
		return [set ::$name]
	}
	if {[info exists ::env($name)]} {
		return $::env($name)
	}
	return $default
}

# In a checkout build/vboard, when installed PREFIX/bin/vboard, else whatever PATH finds.
proc _virtual_program {} {
	foreach path [list [file join $::_virtual_home build vboard] \
		[file join [file dirname [file dirname $::_virtual_home]] bin vboard]] {
		if {[file executable $path]} {
			return $path
		}
	}
	return vboard
}

# Starts the board. It listens when this returns, ends with its connection, and also when this OpenOCD is gone.
proc _virtual_start {chip socket} {
	set flash virtual-$chip.flash
	if {[file isdirectory [file join $::_virtual_home build]]} {
		set flash [file join $::_virtual_home build $flash]
	}
	# Absolute paths: a word that begins with < or > would tell exec to use a file.
	set command [list [_virtual_setting VBOARD [_virtual_program]] --chip $chip \
		--flash [file join [pwd] [_virtual_setting VBOARD_FLASH $flash]] --listen unix:$socket --owner [pid] --background]
	set stats [_virtual_setting VBOARD_STATS ""]
	if {$stats ne ""} {
		lappend command --stats [file join [pwd] $stats]
	}
	lappend command {*}[_virtual_setting VBOARD_ARGS {}]
	if {![catch {exec {*}$command >@stderr 2>@stderr} text options]} {
		return
	}
	# With status 1 vboard itself has said what is wrong.
	set line ""
	if {[lindex [dict get $options -errorcode] 2] ne "1"} {
		set line "Error: the virtual board [lindex $command 0] cannot be run: build it with make, or name it in VBOARD"
	}
	_np_last_line $line
	return -code error -errorinfo {} ""
}

proc virtual_board {chip target} {
	set folder [expr {[info exists ::env(XDG_RUNTIME_DIR)] ? $::env(XDG_RUNTIME_DIR) : "/tmp"}]
	set socket [file join $folder vboard-[pid].sock]
	_virtual_start $chip $socket
	adapter driver remote_bitbang
	remote_bitbang port 0
	remote_bitbang host $socket
	transport select jtag
	_virtual_ir_length
	uplevel #0 [list source [find $target]]
	_virtual_no_speed
	_virtual_image $chip
	uplevel #0 [list source $::_virtual_nameplate]
}

# The demo firmware: from a checkout, or as installed.
proc _virtual_image {chip} {
	foreach image [list [file join $::_virtual_home build firmware $chip demo.elf] \
		[file join [file dirname [file dirname $::_virtual_home]] share nameplate $chip demo.elf]] {
		if {![info exists ::NAMEPLATE_IMAGE] && [file exists $image]} {
			set ::NAMEPLATE_IMAGE $image
		}
	}
}

# Parts with SWD only have target files that leave out the length of the JTAG instruction register. The virtual board
# speaks JTAG for them too, since OpenOCD 0.12 has no SWD over remote_bitbang.
proc _virtual_ir_length {} {
	rename {jtag newtap} _virtual_newtap
	proc {jtag newtap} {args} {
		if {[lsearch -exact $args -irlen] < 0} {
			lappend args -irlen 4
		}
		return [uplevel 1 [list _virtual_newtap {*}$args]]
	}
}

# Target files set a speed at each reset, which remote_bitbang does not have: OpenOCD would print an error for it,
# twice per reset.
proc _virtual_no_speed {} {
	rename adapter _virtual_adapter
	proc adapter {args} {
		if {[lindex $args 0] ne "speed"} {
			return [uplevel 1 [list _virtual_adapter {*}$args]]
		}
	}
}

list
