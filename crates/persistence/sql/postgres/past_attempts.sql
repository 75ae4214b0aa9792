SELECT a.mission_id, a.lease_id, a.outcome
FROM unnest($1::text[], $2::bigint[]) AS asked (mission_id, lease_id)
JOIN attempts a ON a.mission_id = asked.mission_id AND a.lease_id = asked.lease_id
