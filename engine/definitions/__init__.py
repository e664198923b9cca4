"""What the files of a content root may say, and what they say: keys, visual options, the parts of a catalog."""
