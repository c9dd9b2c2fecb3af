"""SQLite connections to a catalog: opening it to read or write, the write lock, transactions, integrity."""
