"""What a run will take, worked out from its configuration before it starts, and held against what it then took."""
