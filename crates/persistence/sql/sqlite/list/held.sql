missions AS m INDEXED BY missions_held
WHERE m.held
