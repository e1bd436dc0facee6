"""Metrics and trace ids: what every process counts, and how it is told. Knows nothing of DAGs."""
