"""Tells a web address of what happens in erpgate, in signed messages."""
