"""Recording: what comes from phones, one module for each kind of entry."""
