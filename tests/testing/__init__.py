"""The conformance suite: good plugins pass, and each check fails for a plugin that lacks its behaviour."""
