"""The seeded demo newsroom: articles in three languages and the readers who open them."""
