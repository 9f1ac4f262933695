"""Figures, tables and artifacts of a run, sent to trackers by a process that follows the run folder."""
