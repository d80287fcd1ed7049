"""Packs and tables in signed bundles: who is trusted, what is installed, how a bundle is made."""
