"""The platform's tables: columns, sizes, indexes, estimates of a refresh, advice on indexes."""
