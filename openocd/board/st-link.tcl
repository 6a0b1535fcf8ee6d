# SPDX-License-Identifier: MIT
# ST-LINKs by SWD in OpenOCD 0.12 and after it, for board files that name the probe themselves. In 0.12 there are two
# drivers: HLA, and one that reaches the debug port, which a second core or a Cortex-M33 needs. Later there is one,
# which takes plain swd.

# An ST-LINK; `needs_port`: one that HLA is not enough for.
proc nameplate_st_link {{needs_port 0}} {
	if {$needs_port && [info commands {adapter usb vid_pid}] eq ""} {
		source [find interface/stlink-dap.cfg]
		transport select dapdirect_swd
		return ""
	}
	source [find interface/stlink.cfg]
	transport select [expr {[adapter name] eq "hla" ? "hla_swd" : "swd"}]
	return ""
}

# OpenOCD's own board file under the first of these names that this version has.
proc nameplate_board_file {args} {
	foreach name $args {
		if {![catch {find $name} path]} {
			return $path
		}
	}
	return -code error "this OpenOCD has none of $args"
}

list
