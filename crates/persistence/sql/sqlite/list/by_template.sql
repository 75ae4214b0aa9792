missions AS m INDEXED BY missions_by_template
WHERE m.template = :of
