# bash completion for ramp(1). What there is to complete, the program says
# itself: commands in `ramp --help`, options in `ramp COMMAND --help`.

_ramp() {
    local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} list=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        list=$("$program" --help 2>/dev/null |
            sed -n '/^usage:/,/^ramp /s/^  \([a-z]*\)  *.*/\1/p')
        list="$list --help --version"
    elif [[ $word == -* ]]; then
        list=$("$program" "${COMP_WORDS[1]}" --help 2>/dev/null |
            sed -n '/^options/,/^$/s/^  \(--[a-z0-9-]*\).*/\1/p')
    fi
    # Nothing in the list: the names of files (-o default).
    mapfile -t COMPREPLY < <(compgen -W "$list" -- "$word")
}

complete -o bashdefault -o default -F _ramp ramp
