"""Where things happen: countries, positions with their precision, the map."""
