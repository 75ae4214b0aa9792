-- Changes what is named: ?4 is what it says, ?5 whether ?6 to ?8 say how it rests, ?9 whether ?10 is its
-- next tick. A schedule that goes on forgets how often it has failed.
UPDATE schedules
SET
    spec = coalesce(?4, spec),
    paused_at = CASE WHEN ?5 THEN ?6 ELSE paused_at END,
    paused_by = CASE WHEN ?5 THEN ?7 ELSE paused_by END,
    pause_reason = CASE WHEN ?5 THEN ?8 ELSE pause_reason END,
    failures = CASE WHEN ?5 AND ?6 IS NULL THEN 0 ELSE failures END,
    next_tick = CASE WHEN ?9 THEN ?10 ELSE next_tick END,
    revision = revision + 1,
    updated_at = ?11
WHERE project_id = ?1 AND name = ?2 AND (?3 IS NULL OR revision = ?3)
