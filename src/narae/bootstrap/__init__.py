"""The only place where everything is put together: which parts make which process."""
