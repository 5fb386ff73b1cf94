-- Takes over the widths of the windows, in seconds; answers whether they are others than before.
SELECT configure_windows(:?widths::int[]) AS changed
