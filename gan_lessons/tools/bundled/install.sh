#!/bin/sh
# Installs the GAN lessons from this folder, without a network: sh install.sh [FOLDER]
here=$(CDPATH='' cd "$(dirname "$0")" && pwd) || exit
if [ ! -f "$here/install.py" ]; then
    echo "This folder is not whole: install.py is missing. Copy the whole folder again, and run this again." >&2
    exit 2
fi
for python in "$PYTHON" @NAMES@ python3 python; do
    [ -n "$python" ] && command -v "$python" > /dev/null || continue
    if "$python" "$here/install.py" --fits > /dev/null 2>&1; then
        exec "$python" "$here/install.py" "$@"
    fi
    found=$python
done
echo "No Python is found that can install these lessons. They need Python @PYTHONS@ (64 bits) on @PLATFORMS@." >&2
[ -n "$found" ] && echo "Found: $("$found" --version 2>&1) on $(uname -sm)." >&2
echo "Is it in another place? Then say where: PYTHON=/path/to/python sh install.sh" >&2
exit 2
