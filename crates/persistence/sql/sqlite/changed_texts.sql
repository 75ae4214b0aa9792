-- The places at which the text of a mission may have got new words.
SELECT seq, mission_id FROM journal
WHERE seq > ?1
  AND mission_id IS NOT NULL
  AND event IN ('created', 'edited', 'failed', 'requeued', 'cancelled')
ORDER BY seq
LIMIT ?2
