# SPDX-License-Identifier: MIT
# What all virtual boards share: starting vboard, and the adapter that reaches it.
# A board file calls `virtual_board CHIP TARGETFILE`, which also loads Nameplate, with the chip's demo firmware as the
# image unless NAMEPLATE_IMAGE names one. These variables, of Tcl or of the environment, change it:
#     VBOARD        the vboard program
#     VBOARD_FLASH  the file that is the board's flash
#     VBOARD_STATS  a file for vboard's statistics
#     VBOARD_ARGS   further arguments for vboard, as a list
#     VBOARD_PROBE  the probe: bitbang (JTAG, the default of 0.12), bitbang-swd (a newer OpenOCD, and its default), stlink (as
#                   interface/stlink.cfg of this OpenOCD reaches one: by HLA in 0.12), stlink-dap, jlink, cmsis-dap (a newer
#                   OpenOCD); for the ST-LINK also with a version: stlink:v3, stlink-dap:v2j17
#     VBOARD_SERIAL the probe's serial number (this process's number)

# How each probe is reached: vboard's name for it, where vboard listens, OpenOCD's script for it.
set _virtual_probes [dict create \
	bitbang     {bitbang unix ""} \
	bitbang-swd {bitbang unix ""} \
	stlink      {stlink port interface/stlink.cfg} \
	stlink-dap  {stlink port interface/stlink-dap.cfg} \
	jlink       {jlink address interface/jlink.cfg} \
	cmsis-dap   {cmsis-dap port interface/cmsis-dap.cfg}]

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

# Whether that is a program. Jim's exec finds out in its child, which prints a line of its own.
proc _virtual_runs {program} {
	set places [list $program]
	if {[string first / $program] < 0} {
		set places {}
		foreach folder [split [expr {[info exists ::env(PATH)] ? $::env(PATH) : ""}] :] {
			lappend places $folder/$program
		}
	}
	foreach place $places {
		if {[file isfile $place] && [file executable $place]} {
			return 1
		}
	}
	return 0
}

# One line, and no more.
proc _virtual_give_up {text} {
	_np_last_line [expr {$text eq "" ? "" : "Error: $text"}]
	return -code error -errorinfo {} ""
}

# Starts the board. It listens when this returns, ends with its connection, and also when this OpenOCD is gone. Returns
# the TCP port, if it listens on any free one.
proc _virtual_start {chip probe serial address} {
	set flash virtual-$chip.flash
	if {[file isdirectory [file join $::_virtual_home build]]} {
		set flash [file join $::_virtual_home build $flash]
	}
	# Absolute paths: a word that begins with < or > would tell exec to use a file.
	set program [_virtual_setting VBOARD [_virtual_program]]
	if {![_virtual_runs $program]} {
		_virtual_give_up "the virtual board [_np_quote $program] is no program: build it with make, or name it\
			in VBOARD"
	}
	set command [list $program --chip $chip \
		--flash [file join [pwd] [_virtual_setting VBOARD_FLASH $flash]] --listen $address --owner [pid] --background \
		--probe $probe --serial $serial]
	set stats [_virtual_setting VBOARD_STATS ""]
	if {$stats ne ""} {
		lappend command --stats [file join [pwd] $stats]
	}
	lappend command {*}[_virtual_setting VBOARD_ARGS {}]
	if {[catch {exec {*}$command 2>@stderr} text options]} {
		# With status 1 vboard itself has said what is wrong.
		_virtual_give_up [expr {[lindex [dict get $options -errorcode] 2] eq "1" ? "" :
			"the virtual board [_np_quote [lindex $command 0]] cannot be run: build it with make, or name\
				it in VBOARD"}]
	}
	return [string range $text [string length port=] end]
}

# OpenOCD after 0.12: one driver and one script for every ST-LINK, and the transport is plain swd.
proc _virtual_newer {} {
	return [expr {[info commands {adapter usb vid_pid}] ne ""}]
}

# An ST-LINK by TCP.
proc _virtual_stlink {port} {
	if {[adapter name] eq "hla"} {
		hla_stlink_backend tcp $port
		transport select hla_swd
		return
	}
	st-link backend tcp $port
	transport select [expr {[_virtual_newer] ? "swd" : "dapdirect_swd"}]
}

proc _virtual_attach {name script serial address port} {
	if {$name eq "stlink-dap" && [_virtual_newer]} {
		set script interface/stlink.cfg
	}
	if {$script ne ""} {
		uplevel #0 [list source [find $script]]
		adapter serial $serial
	}
	switch -- $name {
		stlink - stlink-dap {
			_virtual_stlink $port
		}
		jlink {
			transport select swd
		}
		cmsis-dap {
			cmsis-dap backend tcp
			cmsis-dap tcp host 127.0.0.1
			cmsis-dap tcp port $port
			transport select swd
		}
		default {
			adapter driver remote_bitbang
			remote_bitbang port 0
			remote_bitbang host [string range $address [string length unix:] end]
			# 0.12 has JTAG only here, has chosen it, and would warn of choosing again.
			if {$name ne "bitbang" || [_virtual_newer]} {
				transport select [expr {$name eq "bitbang" ? "jtag" : "swd"}]
			}
			adapter speed 1000
			_virtual_no_speed
			if {$name eq "bitbang"} {
				_virtual_ir_length
			}
		}
	}
}

# The target files of parts without JTAG choose SWD themselves, in a newer OpenOCD.
proc _virtual_target {target probe} {
	if {$probe ne "bitbang" || ![_virtual_newer]} {
		uplevel #0 [list source [find $target]]
	} elseif {[catch {uplevel #0 [list source [find $target]]}]} {
		_virtual_give_up "this part has no JTAG, which VBOARD_PROBE bitbang means: set it to bitbang-swd"
	}
}

proc virtual_board {chip target} {
	set folder [expr {[info exists ::env(XDG_RUNTIME_DIR)] ? $::env(XDG_RUNTIME_DIR) : "/tmp"}]
	set probe [_virtual_setting VBOARD_PROBE [expr {[_virtual_newer] ? "bitbang-swd" : "bitbang"}]]
	set serial [_virtual_setting VBOARD_SERIAL [pid]]
	lassign [split $probe :] name version
	if {![dict exists $::_virtual_probes $name]} {
		_virtual_give_up "VBOARD_PROBE is \"$probe\": set it to one of [dict keys $::_virtual_probes]"
	}
	lassign [dict get $::_virtual_probes $name] kind listens script
	switch -- $listens {
		unix    { set address unix:[file join $folder vboard-[pid].sock] }
		port    { set address tcp:127.0.0.1:0 }
		address { set address tcp:127.[expr {1 + ([pid] >> 16) % 250}].[expr {([pid] >> 8) & 255}].[expr {[pid] & 255}]:19020 }
	}
	set port [_virtual_start $chip [join [list $kind {*}[expr {$version eq "" ? {} : [list $version]}]] :] $serial $address]
	_virtual_attach $name $script $serial $address $port
	_virtual_target $target $name
	_virtual_image $chip
	lappend ::_telnet_autocomplete_skip virtual_board {*}[info commands _virtual_*]
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
	rename {adapter speed} ""
	proc {adapter speed} {args} {}
}

list
