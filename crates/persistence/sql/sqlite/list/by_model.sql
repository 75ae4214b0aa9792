missions AS m INDEXED BY missions_by_model
WHERE m.model_used = :of
