INSERT INTO consumers (name, seq) VALUES ('stalled', 2)
