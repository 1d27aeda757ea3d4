#!/bin/sh
# manual.sh - the manual pages and the completions hold every command, every
# option and every layer, and groff finds no fault in the pages.
. tests/cli/common

scripts/manual.sh "$RAMP" >"$dir/ramp.1" || fail 'scripts/manual.sh failed'
cp docs/man/ramp-net.5 "$dir"

# Of the shell's rather than the scripts' own making.
commands=$("$RAMP" --help | awk '/^usage/ { on = 1 } /^ramp / { on = 0 }
    on && /^  [a-z]/ { print $1 }')
options() {
    "$RAMP" "$1" --help | grep -o '^  --[a-z0-9-]*' | tr -d ' '
}
[ "$(echo "$commands" | wc -l)" -ge 7 ] || fail "found only: $commands"

# ---- ramp(1) ----
version=$("$RAMP" --version | cut -d' ' -f2)
has "$dir/ramp.1" ".Os \"ramp $version\""
for command in $commands; do
    sed -n "/^\.Ss ramp $command\$/,/^\.S[sh]/p" "$dir/ramp.1" >"$dir/part"
    [ -s "$dir/part" ] || fail "ramp.1 lacks 'ramp $command'"
    for option in $(options "$command"); do
        name=$(echo "${option#-}" | sed 's/-/\\-/g')
        grep -q -F -x -e ".It Fl $name" "$dir/part" ||
            has "$dir/part" ".It Fl $name Ar "
    done
    n=$(grep -c '^\.It' "$dir/part")
    [ "$n" -eq "$(options "$command" | wc -l)" ] ||
        fail "ramp.1: $n options of ramp $command"
done

# What no command's help has today: a long option, characters of groff's, a
# paragraph that is laid out by hand.
cat >"$dir/stub" <<'END'
#!/bin/sh
[ "$1" = --help ] && printf 'usage: ramp\n\n  odd  DATA  x\n\nramp odd\n' ||
    cat <<'HELP'
usage: ramp odd DATA [options]

.Words of \n one-sided kind
  .and   a
  table
and text

Another paragraph.

options
  --an-option-so-long VALUE
                        'of which this is said
  --exactly-20-long VAL so

example
  ramp odd --an-option-so-long \x
HELP
END
chmod +x "$dir/stub"
scripts/manual.sh "$dir/stub" | sed '1,/^\.Sh COMMANDS/d; /^\.Sh ENV/,$d' \
    >"$dir/part"
cat >"$dir/expected" <<'END'
.Ss ramp odd
.Nm
.Cm odd
.Ar DATA
.Op Ar options
.Pp
\&.Words of \en one\-sided kind
.Bd -literal -offset indent
\&.and   a
table
.Ed
and text
.Pp
Another paragraph.
.Pp
.Bl -tag -width indent -compact
.It Fl \-an\-option\-so\-long Ar VALUE
\&'of which this is said
.It Fl \-exactly\-20\-long Ar VAL
so
.El
.Pp
.Bd -literal -offset indent
ramp odd \-\-an\-option\-so\-long \ex
.Ed
END
diff "$dir/part" "$dir/expected" || fail 'another page was expected'

# ---- ramp-net(5) ----
words=$(sed -n '/layer_words\[\] = {/,/^};/s/^ *{"\([a-z]*\)".*/\1/p' \
    src/net/netspec.c)
[ -n "$words" ] || fail 'cannot find the words of layers'
for word in input $words; do
    grep -q "^\.It Ic $word\( \|\$\)" "$dir/ramp-net.5" ||
        fail "ramp-net.5 lacks the layer '$word'"
done
sed -n '/^\.Sh EXAMPLES/,/^\.Ed/p' "$dir/ramp-net.5" | grep -v '^\.' \
    >"$dir/example.net"
run 0 info "$dir/example.net"

# ---- Both, as they are shown ----
if command -v groff >/dev/null 2>&1 &&
    printf '.Dd today\n' | groff -mdoc -Tascii >/dev/null 2>&1; then
    for page in ramp.1 ramp-net.5; do
        groff -mdoc -Tascii -ww "$dir/$page" >"$dir/shown" 2>"$dir/err"
        [ -s "$dir/err" ] && fail "$page: $(cat "$dir/err")"
        sed 's/.\x08//g; s/\x1b\[[0-9;]*m//g' "$dir/shown" >"$dir/plain"
        has "$dir/plain" 'EXAMPLES'
        awk 'length > 79 { long = 1; print } END { exit long }' \
            "$dir/plain" || fail "$page has long lines"
    done
fi

# ---- Completion ----
# completed WORD...: what bash would offer for the last word.
completed() {
    bash -c '
        . scripts/completion/ramp.bash
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _ramp
        printf "%s\n" "${COMPREPLY[@]}"' bash "$RAMP" "$@" | sort
}
if command -v bash >/dev/null 2>&1; then
    { echo "$commands" && printf '%s\n' --help --version; } | sort \
        >"$dir/expected"
    completed '' | cmp - "$dir/expected" || fail 'commands are not completed'
    [ "$(completed tra)" = train ] || fail "'tra' is not completed"
    for command in $commands; do
        options "$command" | sort >"$dir/expected"
        completed "$command" -- | cmp - "$dir/expected" ||
            fail "the options of $command are not completed"
    done
    [ "$(completed export model --t)" = --to ] || fail "'--t' is not completed"
    [ -z "$(completed predict mod)" ] || fail 'files are left to bash'
fi
if command -v zsh >/dev/null 2>&1; then
    zsh -n scripts/completion/ramp.zsh || fail 'ramp.zsh is no script of zsh'
fi

finish
