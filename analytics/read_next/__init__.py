"""Read Next: what to read after an article, by what both are about."""
