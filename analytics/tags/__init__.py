"""Tags that may be one thing: proposals for an editor, and the reviewed file of what was accepted."""
