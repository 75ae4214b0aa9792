-- Moves schedule $1 on from tick $3 to $4 while it is at revision $2 and does not rest, writes down what
-- becomes of the ticks $5 to $9, and lets all but the newest $10 leave, except those still to be fired
-- and the newest one that was: what it made may not be over. A tick that was decided about before stays
-- as it was. Answers the number of the first one, and the numbers of those that were written.
WITH moved AS (
    UPDATE schedules
    SET next_tick = $4::timestamptz, decided = decided + cardinality($5::timestamptz[])
    WHERE id = $1 AND revision = $2 AND next_tick = $3::timestamptz AND paused_at IS NULL
    RETURNING id, decided - cardinality($5::timestamptz[]) AS before, decided
),
made AS (
    INSERT INTO schedule_ticks (schedule_id, n, tick, outcome, reason, since, covers, decided_at)
    SELECT
        moved.id, moved.before + told.place, told.tick, told.outcome, told.reason, told.since,
        told.covers, $11::timestamptz
    FROM moved, unnest(
        $5::timestamptz[], $6::text[], $7::text[], $8::timestamptz[], $9::integer[]
    ) WITH ORDINALITY AS told (tick, outcome, reason, since, covers, place)
    ON CONFLICT (schedule_id, tick) DO NOTHING
    RETURNING n
),
gone AS (
    DELETE FROM schedule_ticks k
    USING moved
    WHERE k.schedule_id = moved.id AND k.n <= moved.decided - $10::bigint AND k.outcome <> 'due'
        AND NOT (k.outcome = 'fired' AND k.n = (
            SELECT max(f.n) FROM schedule_ticks f WHERE f.schedule_id = $1 AND f.outcome = 'fired'
        ))
)
SELECT before + 1, ARRAY(SELECT n FROM made) FROM moved
