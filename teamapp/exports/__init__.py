"""Export: everything a commune has in the program, as CSV files in one ZIP."""
