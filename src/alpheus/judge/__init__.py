"""From everything learned to one defensible verdict per server."""
