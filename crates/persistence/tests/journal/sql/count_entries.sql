SELECT count(*), count(DISTINCT (batch, pos)) FROM journal
