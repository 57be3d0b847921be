"""Recording of entries from phones, one module for each kind."""
