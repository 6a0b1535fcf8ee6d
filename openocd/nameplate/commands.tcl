# SPDX-License-Identifier: MIT
# nameplate and its subcommands.

# As firmware/nameplate.h has it; `make version` sets both.
set _np_version 0.1.0

# Each subcommand: how many words may follow (fewest, most), what the usage says of them, the flag that may be among
# them, the proc that takes them, its help.
set _np_subcommands {
	list    {0 0    {}           -json    _np_do_list    {show the variables in the reserved flash}}
	get     {1 1    NAME         -secrets _np_do_get     {print one value alone}}
	set     {1 1000 NAME=VALUE...    {}   _np_do_set     {write variables, as program_vars does, without image and report}}
	delete  {1 1000 NAME...      {}       _np_do_delete  {delete variables}}
	erase   {0 0    {}           {}       _np_do_erase   {erase the reserved flash and nothing else}}
	dump    {1 1    FILE         -secrets _np_do_dump    {write all variables to a text file}}
	restore {1 1    FILE         {}       _np_do_restore {write the variables of such a file}}
	verify  {0 0    {}           {}       _np_do_verify  {run the firmware and require that it reports every variable}}
	whois   {0 0    {}           -json    _np_do_whois   {show what the ledger knows of this device}}
	lock    {0 0    {}           {}       _np_do_lock    {write-protect the reserved flash}}
	run     {0 0    {}           {}       _np_do_run     {run the firmware, pass its semihosting output through and end with its status}}
	version {0 0    {}           {}       _np_do_version {print Nameplate's version}}
}

proc _np_nameplate_usage {} {
	set usages {}
	foreach {word row} $::_np_subcommands {
		lassign $row fewest most words flag
		if {$flag ne ""} {
			set flag "\[$flag\]"
		}
		lappend usages [join [concat $word $words $flag]]
	}
	return [join $usages { | }]
}

proc _np_nameplate_help {} {
	set helps {}
	foreach {word row} $::_np_subcommands {
		lappend helps "$word: [lindex $row end]"
	}
	return [join $helps {; }]
}

# The only one that wants no target: no job.
proc _np_do_version {words flagged} {
	_np_result "version=$::_np_version"
	return ""
}

# A subcommand's proc takes its arguments and the flag, and refuses what is wrong with them before the target is connected
# to. It returns the job to do then, if any.
proc _np_nameplate {words} {
	set word [lindex $words 0]
	set rest [lrange $words 1 end]
	if {[llength $words] == 0} {
		_np_fail "nameplate needs a subcommand: nameplate [_np_nameplate_usage]"
	}
	if {![dict exists $::_np_subcommands $word]} {
		_np_fail "nameplate does not know [_np_quote [join $words { }]]: nameplate [_np_nameplate_usage]"
	}
	lassign [dict get $::_np_subcommands $word] fewest most usage flag take
	set at [lsearch -exact $rest $flag]
	set flagged [expr {$flag ne "" && $at >= 0}]
	if {$flagged} {
		set rest [lreplace $rest $at $at]
	}
	if {[llength $rest] < $fewest || [llength $rest] > $most} {
		set takes [string trim "$usage [expr {$flag eq {} ? {} : "\[$flag\]"}]"]
		_np_fail "nameplate $word takes [expr {$takes eq {} ? {no arguments} : $takes}], and was given\
			[expr {[llength $words] > 1 ? [_np_quote [join [lrange $words 1 end] { }]] : {none}}]"
	}
	set job [$take $rest $flagged]
	if {$job eq ""} {
		return
	}
	_np_connect
	set failed [catch {{*}$job} text]
	catch {_np_restore_poll}
	if {$failed} {
		return -code error $text
	}
}

list
