#!/bin/sh
# A child in the background, itself, and a look at its gate now and then. The ledger has a line
# `mission lease pid` for each of the two.
set -eu

say() {
  echo "$MISSION_ID $MISSION_LEASE_ID $1" >>"$LEDGER"
}

sleep 3000 >&- 2>&- &
child=$!
say "$child"
say $$
while [ ! -e "$GATES/$MISSION_ID" ]; do
  sleep 0.2
done
kill "$child" || :
echo '::result {"by":"its program"}'
