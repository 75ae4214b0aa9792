SELECT seq, body FROM projection_checkpoint
