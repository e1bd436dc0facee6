"""The store on SQL: SQLite by default, PostgreSQL for production. Start at ``open``."""
