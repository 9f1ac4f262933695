"""The run folder: atomic files, digested shards, manifests, the lock, events and status. Imports nothing heavy."""
