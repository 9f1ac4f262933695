"""Who runs a stage: this process (`inline`), or processes of its own (`process`)."""
