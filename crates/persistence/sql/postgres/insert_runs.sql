INSERT INTO runs (
    id, project_id, workflow, version, title, input, steps, created_by, created_at, paused
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::bigint[],
    $8::text[], $9::timestamptz[], $10::boolean[]
)
