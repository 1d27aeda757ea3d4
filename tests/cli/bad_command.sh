#!/bin/sh
# bad_command.sh - bad inputs 1 to 25: the command line. usage.sh has more of
# them, and help.
. tests/cli/bad_common

make_data "$dir/data"
cd "$dir" || exit 1
cp data/pictures/0.pgm "$(printf 'name-\377.pgm')"

refuses 1 'no command' 2 'no command given; try ramp --help'
refuses 2 'unknown command' 2 "unknown command 'xyzzy'; try ramp --help" xyzzy
refuses 2 'misspelt command' 2 "unknown command 'trian'; try ramp train" trian
refuses 3 'misspelt option' 2 "'--epocs'; try --epochs" train data --epocs 3
refuses 4 'option without a value' 2 'option --epochs needs a value: a whole' \
    train data --epochs
refuses 5 '--epochs -1' 2 "from 1 to 1000000, found '-1'" \
    train data --epochs -1
refuses 6 '--epochs 0' 2 "from 1 to 1000000, found '0'" train data --epochs 0
refuses 7 '--epochs 3x' 2 "from 1 to 1000000, found '3x'" \
    train data --epochs 3x
refuses 8 'number above 2^64' 2 "1000000, found '99999999999999999999'" \
    train data --epochs 99999999999999999999
refuses 9 '--lr nan' 2 "expected a number from 1e-09 to 1000, found 'nan'" \
    train data --lr nan
refuses 10 '--lr inf' 2 "1000, found 'inf'" train data --lr inf
refuses 11 '--lr -0.1' 2 "1000, found '-0.1'" train data --lr -0.1
refuses 12 '--batch 0' 2 "--batch: expected a whole number from 1 to 1000000" \
    train data --batch 0
refuses 13 '--batch 2^31' 2 "1000000, found '2147483648'" \
    train data --batch 2147483648
refuses 14 '--threads 0' 2 "from 1 to 1024, found '0'" train data --threads 0
refuses 15 '--threads 100000' 2 "from 1 to 1024, found '100000'" \
    train data --threads 100000
refuses 16 '--seed abc' 2 "18446744073709551615, found 'abc'" \
    train data --seed abc
refuses 17 'twice, with other values' 2 \
    "option --epochs is given twice, as '3' and as '4'" \
    train data --epochs 3 --epochs=4
refuses 18 '--val 1.5' 2 "--val: expected a number from 0 to 0.9, found '1.5'" \
    train data --val 1.5
refuses 19 '--resume with another net' 2 \
    '--net cannot change with --resume' train --resume run --net lenet
refuses 20 'output is the input' 2 "'data' is read by this training" \
    train data --out data
refuses 21 'empty path' 2 'an argument is empty' data ''
refuses 22 'path over PATH_MAX' 2 'expected at most 4095 bytes, found 5000' \
    data "$(printf '%5000s' '' | tr ' ' a)"
refuses 23 'newline in a name' 2 "'a\\nb': expected no control character" \
    data 'a
b'
refuses 23 'escape in a name' 2 "'a\\x1b[31m': expected no control character" \
    data "$(printf 'a\033[31m')"

# A name is bytes. Not UTF-8, it is escaped in messages and left as it is in
# results.
trains 24 'run of a name that is not UTF-8' 'epoch 1/1' \
    train data --net "$tiny_net" --epochs 1 --out "$(printf 'run-\377')"
accepts 24 'names that are not UTF-8' "$(printf 'name-\377.pgm')" \
    predict "$(printf 'run-\377')" "$(printf 'name-\377.pgm')"
refuses 24 'missing, and not UTF-8' 3 "'a\\xff'" data "$(printf 'a\377')"

refuses 25 '--top 0' 2 '--top: expected a whole number from 1 to 100000' \
    predict run-1 data --top 0

finish_rows
