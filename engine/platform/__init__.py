"""What is known of the platform's tables: columns, sizes, indexes, estimates, advice."""
