SELECT
    a.id, a.project_id, a.name, a.agent_type, a.capabilities::text, a.kinds::text,
    a.max_concurrent::bigint, a.duty, a.online, a.registered_at, a.connected_at, a.last_active,
    a.last_state_change
FROM agents a
