"""Commands in a pseudo terminal."""
