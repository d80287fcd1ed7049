"""How cheaply, steadily and rightly servers are probed and lists read; see docs/benchmarks.md."""
