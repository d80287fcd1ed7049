"""Work that a request does not wait for: imports, triages and rebuilds, each in a process."""
