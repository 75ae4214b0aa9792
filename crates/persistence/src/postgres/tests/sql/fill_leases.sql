INSERT INTO leases (
    mission_id, lease_id, project_id, agent_id, kind, fairness_key, length_ms, expires_at
)
SELECT id, lease_id, project_id, agent_id, kind, coalesce(fairness_key, project_id), 3600000,
    now() + interval '1 hour'
FROM missions
WHERE status = 'running'
