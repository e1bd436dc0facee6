"""HTTP: thin routers over the same queries and actions that the command line uses."""
