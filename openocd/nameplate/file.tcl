# SPDX-License-Identifier: MIT
# The only way to files and programs. A name may be anything: Jim's `open` runs one that begins with `|`, commands take
# some for options (`-force`, and OpenOCD's `flash write_image` also `erase` and `unlock`), C ends them at a NUL, and
# `glob` takes them for patterns.

# The name as commands may have it: a path that begins with a slash, a drive or `./`.
proc _np_file_name {path} {
	if {$path eq "" || [string first \0 $path] >= 0} {
		return -code error "no file can have this name"
	}
	if {[regexp {^([A-Za-z]:|[/\\])} $path]} {
		return $path
	}
	return ./$path
}

# file, directory, link, fifo, characterSpecial, blockSpecial or socket, of the name itself; "" where there is nothing.
proc _np_file_kind {path} {
	if {[catch {file type [_np_file_name $path]} kind]} {
		return ""
	}
	return $kind
}

# A channel to read from. Only of a plain file (or a link to one): a FIFO would be waited for, a device might never end.
proc _np_file_open {path} {
	set path [_np_file_name $path]
	if {![file isfile $path]} {
		return -code error "it is no plain file"
	}
	return [open $path r]
}

# The text of a file, or with a limit that many bytes of it at the most.
proc _np_file_read {path {limit ""}} {
	set file [_np_file_open $path]
	set failed [catch {$file read {*}$limit} text]
	close $file
	return -code $failed $text
}

# The names in a folder, the hidden ones too; an error if it cannot be read.
proc _np_file_list {folder} {
	return [readdir [_np_file_name $folder]]
}

proc _np_file_delete {path} {
	file delete [_np_file_name $path]
}

# Runs a program, a path or a name that PATH finds, past any shell. What it prints; an error has its complaints too. To
# `exec` some words are more than words, by how they begin: the caller's begin with a letter, a digit, _ . or -.
proc _np_file_run {program words} {
	if {![regexp {^[A-Za-z_./\\]} $program]} {
		set program ./$program
	}
	foreach word $words {
		if {![regexp {^[A-Za-z0-9_.-]} $word] || [regexp {^2>} $word]} {
			return -code error "a word that exec would not take as it is"
		}
	}
	return [exec $program {*}$words]
}

# ---- writing --------------------------------------------------------------------------------------------------

# Writes a file. A plain one appears whole or not at all: a new one beside it, then renamed. Whatever else has the name
# (a link, a FIFO, a device) stays and gets the text, as by a shell's `>`; a FIFO is waited for like there. Left to
# chance: Jim cannot tell whether a name has become something else between the look and the rename.
proc _np_file_write {path text private} {
	set folder [_np_file_folder $path]
	set temporary ""
	if {[catch {
		set name [_np_file_name $path]
		if {[_np_file_is_stdout $name]} {
			# Not opened anew: what is printed later would land at its beginning.
			puts -nonewline $text
		} elseif {[lsearch -exact {file {}} [_np_file_kind $name]] < 0} {
			_np_file_put [open $name w] $text
		} else {
			lassign [_np_file_new $folder $private] temporary file
			# On the disk before it gets its name.
			_np_file_put $file $text 1
			file rename -force $temporary $name
		}
	}]} {
		if {$temporary ne ""} {
			catch {file delete $temporary}
		}
		_np_fail "the file [_np_quote $path] cannot be written: check the folder's permissions and the disk's\
			space"
	}
}

# The folder that a file is to be created in.
proc _np_file_folder {path} {
	set folder [file dirname $path]
	if {[catch {file isdirectory [_np_file_name $folder]} is] || !$is} {
		_np_fail "the folder [_np_quote $folder] does not exist: create it, or choose another"
	}
	return $folder
}

# Refuses a folder that would not take a new file.
proc _np_file_can_write {path} {
	set folder [_np_file_folder $path]
	if {[catch {_np_file_new $folder 1} made]} {
		_np_fail "the file [_np_quote $path] cannot be written: check the folder's permissions and the disk's\
			space"
	}
	close [lindex $made 1]
	file delete [lindex $made 0]
}

proc _np_file_put {file text {sync 0}} {
	set failed [catch {
		puts -nonewline $file $text
		$file flush
		if {$sync} {
			$file sync
		}
	} why]
	close $file
	return -code $failed $why
}

# The name of a new, empty file in a folder, which only its owner can read and which nobody else has opened.
proc _np_file_unique {folder prefix} {
	return [file tempfile [_np_file_name $folder/${prefix}XXXXXX]]
}

# {path channel} of a new file in a folder, under a name that nobody can have prepared: it is created, never found.
# A private one can be read by its owner only, from the first moment.
proc _np_file_new {folder private} {
	set folder [_np_file_name $folder]
	if {$private} {
		set path [_np_file_unique $folder .nameplate-]
		return [list $path [open $path w]]
	}
	for {set try 0} {1} {incr try} {
		set path $folder/.nameplate-[pid]-[clock milliseconds]-[rand 1000000]
		if {![catch {open $path {WRONLY CREAT EXCL}} file]} {
			return [list $path $file]
		}
		if {$try >= 10} {
			return -code error $file
		}
	}
}

# A file of ours alone with a text in it, where the system keeps such files, for a command that takes nothing but files.
# The caller deletes it.
proc _np_file_scratch {text} {
	set path ""
	if {[catch {
		set path [file tempfile]
		_np_file_put [open $path w] $text
	}]} {
		set folder [file dirname $path]
		if {$path eq ""} {
			set folder [expr {[info exists ::env(TMPDIR)] ? $::env(TMPDIR) : "/tmp"}]
		}
		catch {file delete $path}
		_np_fail "a file that the write passes through cannot be created in the folder [_np_quote $folder],\
			and nothing is\
			written without it: check its permissions and its space, or name another in the environment\
			variable TMPDIR"
	}
	return $path
}

# Whether a name means this process's standard output.
proc _np_file_is_stdout {path} {
	foreach {name stat} [list /dev/stdout there $path here] {
		if {[catch {file stat $name $stat}]} {
			return 0
		}
	}
	return [expr {$there(type) ne "characterSpecial" && $there(dev) == $here(dev) && $there(ino) == $here(ino)}]
}

list
