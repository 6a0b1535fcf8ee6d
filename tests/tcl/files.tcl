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
			# The virtual board's program is run by a list of words.
			if {[regexp $command $line] && ![string match {*exec {\*}$command *} $line]} {
				lappend others "$name: [string trim $line]"
			}
		}
		close $code
	}
}
check "file.tcl alone opens, lists, renames and deletes files" $others {}

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
check "a name that goes on after a NUL is not the one before it" [catch {_np_file_read "x\0y"}] 1
check "a limit" [list [_np_file_read x 1] [_np_file_read x 5]] {1 1}

exec mkfifo fifo
check "a FIFO is not waited for" [error_of {_np_file_read fifo}] "it is no plain file"
check "nor is a device read without end" [error_of {_np_file_read /dev/zero}] "it is no plain file"
check "nor a folder" [error_of {_np_file_read .}] "it is no plain file"

# ---- writing ---------------------------------------------------------------------------------------------------

proc mode {path} {
	file stat $path info
	return [format %o [expr {$info(mode) & 0x1FF}]]
}
_np_file_write open 1 0
_np_file_write closed 1 1
check "a private file is its owner's alone, another one as the user's umask has it" [list [mode closed] [mode open]] \
	[list 600 [format %o [expr {[scan 666 %o] & ~[scan [exec sh -c umask] %o]}]]]

# Somebody has laid links under every name that could be guessed: the victim's file stays as it is.
_np_file_write victim precious 0
rename clock real_clock
rename rand real_rand
proc clock {args} { return 7 }
set rands {1 1 1 2}
proc rand {args} { set ::rands [lassign $::rands next]; return $next }
file link -symbolic .nameplate-[pid]-7-1 victim
_np_file_write report text 0
check "a link that waits under the name of the new file is not followed" [list [_np_file_read victim] [_np_file_read report]] \
	{precious text}
check "and another name is taken" $rands {}
rename clock {}
rename rand {}
rename real_clock clock
rename real_rand rand

_np_file_write target old 0
file link -symbolic there target
file link -symbolic nowhere missing
_np_file_write there new 0
_np_file_write nowhere new 0
check "a link stays one, and its file gets the text" \
	[list [_np_file_kind there] [_np_file_read target] [_np_file_kind nowhere] [_np_file_read missing]] {link new link new}

exec sh -c {cat fifo >got & echo $!}
_np_file_write fifo "through the FIFO" 1
for {set i 0} {$i < 100 && ![file exists got]} {incr i} { sleep 0.01 }
sleep 0.1
check "a FIFO stays one, and its reader gets the text" [list [_np_file_kind fifo] [_np_file_read got]] {fifo {through the FIFO}}

_np_file_write /dev/null text 0
check "a device stays one" [_np_file_kind /dev/null] characterSpecial
check "a full disk is said in one line" [error_of {_np_file_write /dev/full text 0}] \
	"the file \"/dev/full\" cannot be written: check the folder's permissions and the disk's space"
check "a folder that is not there" [error_of {_np_file_write none/x text 0}] \
	"the folder \"none\" does not exist: create it, or choose another"
check "a name that is none" [list [error_of {_np_file_write "" text 0}] [catch {_np_file_write "a\0b" text 0}] [file exists a]] \
	[list "the file \"\" cannot be written: check the folder's permissions and the disk's space" 1 0]

set path [_np_file_scratch secret]
check "the file that a write passes through is its owner's alone" [list [mode $path] [_np_file_read $path]] {600 secret}
_np_file_delete $path
# Asked of another process, as TMPDIR is looked at by C.
_np_file_write scratch.tcl "source $tests_dir/lib/fake.tcl
puts \[error_of {_np_file_scratch secret}]\nputs \[error_of {_np_file_write kept.txt new 0}]" 0
_np_file_write kept.txt old 0
set scratch {a file that the write passes through cannot be created in the folder "%s", and nothing is written without it: check its permissions and its space, or name another in the environment variable TMPDIR}
check "without a folder for it" [lindex [split [exec env TMPDIR=/dev/null jimsh scratch.tcl] \n] 0] [format $scratch /dev/null]
_np_file_write kept.txt old 0
check "on a full disk nothing is lost, and nothing left" \
	[list [split [exec sh -c "trap '' XFSZ; ulimit -f 0; TMPDIR=[pwd] exec jimsh scratch.tcl 2>&1 | cat"] \n] [_np_file_read kept.txt]] \
	[list [list [format $scratch [pwd]] "the file \"kept.txt\" cannot be written: check the folder's permissions and the disk's space"] old]

check "nothing else is left behind" [lsearch -all -inline -regexp [_np_file_list .] {tmp|^\.nameplate}] [list .nameplate-[pid]-7-1]

cd $start
exec rm -r $folder
tap_end
