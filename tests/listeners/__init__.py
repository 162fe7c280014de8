"""Event hooks, through the real server."""
