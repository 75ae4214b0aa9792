SELECT agent_id, count(*) FROM leases
WHERE agent_id IS NOT NULL AND mission_id > ?1 AND mission_id <= ?2
GROUP BY agent_id
