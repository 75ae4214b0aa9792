-- Touches no indexed column.
UPDATE missions SET
    updated_at = ?2, version = ?3, progress = ?4, progress_message = ?5, result = ?6,
    tokens_used = ?7, tokens_in = ?8, tokens_out = ?9, cost_nanos = ?10,
    attempt_tokens_used = ?11, attempt_tokens_in = ?12, attempt_tokens_out = ?13,
    attempt_cost_nanos = ?14
WHERE id = ?1
