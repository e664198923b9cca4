"""Turns content into artifacts and carries them to their targets; knows no dashboard, view or rule by name."""
