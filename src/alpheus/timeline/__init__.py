"""Timelines: every row that was read of a package, in one Parquet file, to hunt in."""
