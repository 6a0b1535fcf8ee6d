# SPDX-License-Identifier: GPL-2.0-only
# Completion of vboard for bash. What the options, the parts and the probes are, the program says.

_vboard() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words='' name value
	COMPREPLY=()
	while read -r name value; do
		words+=" $name"
		[ "$name" = "$before" ] || continue
		case $name/$value in
		--chip/*) words=$(vboard --list-chips 2>/dev/null | sed 's/ .*//') ;;
		--probe/*) words=$(vboard --help 2>/dev/null | sed -n '/^  --probe /,/^  --serial /s/^   *\([a-z][a-z0-9:-]*\) .*/\1/p') ;;
		*/FILE | */DIR)
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
			return
			;;
		*/?*) return ;;
		*) continue ;;
		esac
		break
	done < <(vboard --help 2>/dev/null | sed -n 's/^  \(--[a-z-]*\) \([A-Z]*\).*/\1 \2/p')
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o filenames -F _vboard vboard
