INSERT INTO missions VALUES (
    ?1, 'Document Processing', 'Process uploaded documents', 'pending', 'high', 0, '{}'
)
