"""What speaks against a proposal: `every` goes through the rules of tables, lines and words; each yields a `doubt`."""
