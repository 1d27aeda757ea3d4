#compdef ramp
# zsh completion for ramp(1). What there is to complete, the program says
# itself: commands in `ramp --help`, options in `ramp COMMAND --help`.

local -a list
if ((CURRENT == 2)); then
    list=(${(f)"$($words[1] --help 2>/dev/null |
        sed -n '/^usage:/,/^ramp /s/^  \([a-z]*\)  *.*/\1/p')"})
    compadd -- $list --help --version
elif [[ $words[CURRENT] == -* ]]; then
    list=(${(f)"$($words[1] $words[2] --help 2>/dev/null |
        sed -n '/^options/,/^$/s/^  \(--[a-z0-9-]*\).*/\1/p')"})
    compadd -- $list
else
    _files
fi
