"""How well and how fast web shells are told from pages of web sites; see docs/benchmarks.md."""
