# SPDX-License-Identifier: MIT
# How the Tcl is laid out: files use only those before them, none is long, a proc fits on a screen, and no name means two things.

source [file join [file dirname [info script]] lib fake.tcl]

# The code of a file, without its comments.
proc code_of {part} {
	set lines {}
	foreach line [split [_np_file_read [file join $::home openocd nameplate $part.tcl]] \n] {
		if {![regexp {^\s*#} $line]} {
			lappend lines $line
		}
	}
	return [join $lines \n]
}

# ---- who defines what -------------------------------------------------------------------------------------------

set parts [parts]
set room [dict create]
set twice {}
set long {}
set tall {}
foreach part $parts {
	set code($part) [code_of $part]
	foreach {all kind name} [regexp -all -inline -line {^\s*(proc|set) (_np_[a-z0-9_]+)} $code($part)] {
		set is [expr {$kind eq "set" ? "::$name" : $name}]
		if {$kind eq "proc" && [dict exists $room $name]} {
			lappend twice $name
		}
		dict set room $is $part
	}
	set lines [split [_np_file_read [file join $home openocd nameplate $part.tcl]] \n]
	if {[llength $lines] > 350} {
		lappend long "$part: [llength $lines]"
	}
	foreach {all name} [regexp -all -inline -line {^proc (_np_[a-z0-9_]+) } $code($part)] {
		set body [string range $code($part) [string first "proc $name " $code($part)] end]
		set count [llength [split [string range $body 0 [string first "\n\}" $body]] \n]]
		if {$count > 70} {
			lappend tall "$name: $count"
		}
	}
}
foreach name [dict keys $room] {
	if {[string match ::* $name] && [dict exists $room [string range $name 2 end]]} {
		lappend twice $name
	}
}

check "nameplate.tcl sources every file once" [lsort $parts] \
	[lsort [lmap name [_np_file_list [file join $home openocd nameplate]] {file rootname $name}]]
check "a name is one thing: a proc or a variable, in one file" $twice {}
check "no file has more than 350 lines" $long {}
check "no proc has more than 70" $tall {}

# Whoever wants one of the dicts of data.tcl has it made there. codec.tcl takes words apart.
set makers {}
foreach part $parts {
	if {$part ne "data" && $part ne "codec" && [regexp {dict create [a-z_]+ [^\n]*} $code($part) all]} {
		lappend makers "$part: $all"
	}
}
check "dicts are made in data.tcl" $makers {}

# ---- who uses whom ----------------------------------------------------------------------------------------------

set uses 0
set back {}
foreach part $parts {
	foreach {all name} [regexp -all -inline {((::)?_np_[a-z0-9_]+)} $code($part)] {
		if {![dict exists $room $name] || [dict get $room $name] eq $part} {
			continue
		}
		incr uses
		if {[lsearch -exact $parts [dict get $room $name]] > [lsearch -exact $parts $part]} {
			lappend back "$part uses [dict get $room $name]: $name"
		}
	}
}
check "a file uses only those that nameplate.tcl sources before it" [lsort -unique $back] {}
check "and that is looked at" [expr {$uses > 500}] 1

# ---- the authority page -----------------------------------------------------------------------------------------

set page [_np_file_read [file join $home openocd README.md]]
regexp {## Where things are(.*)} $page all page
set missing {}
foreach part $parts {
	if {[string first "`$part`" $page] < 0} {
		lappend missing $part
	}
}
check "README.md says what is in each file" $missing {}

tap_end
