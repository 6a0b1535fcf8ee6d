# SPDX-License-Identifier: MIT
# Completion of nameplate-pyocd for bash. What the options are, its help says.

_nameplate_pyocd() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=serial= name value
	COMPREPLY=()
	while read -r name value; do
		words+=" $name"
		[ "$name" = "$before" ] || continue
		case $value in
		DUMP)
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
			return
			;;
		?*) return ;;
		esac
	done < <(nameplate-pyocd --help 2>/dev/null | sed -n 's/^  \(--[a-z-]*\) \([A-Z]*\).*/\1 \2/p')
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	[[ ${COMPREPLY[*]} != *= ]] || compopt -o nospace 2>/dev/null
}
complete -o filenames -F _nameplate_pyocd nameplate-pyocd
