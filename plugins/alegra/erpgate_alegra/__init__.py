"""Alegra."""
