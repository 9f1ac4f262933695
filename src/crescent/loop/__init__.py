"""The loop, its stages, and who runs them."""
