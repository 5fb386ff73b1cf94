-- Keeps the day partitions of the last week and of the next three days in place; answers how many it had to create.
SELECT ensure_partitions(7, 3) AS created
