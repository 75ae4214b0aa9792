SELECT action, priority, reason, chosen FROM previews
WHERE id = ?1 AND project_id = ?2 AND principal = ?3 AND expires_at > ?4
