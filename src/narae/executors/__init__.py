"""Where attempts run: the local supervisor with its fork servers, and in this very process."""
