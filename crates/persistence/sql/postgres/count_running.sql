SELECT agent_id, count(*) FROM leases WHERE agent_id IS NOT NULL GROUP BY agent_id
