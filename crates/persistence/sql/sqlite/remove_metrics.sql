-- Rows are written in the order of time, so the first ones are the oldest.
DELETE FROM mission_metrics
WHERE id IN (
    SELECT first.id
    FROM (SELECT m.id, m.timestamp FROM mission_metrics AS m ORDER BY m.id LIMIT ?2) AS first
    WHERE first.timestamp < ?1
)
