SELECT store_id, epoch FROM meta
