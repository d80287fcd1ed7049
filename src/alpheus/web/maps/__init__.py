"""Where regions stand on maps of tiles: tables of ours, by column and row."""
