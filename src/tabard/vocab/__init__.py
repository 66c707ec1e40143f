"""Words as data: code lists, their labels in six languages, counting schemes and error messages."""
