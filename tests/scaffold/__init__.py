"""The plugin that `erpgate plugin new` writes."""
