-- Writes down how tick $2 of schedule $1 was fired, or that it could not be. The first word counts,
-- except that `fired` takes the place of what it is not: it was, whoever did it. $8 failures in a row
-- pause the schedule with reason $9; one passed over, since $10 for $11, is none. Answers whether this
-- one did.
WITH told AS (
    UPDATE schedule_ticks
    SET outcome = $3, mission_id = $4, run_id = $5, reason = $6, since = $10::timestamptz,
        covers = $11::integer, settled_at = $7::timestamptz
    WHERE schedule_id = $1 AND n = $2
        AND (outcome = 'due' OR (outcome IN ('failed', 'skipped') AND $3 = 'fired'))
    RETURNING 1
),
judged AS (
    SELECT s.id, $3 = 'failed' AND s.paused_at IS NULL AND s.failures + 1 >= $8::integer AS pauses
    FROM schedules s
    WHERE s.id = $1 AND EXISTS (SELECT 1 FROM told) AND $3 <> 'skipped'
        AND ($3 = 'failed' OR s.failures > 0)
    FOR UPDATE
)
UPDATE schedules s
SET
    failures = CASE WHEN $3 = 'failed' THEN s.failures + 1 ELSE 0 END,
    paused_at = CASE WHEN judged.pauses THEN $7::timestamptz ELSE s.paused_at END,
    pause_reason = CASE WHEN judged.pauses THEN $9::text ELSE s.pause_reason END,
    revision = CASE WHEN judged.pauses THEN s.revision + 1 ELSE s.revision END
FROM judged
WHERE s.id = judged.id
RETURNING judged.pauses
