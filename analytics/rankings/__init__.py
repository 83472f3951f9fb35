"""Ranked lists: a metric, a decay, a window, a scope and a length."""
