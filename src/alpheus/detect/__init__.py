"""From files and knowledge to everything that bears on a verdict."""
