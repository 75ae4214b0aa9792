-- A loose index scan: one probe for each project that has a mission.
WITH RECURSIVE seen (project_id) AS (
    SELECT min(project_id) FROM missions
    UNION ALL
    SELECT (SELECT min(project_id) FROM missions WHERE missions.project_id > seen.project_id)
    FROM seen
    WHERE seen.project_id IS NOT NULL
)
SELECT project_id FROM seen WHERE project_id IS NOT NULL
