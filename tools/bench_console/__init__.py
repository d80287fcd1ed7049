"""What each page of the console and each list of its API costs, and whether it holds out."""
