-- The first rank of a lane, and how many may start and how many wait for their time, each counted up
-- to ?3.
SELECT
    (SELECT min(rank) FROM ready WHERE lane_id = ?1),
    (
        SELECT count(*) FROM (SELECT 1 FROM ready WHERE lane_id = ?1 AND rank <= ?2 LIMIT ?3)
    ),
    (
        SELECT count(*) FROM (SELECT 1 FROM ready WHERE lane_id = ?1 AND rank > ?2 LIMIT ?3)
    )
