SELECT sha256($1::integer::text::bytea)
