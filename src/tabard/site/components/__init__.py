"""What pages are made of: facts put into words, charts and maps worked out as plain values."""
