"""Reports of runs and lists: the state now, and what changed since the ones before."""
