"""Sweeps on a Slurm cluster: one job per configuration. Imports nothing heavy."""
