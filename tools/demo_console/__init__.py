"""The console over a simulated country, for whoever wants to look at it."""
