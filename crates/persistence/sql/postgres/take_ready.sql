, NULL::bigint, NULL::timestamptz
FROM ready r
JOIN missions m ON m.id = r.mission_id AND m.lane_id = r.lane_id AND m.ready_rank = r.rank
WHERE r.lane_id = $1 AND r.rank >= $2 AND r.rank <= $3
    -- What has expired must not keep others from being taken until the sweep has come to it.
    AND (m.expires_at IS NULL OR m.expires_at > $5)
ORDER BY r.rank, r.mission_id
LIMIT $4
FOR NO KEY UPDATE OF m SKIP LOCKED
