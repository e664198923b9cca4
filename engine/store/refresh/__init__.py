"""`gendash db refresh`: reads the platform in short transactions, writes what differs."""
