# Completion of sipmon for bash.
_sipmon()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}

	case $prev in
	-i | --interface)
		COMPREPLY=($(compgen -W "any $(ls /sys/class/net 2> /dev/null)" -- "$cur"))
		return
		;;
	--format) COMPREPLY=($(compgen -W 'text json jsonl csv html' -- "$cur")); return ;;
	--lang) COMPREPLY=($(compgen -W 'en vi' -- "$cur")); return ;;
	--duplicates) COMPREPLY=($(compgen -W 'drop keep' -- "$cur")); return ;;
	--color) COMPREPLY=($(compgen -W 'auto never always' -- "$cur")); return ;;
	--theme) COMPREPLY=($(compgen -W 'auto dark light contrast mono' -- "$cur")); return ;;
	-L | --hep-listen) COMPREPLY=($(compgen -W '9060 udp: tcp:' -- "$cur")); return ;;
	--policy) COMPREPLY=($(compgen -S = -W 'iat_window date_window div_inner_window orig_source default_cc' -- "$cur")); return ;;
	-r | -I | -w | --read | --write | --keylog | --private-key | --certs | --trust | --crl | --crl-trust | --untrusted)
		COMPREPLY=($(compgen -f -- "$cur"))
		return
		;;
	esac
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W "$(sipmon --help | grep -o -- '--[a-z-]*' | sort -u)" -- "$cur"))
	elif [ "$COMP_CWORD" = 1 ]; then
		COMPREPLY=($(compgen -W 'report explain agent' -- "$cur"))
	fi
}
complete -o filenames -F _sipmon sipmon
