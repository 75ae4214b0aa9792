UPDATE identity_revision SET revision = revision + 1 RETURNING revision
