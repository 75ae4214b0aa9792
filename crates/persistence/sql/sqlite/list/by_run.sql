missions AS m INDEXED BY missions_by_run
WHERE m.run_id = :of
