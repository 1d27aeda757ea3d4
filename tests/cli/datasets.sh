#!/bin/sh
# datasets.sh - scripts/datasets.sh with a table of its own, whose addresses
# are folders: success, going on, wrong checksums, no network.
set -u

dir=$(mktemp -d "${TMPDIR:-/tmp}/ramp-datasets.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
unset RAMP_DATASETS_MIRROR

fail() {
    echo "tests/cli/datasets.sh: $*" >&2
    cat "$dir/out" >&2
    exit 1
}

fetch() { # fetch EXPECTED_STATUS ARGUMENT...
    expected=$1
    shift
    sh "$dir/scripts/datasets.sh" "$@" >"$dir/out" 2>&1
    status=$?
    [ "$status" -eq "$expected" ] ||
        fail "$*: expected exit status $expected, found $status"
}

says() {
    grep -q -- "$1" "$dir/out" || fail "'$1' is missing in the output"
}

same() {
    cmp "$1" "$2" >"$dir/out" 2>&1 || fail "a wrong file was kept"
}

only() { # only FOLDER NAMES: nothing else lies there
    found=$(cd "$1" && echo *)
    [ "$found" = "$2" ] || fail "expected '$2' in '$1', found '$found'"
}

# Addresses: good; squeezed, compressed differently; bad, with other content;
# late, whose first bytes are wrong.
mkdir -p "$dir/scripts" "$dir/good" "$dir/squeezed" "$dir/bad" "$dir/late" \
    "$dir/tree/tiny-batches-bin"
cp scripts/datasets.sh "$dir/scripts"
good=$dir/good/digits.gz
awk 'BEGIN { for (i = 0; i < 5000; i++) print i * i % 977 }' >"$dir/digits"
gzip -9nc "$dir/digits" >"$good"
gzip -1nc "$dir/digits" >"$dir/squeezed/digits.gz"
echo other | gzip -nc >"$dir/bad/digits.gz"
cmp -s "$good" "$dir/squeezed/digits.gz" && fail "the test needs two files"
half=$(($(wc -c <"$good") / 2))
{
    head -c "$half" /dev/zero
    tail -c +$((half + 1)) "$good"
} >"$dir/late/digits.gz"
cp "$dir/digits" "$dir/tree/tiny-batches-bin/test_batch.bin"
tar -C "$dir/tree" -czf "$dir/good/tiny.tar.gz" tiny-batches-bin
content=$(md5sum <"$dir/digits")
archive=$(md5sum <"$dir/good/tiny.tar.gz")

cat >"$dir/scripts/datasets.txt" <<END
from gooddigits file://$dir/good
file gooddigits digits.gz ${content%% *}
from squeezed file://$dir/squeezed
file squeezed digits.gz ${content%% *}
from turns file://$dir/missing
from turns file://$dir/bad
from turns file://$dir/late
from turns file://$dir/good
file turns digits.gz ${content%% *}
from bad file://$dir/bad
file bad digits.gz ${content%% *}
from late file://$dir/late
file late digits.gz ${content%% *}
from away file://$dir/missing
file away digits.gz ${content%% *}
hint away a package has it
from tiny file://$dir/good
file tiny tiny.tar.gz ${archive%% *}
from badtar file://$dir/bad
file badtar digits.tar.gz ${archive%% *}
END
to=$dir/to

# Fetched, whole, and not fetched again.
fetch 0 gooddigits --to "$to"
same "$to/gooddigits/digits.gz" "$good"
only "$to/gooddigits" digits.gz
fetch 0 gooddigits --to "$to"
grep -q fetching "$dir/out" && fail "fetched twice"

# The checksum is that of the content: another compression will do.
fetch 0 squeezed --to "$to"
same "$to/squeezed/digits.gz" "$dir/squeezed/digits.gz"

# The addresses in turn: missing, wrong, wrong, right.
fetch 0 turns --to "$to"
same "$to/turns/digits.gz" "$good"
only "$to/turns" digits.gz

# RAMP_DATASETS_MIRROR comes first, also with a blank in its name.
mkdir -p "$dir/my stick/away"
cp "$good" "$dir/my stick/away"
RAMP_DATASETS_MIRROR="file://$dir/my stick" fetch 0 away --to "$to"
same "$to/away/digits.gz" "$good"
rm -r "$to/away"

# A wrong checksum: nothing is kept.
fetch 1 bad --to "$to"
says "wrong checksum, not kept: file://$dir/bad/digits.gz"
only "$to/bad" '*'

# A file in place that is wrong is named and left alone.
cp "$dir/bad/digits.gz" "$to/gooddigits/digits.gz"
fetch 1 gooddigits --to "$to"
says "'.*gooddigits/digits.gz' has a wrong checksum; try removing it"
same "$to/gooddigits/digits.gz" "$dir/bad/digits.gz"

# Goes on where it stopped: of 'late' only the second half is right.
fetch 1 late --to "$to"
head -c "$half" "$good" >"$to/late/digits.gz.part"
fetch 0 late --to "$to"
same "$to/late/digits.gz" "$good"
only "$to/late" digits.gz

# A half file of something else does no harm, nor does a whole one.
for size in 100 1000000; do
    rm -r "$to/turns"
    mkdir "$to/turns"
    head -c $size /dev/zero >"$to/turns/digits.gz.part"
    fetch 0 turns --to "$to"
    same "$to/turns/digits.gz" "$good"
    only "$to/turns" digits.gz
done
mkdir -p "$to/away"
cp "$good" "$to/away/digits.gz.part"
fetch 0 away --to "$to"
same "$to/away/digits.gz" "$good"
rm -r "$to/away"

# Nothing answers: what to do by hand, and that works.
fetch 1 away --to "$to"
says "cannot fetch 'digits.gz' of away"
says "a package has it"
says "file://$dir/missing/digits.gz"
says "put it into '.*/to/away'"
cp "$good" "$to/away/digits.gz"
fetch 0 away --to "$to"

# An archive becomes a folder.
fetch 0 tiny --to "$to"
same "$to/tiny/test_batch.bin" "$dir/digits"
only "$to/tiny" test_batch.bin
[ ! -e "$to/tiny.tar.gz" ] || fail "the archive was left"
fetch 0 tiny --to "$to"
cp "$dir/bad/digits.gz" "$dir/bad/digits.tar.gz"
fetch 1 badtar --to "$to"
[ ! -e "$to/badtar" ] || fail "a wrong archive was unpacked"

# Usage.
for arguments in '' 'unknown' 'tiny away' '--from x' 'tiny --to' '../tiny'; do
    # shellcheck disable=SC2086 # words
    fetch 2 $arguments
    says "^usage: "
done

# The real table: four sets, each with addresses, names and checksums.
sets=$(sed -n 's/^file \([a-z0-9-]*\) [a-z0-9.-]*\.gz [0-9a-f]\{32\}$/\1/p' \
    scripts/datasets.txt | uniq | tr '\n' ' ')
[ "$sets" = "mnist fashion-mnist cifar10 cifar100 " ] ||
    fail "the real table lists '$sets'"
