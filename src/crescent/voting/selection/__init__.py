"""Which pairs are learned from: a module for each way to choose, with a class of its name (slot `select`)."""
