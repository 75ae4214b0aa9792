-- What failed missions have in common, what is counted of queues, and who set them.

-- Which failures are the same; set when a mission fails for good. The version before the first hyphen
-- says how it was made: what failed before this migration is told apart by class alone.
ALTER TABLE missions ADD COLUMN fingerprint text COLLATE "C";
UPDATE missions SET fingerprint = '0-' || coalesce(failure_class, 'unknown')
WHERE status = 'failed';

CREATE INDEX missions_by_fingerprint ON missions (project_id, fingerprint, id)
    WHERE fingerprint IS NOT NULL;
-- One probe for each different failure of a dead letter, and one for the first and last of its kind.
CREATE INDEX missions_failures ON missions (project_id, fingerprint, completed_at, id)
    WHERE dead_letter;
CREATE INDEX missions_last_dead ON missions (project_id, completed_at) WHERE dead_letter;
-- What waits for something else than an approval and has no row in `ready`.
CREATE INDEX missions_blocked ON missions (project_id, kind)
    WHERE status = 'pending' AND NOT held AND lane_id IS NULL;

ALTER TABLE queues ADD COLUMN updated_at timestamptz;
ALTER TABLE queues ADD COLUMN updated_by text;

-- Why, in the words of whoever asked for it.
ALTER TABLE previews ADD COLUMN reason text;
