-- Takes over the widths of the windows, in seconds, and those of types that have their own; answers whether they are others than before.
SELECT configure_windows(:?widths::int[], :?types::text[], :?typeWidths::int[]) AS changed
