"""Coverage: the articles on one unfolding event, as stories that keep their ids."""
