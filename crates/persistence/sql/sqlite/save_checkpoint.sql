INSERT INTO projection_checkpoint (only_row, seq, saved_at, body) VALUES (1, ?1, ?2, ?3)
ON CONFLICT (only_row) DO UPDATE SET
    seq = excluded.seq, saved_at = excluded.saved_at, body = excluded.body
WHERE excluded.seq >= projection_checkpoint.seq
