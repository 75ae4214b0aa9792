-- A batch can end one attempt and begin the next: the row is then the new one's.
INSERT INTO leases (
    mission_id, lease_id, project_id, agent_id, kind, concurrency_key, fairness_key, length_ms,
    expires_at, timeout_at
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (mission_id) DO UPDATE SET
    lease_id = excluded.lease_id, agent_id = excluded.agent_id, kind = excluded.kind,
    concurrency_key = excluded.concurrency_key, fairness_key = excluded.fairness_key,
    length_ms = excluded.length_ms, expires_at = excluded.expires_at,
    timeout_at = excluded.timeout_at
