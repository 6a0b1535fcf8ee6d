# SPDX-License-Identifier: MIT
# Completion of nameplate for bash.

_nameplate() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words
	COMPREPLY=()
	case $before in
	--onto | --from | --output | -o)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--format) words=$(nameplate --list-formats 2>/dev/null | sed 's/ .*//') ;;
	--erased) words='ff 00' ;;
	--areas) words='1 2' ;;
	--cell) words='4 8 16 32 64 128' ;;
	--chip | --base | --size | --at | --delete) return ;;
	*)
		words='--chip --base --size --cell --erased --areas'
		case $COMP_CWORD/$command in
		1/*) words='encode decode region --list-chips --list-formats --help --version' ;;
		*/encode) words+=' --format --output --onto --at --whole --from --delete serial=' ;;
		*/decode) words+=' --json --dump --secrets --output --at' ;;
		*/region) words+=' --ld' ;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	if [ "$command" = decode ] && [ "$COMP_CWORD" -gt 1 ] && [[ $word != -* ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	elif [[ ${COMPREPLY[*]} == *= ]]; then
		compopt -o nospace 2>/dev/null
	fi
}
complete -o filenames -F _nameplate nameplate
