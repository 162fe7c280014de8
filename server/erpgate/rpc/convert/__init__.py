"""From wire to values and back, a module per noun; nothing here decides anything."""
