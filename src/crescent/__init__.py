"""Crescent: a language model improves its own reasoning with nothing from outside."""

import os

__version__ = "0.1.0"

# GNU's OpenMP, which computes for PyTorch, reads this once, when it is loaded; this package is imported before anything
# else in every process of a run. By default a thread that waits spins some 300,000 times before it sleeps: as soon as
# another program wants the cores, the threads of a run keep each other from working, and it slows down tenfold.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
