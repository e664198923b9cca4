"""One module per dashboard; each defines DASHBOARD."""
