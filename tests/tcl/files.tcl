# SPDX-License-Identifier: MIT
# Names of files are never commands, patterns or options, and what is no plain file is neither waited for nor replaced.

source [file join [file dirname [info script]] lib fake.tcl]

set folder [file tempfile]
file delete $folder
file mkdir $folder
set start [pwd]
cd $folder

# ---- one way ---------------------------------------------------------------------------------------------------

# The commands that take a file's name, at the place of a command.
set others {}
set command {(^|[\[\x7b;])\s*(open|glob|popen|exec|readdir|file (tempfile|rename|delete|mkdir|copy|link))\M}
foreach folder_of_code {openocd openocd/board openocd/nameplate} {
	foreach name [readdir $home/$folder_of_code] {
		if {![regexp {\.(tcl|cfg)$} $name] || $name eq "file.tcl"} {
			continue
		}
		set code [open $home/$folder_of_code/$name r]
		foreach line [split [read $code] \n] {
			if {[regexp $command $line]} {
				lappend others "$name: [string trim $line]"
			}
		}
		close $code
	}
}
check "file.tcl alone opens, lists, renames and deletes files; the virtual board's program is run by a list of words" $others \
	[list "virtual.tcl: if \{\[catch \{exec \{*\}\$command >@stderr 2>@stderr\} text options]\} \{"]

# ---- reading ---------------------------------------------------------------------------------------------------

set names [list "|touch PWNED" -x -force -- "a b" "{x}" "a{b}c" "\${ws}" "a\\{b" "\[x]" * ? ~ ~root "a\nb" unlock erase #x ";x" "\\x" c:x |]
foreach name $names {
	set file [open ./$name {WRONLY CREAT EXCL}]
	puts -nonewline $file "text of $name"
	close $file
}
set wrong {}
foreach name $names {
	foreach path [list $name ./$name [file join [pwd] $name]] {
		if {[catch {_np_file_read $path} text] || $text ne "text of $name" || [_np_file_kind $path] ne "file"} {
			lappend wrong $path $text
		}
	}
}
check "every name is read as it is" $wrong {}
check "in a listing they are all there, and nothing was run" [lsort [_np_file_list .]] [lsort $names]

foreach name $names {
	_np_file_write $name "new of $name" 0
	if {[_np_file_read $name] ne "new of $name"} {
		lappend wrong $name
	}
}
check "every name is written as it is" [list $wrong [lsort [_np_file_list .]]] [list {} [lsort $names]]
foreach name $names {
	_np_file_delete $name
}
check "and deleted" [_np_file_list .] {}

foreach name $names {
	if {[catch {
		file mkdir ./$name
		_np_file_write $name/x 1 1
		_np_file_write $name/x 2 0
	} text] || [_np_file_list $name] ne "x" || [_np_file_read $name/x] ne "2"} {
		lappend wrong $name $text
	}
	catch {_np_file_delete $name/x}
	catch {_np_file_delete $name}
}
check "and so are folders of every name" [list $wrong [_np_file_list .]] {{} {}}

_np_file_write x 1 0
check "a name that goes on behind a NUL is not the one before it" [catch {_np_file_read "x\0y"}] 1
check "a limit" [list [_np_file_read x 1] [_np_file_read x 5]] {1 1}

exec mkfifo fifo
check "a FIFO is not waited for" [error_of {_np_file_read fifo}] "it is no plain file"
check "nor is a device read without end" [error_of {_np_file_read /dev/zero}] "it is no plain file"
check "nor a folder" [error_of {_np_file_read .}] "it is no plain file"

cd $start
exec rm -r $folder
tap_end
