#!/bin/sh
# Prints the Python that EntryGo is set up with where nobody named one.
#
# It is `python3`, unless that is a plain build from source, such as pyenv makes by default, and the
# distribution has one that is new enough: distributions build theirs by profile, and the services then take
# a tenth less CPU for the same work.

is_built_by_profile() {
  "$1" -c 'import sys, sysconfig; sys.exit("--enable-optimizations" not in (sysconfig.get_config_var("CONFIG_ARGS") or ""))' 2> /dev/null
}

# Debian may install a part of the standard library alone; tomllib came with Python 3.11.
is_whole_and_new_enough() {
  "$1" -c 'import asyncio, ctypes, lzma, sqlite3, ssl, tomllib' 2> /dev/null
}

distributions=${1:-/usr/bin/python3}
if ! is_built_by_profile python3 && is_whole_and_new_enough "$distributions"; then
  echo "$distributions"
else
  echo python3
fi
