UPDATE meta SET numbered_until = $1 WHERE numbered_until < $1
