"""The operators that come with Narae."""
