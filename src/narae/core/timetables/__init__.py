"""When a DAG runs: each kind of schedule is a value with a pure meaning."""
