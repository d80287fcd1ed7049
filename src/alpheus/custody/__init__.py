"""What was done, by whom, when: logs that can be checked later."""
