"""Prompts in, sampled text out: requests, backends, and the Lightning parts that carry them."""
