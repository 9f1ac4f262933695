"""The stages of a round. Each reads files of earlier stages, writes its own folder, and imports no other stage."""
