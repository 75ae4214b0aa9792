-- Half of a claim: its lease is gone, the rest of it is there.
DELETE FROM leases WHERE mission_id = $1
