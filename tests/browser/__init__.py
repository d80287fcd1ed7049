"""The console in a browser, as people see it."""
