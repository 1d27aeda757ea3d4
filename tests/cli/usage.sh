#!/bin/sh
# usage.sh - the command line: what makes no sense is answered with exit
# status 2 and one line, and help is there for whoever asks.
. tests/cli/common

make_data "$dir/data"
cd "$dir" || exit 1
touch model

# ---- No command, unknown ones ----
refused 2 'no command given; try ramp --help'
refused 2 "unknown command 'trian'; try ramp train" trian
refused 2 "unknown command 'xyzzy'; try ramp --help" xyzzy
refused 2 "unknown command ''" ''
refused 2 "unknown option '--verion'; try ramp --version" --verion
refused 2 "expected --version alone, found 'x'" --version x

# ---- Options ----
refused 2 "unknown option '--epocs'; try --epochs" train data --epocs 3
refused 2 "unknown option '-e'; try --help" train data -e 3
refused 2 "option --epochs needs a value: a whole number" train data --epochs
refused 2 'option --epochs needs a value' train data --epochs --lr 1
refused 2 "--skip-bad: expected no value, found '1'" train data --skip-bad=1
refused 2 "--exact: expected no value, found '1'" train data --exact=1
refused 2 "unknown option '--exact'" data data --exact
refused 2 "--plan: expected no value, found 'x'" info lenet --plan=x
for value in -1 0 3x 99999999999999999999 '' ' 3' 1e3 0x10; do
    refused 2 "expected a whole number from 1 to 1000000, found '$value'" \
        train data "--epochs=$value"
done
refused 2 "found '-1'" train data --epochs -1
for value in nan inf -0.1 1e999 0,1 .; do
    refused 2 "--lr: expected a number from 1e-09 to 1000, found '$value'" \
        train data --lr "$value"
done
for value in 0 2147483648; do
    refused 2 "--batch: expected a whole number from 1" \
        train data --batch "$value"
done
for value in 0 100000; do
    refused 2 "--threads: expected a whole number from 1 to 1024" \
        train data --threads "$value"
done
refused 2 "--seed: expected a whole number from 0 to 18446744073709551615" \
    train data --seed abc
refused 2 "option --epochs is given twice, as '3' and as '4'" \
    train data --epochs 3 --epochs=4
refused 2 "--val: expected a number from 0 to 0.9, found '1.5'" \
    train data --val 1.5
refused 2 "--opt: expected nesterov, sgd or adamw, found 'adam'; try adamw" \
    train data --opt adam
refused 2 "--input: expected channels x height x width" \
    train data --input 8x8
refused 2 "--input: expected channels" train data --input 2x8x8
refused 2 "--time: expected a time such as" train data --time 10d
refused 2 "--cache: expected a number of bytes" train data --cache 0
refused 2 'relu' train data --act rleu
refused 2 'he' train data --init hee
refused 2 'try flip' train data --augment flop
refused 2 '--net cannot change with --resume' train --resume data --net lenet
refused 2 "--top: expected a whole number from 1" \
    predict model x.png --top 0
[ -e runs ] && fail 'a refused training left a folder'

# ---- Arguments ----
refused 2 'expected DATA, found nothing; try ramp train --help' train
refused 2 "expected DATA, found 'more' too" train data more
refused 2 'expected MODEL DATA, found less' eval model
refused 2 'expected MODEL PATH..., found nothing' predict
refused 2 'an argument is empty' data ''
refused 2 'expected a text that is not empty' train data --out=
refused 2 "'a\\nb': expected no control character" data 'a
b'
escape=$(printf 'a\033[31m')
refused 2 "'a\\x1b[31m': expected no control character" data "$escape"
long=$(printf '%5000s' '' | tr ' ' a)
refused 2 'expected at most 4095 bytes, found 5000' data "$long"
refused 2 'is read by this training' train data --out data
refused 2 "DATA is given twice" train data --data other

# A name that is not UTF-8 is a name; here, of a data set that is missing.
refused 3 '\xff' data "$(printf 'a\377')"
refused 3 "'--help'" data -- --help

# ---- Recipes ----
recipe() {
    printf '%s\n' "$1" >recipe
    shift
    refused 2 "$@"
}
recipe '--epocs 3' "recipe, line 1: unknown option '--epocs'; try --epochs" \
    train data --recipe recipe
recipe '# a comment

--epochs many # of them' \
    'recipe, line 3: --epochs: expected a whole number from 1 to 1000000' \
    train data --recipe recipe
recipe 'epochs 3' "recipe, line 1: expected --name value, found 'epochs 3'" \
    train data --recipe recipe
recipe '--lr' 'recipe, line 1: option --lr needs a value' \
    train data --recipe recipe
recipe '--recipe x' 'a recipe cannot name another' \
    train data --recipe recipe
recipe "--net $escape" 'expected text, found the byte 0x1b' \
    train data --recipe recipe
refused 2 'recipe' train data --recipe "$dir/no-such-recipe"
for path in "$OLDPWD"/models/*.recipe; do
    refused 3 "cannot find data set 'no-data'" train no-data --recipe "$path"
done
refused 2 'two ways to the same' train data --ema 0.9 --lookahead
# By name: from models/, unless there is a file of that name.
mkdir models
echo '--batchs 3' >models/mine.recipe
refused 2 "line 1: unknown option '--batchs'" train data --recipe mine
refused 2 "cannot open 'yours'" train data --recipe yours
refused 2 "cannot open './mine'" train data --recipe ./mine
echo '--epocs 3' >mine
refused 2 "line 1: unknown option '--epocs'" train data --recipe mine

# ---- Help ----
run 0 --version && has "$dir/out" 'ramp 0.'
grep -q '^ramp [0-9.]* ([a-z]* [0-9.]*, kernels [a-z0-9]* of portable'\
'[a-z0-9 ]*, 1 thread)$' "$dir/out" || fail "--version says '$(cat "$dir/out")'"
RAMP_CPU=portable OMP_NUM_THREADS=3 run 0 --version
has "$dir/out" 'kernels portable of portable'
has "$dir/out" ', 3 threads)'
RAMP_CPU=x refused 2 "instruction set 'x'" --version
for command in '' train eval predict info data export check bench plot; do
    # shellcheck disable=SC2086 # an empty word is none
    run 0 $command --help
    [ -s "$dir/err" ] && fail "$command --help writes to standard error"
    has "$dir/out" 'usage: ramp'
    [ -z "$command" ] || has "$dir/out" 'example'
    awk 'length > 79 { print; long = 1 } END { exit long }' "$dir/out" ||
        fail "$command --help has lines of more than 79 columns"
done
for command in train eval predict info check bench; do
    run 0 $command --help && has "$dir/out" '  --exact '
done
run 0 train data --epochs none -h && has "$dir/out" 'usage: ramp train DATA'

finish
