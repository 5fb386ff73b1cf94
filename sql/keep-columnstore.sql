-- Has TimescaleDB move what is older than compressAfter, such as '7d', to its columnstore, or with 'off' no longer; answers
-- whether it does.
SELECT keep_columnstore(nullif(:?compressAfter, 'off')::interval) AS columnstore
