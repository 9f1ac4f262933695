"""The embedded model and the embedded student: their world, their recipe, their weights."""
