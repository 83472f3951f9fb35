"""Events: what readers did, read from files, keyed, labelled and counted."""
