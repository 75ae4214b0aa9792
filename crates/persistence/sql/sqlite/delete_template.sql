DELETE FROM templates WHERE project_id = ?1 AND name = ?2
