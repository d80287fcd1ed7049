"""How quickly cases are imported and asked for, at the size of a country."""
