#!/bin/sh
# manual.sh - writes ramp(1): docs/man/ramp.1 with what each command's --help
# says in the place of its line '.\" COMMANDS', so that the page cannot lag
# behind the program, and with the version.
#
# usage: scripts/manual.sh PROGRAM
set -eu
cd "$(dirname "$0")/.."

ramp=$1
case $ramp in /*) ;; *) ramp=$PWD/$ramp ;; esac
version=$(sed -n 's/^#define RAMP_VERSION "\(.*\)"$/\1/p' \
    include/ramp/version.h)

# The commands in the order of `ramp --help`.
commands() {
    "$ramp" --help | sed -n '/^usage:/,/^ramp /s/^  \([a-z]*\)  *.*/\1/p'
}

# From the text of a --help to mdoc: usage, paragraphs, a list of options whose
# names stand in columns 3 to 24, examples as they are.
help_to_mdoc() {
    awk -v q="'" '
    function safe(text) { # no escapes, no request at the start
        gsub(/\\/, "\\e", text)
        gsub(/-/, "\\-", text)
        return text ~ "^[." q "]" ? "\\&" text : text
    }
    function literal(on) { # text that keeps its lines
        if (on != is_literal)
            print on ? ".Bd -literal -offset indent" : ".Ed"
        is_literal = on
    }
    NR == 1 {
        sub(/^usage: ramp /, "")
        n = split($0, word, " ")
        printf ".Ss ramp %s\n.Nm\n.Cm %s\n", word[1], word[1]
        for (i = 2; i <= n; i++)
            if (word[i] ~ /^--/)
                printf ".Fl \\-%s\n", substr(safe(word[i]), 5)
            else if (word[i] == "[options]")
                print ".Op Ar options"
            else
                printf ".Ar %s\n", safe(word[i])
        print ".Pp"
        next
    }
    $0 == "options" || $0 == "example" {
        literal(0)
        part = $0
        blank = 0
        print ".Pp"
        if (part == "options")
            print ".Bl -tag -width indent -compact"
        next
    }
    $0 == "" {
        if (part == "options")
            print ".El"
        part = part == "options" ? "" : part
        blank = is_begun
        next
    }
    part == "options" && /^  --/ {
        split(substr($0, 3), word, " ")
        printf ".It Fl %s", safe(substr(word[1], 2))
        wide = length($0) <= 24 || substr($0, 24, 1) != " "
        at = length(word[1]) + 4
        value = wide ? substr($0, at) : substr($0, at, 24 - at)
        gsub(/^ +| +$/, "", value)
        print value == "" ? "" : " Ar " safe(value)
        if (!wide)
            print safe(substr($0, 25))
        next
    }
    part == "options" { sub(/^ +/, ""); print safe($0); next }
    blank { literal(0); print ".Pp"; blank = 0 }
    { is_begun = 1; literal(part == "example" || $0 ~ /^  /) }
    is_literal { sub(/^  /, "") }
    { print safe($0) }
    END { literal(0) }'
}

while IFS= read -r line; do
    case $line in
    '.\" COMMANDS')
        for command in $(commands); do
            "$ramp" "$command" --help | help_to_mdoc
        done
        ;;
    *) printf '%s\n' "$line" | sed "s/@VERSION@/$version/" ;;
    esac
done <docs/man/ramp.1
