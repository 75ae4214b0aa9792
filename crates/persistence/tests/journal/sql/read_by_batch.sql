-- How a reader without places would follow the journal: by the ids of batches, as far as it sees.
SELECT batch, pos FROM journal WHERE batch > $1 ORDER BY batch, pos
