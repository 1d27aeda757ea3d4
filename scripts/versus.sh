#!/bin/sh
# versus.sh - ramp and PyTorch in turn, on the shipped nets: pictures a second
# of both and their ratio, as a table for a README. Progress goes to standard
# error. About a quarter of an hour, on a machine that does nothing else.
#
# usage: [RAMP=/path/to/ramp] scripts/versus.sh [--turns N] [--seconds S]
#        [--threads N] [NET...]
#
# Needs a built ramp and Debian's python3-torch. What is measured, and how
# PyTorch is treated, stands in versus.py.
set -u
cd "$(dirname "$0")/.." || exit 1

export RAMP="${RAMP:-./ramp}"
if [ ! -x "$RAMP" ]; then
    echo "versus.sh: there is no program '$RAMP'; try make" >&2
    exit 3
fi

# The first python3 may be another than Debian's, without its packages.
has_torch='import importlib.util as i, sys; sys.exit(not i.find_spec("torch"))'
for python in python3 /usr/bin/python3 ''; do
    [ -z "$python" ] || "$python" -c "$has_torch" 2>/dev/null && break
done
if [ -z "$python" ]; then
    echo 'versus.sh: python3 has no torch;' \
        'try apt-get install python3-torch libopenblas0-openmp' >&2
    exit 3
fi

# Both at their best: a thread stays on its processor.
export OMP_PROC_BIND=true
exec "$python" scripts/versus.py "$@"
