missions AS m INDEXED BY missions_by_kind
WHERE m.kind = :of AND m.kind <> 'default'
