"""Benchmarks through lm-evaluation-harness, statistics on their items, and the gate.

Only `harness` and `model` import torch; `tasks`, `comparison` and `gate` are light.
"""
