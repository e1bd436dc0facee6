"""What we do about it: carries decisions out, in transactions, and keeps the processes busy."""
