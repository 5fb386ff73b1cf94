-- Gives devices of another type its windows, no more than a number of them; written is null while somebody else settles.
SELECT written, more FROM settle_retyped_windows(:?most)
