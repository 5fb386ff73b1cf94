-- Computes the windows again that got late readings, no more than a number of them; no row while somebody else does.
SELECT marked, written, more FROM settle_marked_windows(:?most)
