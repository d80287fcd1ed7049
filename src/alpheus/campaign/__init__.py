"""The picture of all cases: how many, where, since when, and why some are left."""
