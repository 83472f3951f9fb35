"""Formats of articles, one small module each."""
