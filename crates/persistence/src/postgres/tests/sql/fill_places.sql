UPDATE missions m
SET lane_id = l.id, ready_rank = floor(extract(epoch FROM m.pending_since) * 1000000)
FROM lanes l
WHERE m.status = 'pending' AND NOT m.held
    AND l.kind = m.kind AND l.priority = m.priority
    AND l.fairness_key = coalesce(m.fairness_key, m.project_id)
