#!/bin/sh
# models.sh - the trained models of models/ answer out of the box, and are no
# worse than models/README.md says.
. tests/cli/common

# evaluated MODEL DATA OPTION...: the error on the test pictures is that of the
# row with this command, but for one picture in a thousand: instruction sets may
# round to different sides. Data of another fingerprint are other pictures.
evaluated() {
    row=$(grep -F "| \`ramp eval $*\` |" models/README.md) ||
        fail "models/README.md has no row for: ramp eval $*"
    print=$("$RAMP" data "$2" 2>"$dir/err" |
        sed -n 's/^fingerprint *//p')
    case ${print:+$row} in
    *"\`$print\`"*) ;;
    *)
        echo "skipped: no data '$2' as the model $1 is measured on"
        return
        ;;
    esac
    run 0 eval "$@" || return
    found=$(sed -n 's/^error *\([0-9.]*\) %.*/\1/p' "$dir/out")
    said=$(echo "$row" | sed 's/.*| \([0-9.]*\) % |.*/\1/')
    echo "${found:-100} $said" | awk '{ exit !($1 <= $2 + 0.1) }' ||
        fail "eval $*: expected $said % as in models/README.md, found $found %"
}

evaluated fashion fashion-small
evaluated fashion fashion-mnist
evaluated digits mnist
evaluated speedy-s cifar10 --tta mirror

# Ten digits that no data set holds, in their order; that their folder has the
# name of the model leads nobody astray. (The link is for a program built in a
# folder of its own, which has no models/ beside it.)
mkdir "$dir/digits"
ln -s "$PWD/models" "$dir/models"
perl scripts/draw_digits.pl "$dir/digits"
cd "$dir" || exit 1
run 0 predict digits digits --csv
answers=$(sed 1d out | cut -d, -f2 | paste -s -d' ' -)
[ "$answers" = '0 1 2 3 4 5 6 7 8 9' ] ||
    fail "digits: expected 0 to 9, found $answers"
refused 4 "cannot find model 'digit': expected a file, the folder of a run, or \
the name of one in models/; try digits" predict digit digits

finish
