"""Lists that come from outside: the catalogues, and households as a village head keeps them."""
