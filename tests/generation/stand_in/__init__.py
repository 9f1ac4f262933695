"""A folder for PYTHONPATH in which `vllm` stands in for the real one."""

from pathlib import Path

FOLDER = str(Path(__file__).parent)
