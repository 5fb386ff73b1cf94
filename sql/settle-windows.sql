-- Computes closed windows from the readings, over no more than a time; written is null while somebody else does.
SELECT settled, closing, written, more FROM settle_windows(:?spanSeconds * interval '1 second')
