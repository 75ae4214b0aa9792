missions AS m INDEXED BY missions_dead_letter
WHERE m.dead_letter
