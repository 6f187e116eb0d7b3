"""The raw report of a run and every view of it; a view reads nothing but the raw report and the files it names."""
