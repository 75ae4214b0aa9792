-- What a list asks for, over rows found by any index; a parameter that is NULL filters nothing.
-- mentions() is ours: see `search.rs`.
    m.project_id = :project
AND m.id > :low AND m.id < :high
AND (:statuses IS NULL OR m.status IN (SELECT value FROM json_each(:statuses)))
AND (:priorities IS NULL OR m.priority IN (SELECT value FROM json_each(:priorities)))
AND (:kinds IS NULL OR m.kind IN (SELECT value FROM json_each(:kinds)))
AND (:agent_types IS NULL OR m.agent_type IN (SELECT value FROM json_each(:agent_types)))
AND (:agents IS NULL OR m.agent_id IN (SELECT value FROM json_each(:agents)))
AND (:models IS NULL OR m.model_used IN (SELECT value FROM json_each(:models)))
AND (:parents IS NULL OR m.parent_id IN (SELECT value FROM json_each(:parents)))
AND (:roots IS NULL OR m.root_id IN (SELECT value FROM json_each(:roots)))
AND (:only_roots IS NULL OR m.parent_id IS NULL)
AND (:runs IS NULL OR m.run_id IN (SELECT value FROM json_each(:runs)))
AND (:templates IS NULL OR m.template IN (SELECT value FROM json_each(:templates)))
AND (:complexities IS NULL OR m.complexity IN (SELECT value FROM json_each(:complexities)))
AND (:fingerprints IS NULL OR m.fingerprint IN (SELECT value FROM json_each(:fingerprints)))
AND (:dead_letter IS NULL OR m.dead_letter = :dead_letter)
AND (:held IS NULL OR m.held = :held)
AND (:labels IS NULL OR EXISTS (
    SELECT 1 FROM json_each(m.labels) AS label
    WHERE label.value IN (SELECT value FROM json_each(:labels))
))
AND (
    :text IS NULL
    OR mentions(m.title, :text)
    OR mentions(m.description, :text)
    OR mentions(m.error_message, :text)
)
