"""Cases: what is known of every server, kept and merged, from first sighting to clean."""
