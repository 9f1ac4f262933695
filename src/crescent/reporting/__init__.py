"""What a run tells: summary, page and table, trackers."""
