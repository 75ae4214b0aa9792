SELECT mission_id
FROM mission_search
WHERE text LIKE $1 AND ($2::text[] IS NULL OR project_id = ANY($2))
LIMIT $3
