-- A B-tree over the time of readings in place of the BRIN index: one that PostgreSQL summarizes by itself while rows are
-- inserted was seen to leave out a page of them (docs/decisions/readings-table.md), and with it readings out of windows.

DROP INDEX readings_time;
CREATE INDEX readings_time ON readings (ts);

ALTER FUNCTION next_reading(timestamptz) RESET enable_indexscan;
ALTER FUNCTION next_reading(timestamptz) RESET enable_indexonlyscan;
