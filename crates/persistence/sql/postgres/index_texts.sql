-- A character that no search can contain stands between the fields. Letters are lowered by Unicode's
-- rules and not by those of the database, which may know ASCII alone.
INSERT INTO mission_search (mission_id, project_id, text)
SELECT
    m.id, m.project_id,
    lower(
        (m.title || E'\x02' || m.description || E'\x02' || coalesce(m.error_message, ''))
        COLLATE "und-x-icu"
    )
FROM missions m
WHERE m.id = ANY($1)
ON CONFLICT (mission_id) DO UPDATE SET text = excluded.text
WHERE mission_search.text <> excluded.text
