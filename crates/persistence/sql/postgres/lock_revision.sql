-- One after the other come those who add what there may be a number of: what is counted after this
-- is what there is.
SELECT revision FROM identity_revision FOR NO KEY UPDATE
