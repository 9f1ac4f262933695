"""The configuration: its schema, the checks on it, and the `conf/` tree it is composed from."""
