"""Entropy normalization where other libraries want it: each module serves one host, and imports it on first use."""
