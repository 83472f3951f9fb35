"""Formats of events, one small module each."""
