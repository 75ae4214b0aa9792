ALTER TABLE missions SET (autovacuum_enabled = false);
