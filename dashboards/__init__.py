"""A module per dashboard defines DASHBOARD; modules that begin with an underscore hold its rows and what they share."""
