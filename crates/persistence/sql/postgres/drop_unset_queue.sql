-- Names of kinds are made up freely, and nobody would remove them. Of a project there is one row: it
-- stays, for whoever resumed it.
DELETE FROM queues
WHERE project_id = $1 AND kind = $2 AND kind <> ''
    AND NOT paused AND running_limit IS NULL AND key_limit IS NULL
