"""Where questions come from: a module for each source, with a class of its name (slot `source`)."""
