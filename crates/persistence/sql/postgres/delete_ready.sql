WITH gone AS (
    DELETE FROM ready r
    USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS u (lane_id, rank, mission_id)
    WHERE r.lane_id = u.lane_id AND r.rank = u.rank AND r.mission_id = u.mission_id
    RETURNING 1
)
SELECT 1 / (count(*) = cardinality($3::text[]))::integer FROM gone
