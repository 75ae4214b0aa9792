missions AS m INDEXED BY missions_by_project
WHERE TRUE
