"""The Aid Worker Security Database, in every header form it has had."""
