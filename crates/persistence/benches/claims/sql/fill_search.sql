INSERT INTO mission_search (mission_id, project_id, text)
SELECT
    id, project_id,
    lower(
        (title || E'\x02' || description || E'\x02' || coalesce(error_message, ''))
        COLLATE "und-x-icu"
    )
FROM missions
