# SPDX-License-Identifier: MIT
# Completion of nameplate for bash. What the options are, the program says.

_nameplate() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
	local words='' values='' name value commands
	COMPREPLY=()
	[ "$before" != -o ] || before=--output
	while read -r name value commands; do
		if [ "$name" = "$before" ]; then
			values=$value
		elif [ -z "$commands" ]; then
			[ "$COMP_CWORD" != 1 ] || words+=" $name"
		elif [[ $COMP_CWORD != 1 && " $commands " == *" $command "* ]]; then
			words+=" $name"
		fi
	done < <(nameplate --list-options 2>/dev/null)
	case $before/$values in
	--format/*) words=$(nameplate --list-formats 2>/dev/null | sed 's/ .*//') ;;
	--cell/*) words='4 8 16 32 64 128' ;;
	*/ | */-)
		[ "$COMP_CWORD" != 1 ] || words+=' encode decode region'
		[ "$command" != encode ] || words+=' serial='
		;;
	*/*'|'*) words=${values//|/ } ;;
	*/FILE | */DUMP)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	*) return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	if [ "$command" = decode ] && [ "$COMP_CWORD" -gt 1 ] && [[ $word != -* && $values != *'|'* ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	elif [[ ${COMPREPLY[*]} == *= ]]; then
		compopt -o nospace 2>/dev/null
	fi
}
complete -o filenames -F _nameplate nameplate
