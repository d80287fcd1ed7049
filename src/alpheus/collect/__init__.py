"""What to collect from a server, in the forms of collectors, and what an assessment lacks."""
