missions AS m INDEXED BY missions_labelled
WHERE m.labels IS NOT NULL
