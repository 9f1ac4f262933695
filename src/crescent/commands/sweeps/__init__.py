"""Checking W&B sweep files before they are given to W&B."""
