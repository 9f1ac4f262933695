"""What this package uses of other libraries that they do not promise to keep: a module per library.

Names with an underscore, and names that no documentation speaks of, are used here and nowhere else; everybody else
asks these modules. So an upgrade that takes one away is noticed, and mended, in one place: `NAMES` of each module lists
them, and `tests/private` looks each of them up. It stands on the lowest floor because every other may need it, and it
needs none.

A name is `MODULE:ATTRIBUTE`, or `MODULE:CLASS#ATTRIBUTE` for what only objects have once they are made.
"""
