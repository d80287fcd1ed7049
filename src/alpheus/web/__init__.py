"""The console and the HTTP API over cases and notices. It holds no logic of its own."""
