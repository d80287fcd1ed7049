"""The console for programs: JSON over HTTP, by the same desks as the pages."""
