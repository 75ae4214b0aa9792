missions AS m
WHERE m.id IN (SELECT value FROM json_each(:of))
