m.project_id = :project AND m.id > :low AND m.id < :high
