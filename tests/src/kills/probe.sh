#!/bin/sh
# Says in the ledger when an attempt begins and ends, stands still while the gate is closed, and fails
# where that was planned. A line is one short write at the end of the file, so lines of several
# programs never mix.
set -eu

say() {
  echo "$MISSION_ID $MISSION_LEASE_ID $$ $1" >>"$PROBE_LEDGER"
}

say start
# The gate is a pipe that the test holds open without writing: it ends when the test opens the gate
# or dies. Its name goes first, so whoever finds none has found the gate open.
if [ -p "$PROBE_GATE" ]; then
  read -r _ <"$PROBE_GATE" || :
fi
class=
case "$1" in
  stumbles) [ "$MISSION_ATTEMPT" -gt 1 ] || class=transient ;;
  breaks) class=invalid_input ;;
  mends) [ -e "$PROBE_MENDED/$MISSION_ID" ] || class=invalid_input ;;
esac
say end
if [ -n "$class" ]; then
  echo "::fail $class as planned"
  exit 1
fi
