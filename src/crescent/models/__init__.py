"""Finding, loading and prompting causal language models."""
