DELETE FROM mission_logs
WHERE (mission_id, n) IN (
    SELECT old.mission_id, old.n FROM mission_logs AS old INDEXED BY mission_logs_by_time
    WHERE old.at < ?1
    ORDER BY old.at
    LIMIT ?2
)
