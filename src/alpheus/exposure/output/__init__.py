"""How observations are written: lines, tables, counts while they come."""
