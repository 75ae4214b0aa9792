INSERT INTO ready (lane_id, rank, mission_id)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[])
