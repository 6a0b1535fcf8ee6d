# SPDX-License-Identifier: MIT
# What is called differently in OpenOCD 0.12 and in the versions after it. Nothing else in Nameplate asks which one
# runs.

# `gdb_port` until 0.12, `gdb port` since; there the old name still works, and complains.
proc _np_port_command {server} {
	return [expr {[info commands "$server port"] ne "" ? "$server port" : "${server}_port"}]
}

proc _np_port_off {server} {
	[_np_port_command $server] disabled
}

# OpenOCDs of several boards run side by side: a one-shot run must not fight over ports that nobody will use.
proc _np_servers_off {} {
	foreach server {gdb telnet tcl} {
		_np_port_off $server
	}
}

list
