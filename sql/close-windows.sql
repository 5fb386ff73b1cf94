-- Closes the windows that have ended, by the clock of the database: it is one for all who settle.
SELECT close_windows(now(), :?settleAfterSeconds * interval '1 second') AS closed
