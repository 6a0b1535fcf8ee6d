# SPDX-License-Identifier: MIT
# Completion of nameplate-ledger for bash.

_nameplate_ledger() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' i words
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--ledger | --station) ((i++)) ;;
		-*) ;;
		*)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	case $before in
	--ledger | --output | -o | --from | --image)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--station | --uid | --has | --upload | --image-sha256 | --seconds | --reason | --columns | --secret) return ;;
	esac
	case $command in
	'') words='init series import take done failed release again new adopt scrap show list uploads export split merge check backup
		--ledger --json --station --help --version' ;;
	init) words='--from' ;;
	series) words='first= last= form= block=' ;;
	import) words='--columns --secret' ;;
	take) words='--uid --has --image --secrets --json' ;;
	done) words='--uid --has --upload --image --image-sha256 --seconds --reason' ;;
	failed) words='--uid --has --upload --nothing-written --reason' ;;
	list) words='--open --used --free --scrapped --json' ;;
	export) words='--csv --json --secrets --output uploads numbers' ;;
	*) words='--json' ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	case $command in
	import | split | merge | backup) [[ $word == -* ]] || mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	esac
	[[ ${COMPREPLY[*]} != *= ]] || compopt -o nospace 2>/dev/null
}
complete -o filenames -F _nameplate_ledger nameplate-ledger
