"""When a round is kept: a module for each rule, with a class of its name (slot `gate`)."""
