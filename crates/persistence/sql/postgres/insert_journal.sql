WITH batch AS (
    INSERT INTO journal_batches (size, at) VALUES (cardinality($1::text[]), $7) RETURNING id
)
INSERT INTO journal (batch, pos, at, project_id, mission_id, agent_id, version, event, data)
SELECT
    batch.id, u.ordinality - 1, $7, u.project_id, u.mission_id, u.agent_id, u.version, u.event,
    u.data
FROM
    batch,
    unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[])
    WITH ORDINALITY
    AS u (project_id, mission_id, agent_id, version, event, data, ordinality)
