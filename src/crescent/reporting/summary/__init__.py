"""What a run found: every figure of `summary.json`, read back from the run folder after the fact."""
