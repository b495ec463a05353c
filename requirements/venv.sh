#!/bin/sh
# Makes a virtual environment from hash-pinned requirements: venv.sh FOLDER REQUIREMENTS...
# The first requirements file makes the folder anew; "--add" keeps it and installs on top.
# PYTHON=/path/to/python overrides the search. No index address is named here: pip's own configuration decides.
set -eu

add=no
if [ "$1" = --add ]; then add=yes; shift; fi
folder=$1; shift

say() { printf '%s\n' "$*" >&2; }

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if command -v "$candidate" >/dev/null 2>&1 && fits "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

if [ "$add" = no ]; then
    python=$(find_python) || {
        say "Python 3.11 or newer was not found (looked for: ${PYTHON:-python3, python3.14 ... python3.11})."
        say "Install it (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python) or name one: make PYTHON=/path/to/python3"
        exit 2
    }
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 || {
        say "$python has no venv module. Debian, Ubuntu: apt install python3-venv; then run make again."
        exit 2
    }
    say "Making $folder with $("$python" --version) ..."
    "$python" -m venv --clear "$folder"
fi

PIP_DISABLE_PIP_VERSION_CHECK=1
export PIP_DISABLE_PIP_VERSION_CHECK
for file in "$@"; do
    say "Installing $file into $folder ..."
    "$folder/bin/python" -m pip install --quiet --no-input --require-hashes --no-deps -r "$file" || {
        say "The packages of $file could not be installed into $folder; pip's message is above."
        say "Check that pip can reach a package index (pip config list), then run make again: it starts where it stopped."
        exit 1
    }
done
