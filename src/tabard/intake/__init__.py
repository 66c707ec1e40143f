"""Originals as they came, and the batches and rows made of them."""
