"""Crescent: a language model improves its own reasoning with nothing from outside."""

__version__ = "0.1.0"
