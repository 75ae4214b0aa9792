-- Changes what is named: $4 is what it says, $5 whether $6 to $8 say how it rests, $9 whether $10 is its
-- next tick. A schedule that goes on forgets how often it has failed.
UPDATE schedules
SET
    spec = coalesce($4::text, spec),
    paused_at = CASE WHEN $5::boolean THEN $6::timestamptz ELSE paused_at END,
    paused_by = CASE WHEN $5::boolean THEN $7::text ELSE paused_by END,
    pause_reason = CASE WHEN $5::boolean THEN $8::text ELSE pause_reason END,
    failures = CASE WHEN $5::boolean AND $6::timestamptz IS NULL THEN 0 ELSE failures END,
    next_tick = CASE WHEN $9::boolean THEN $10::timestamptz ELSE next_tick END,
    revision = revision + 1,
    updated_at = $11::timestamptz
WHERE project_id = $1 AND name = $2 AND ($3::bigint IS NULL OR revision = $3::bigint)
RETURNING
    id, project_id, name, spec, revision, paused_at, paused_by, pause_reason, next_tick, decided,
    failures, created_at, updated_at, created_by
