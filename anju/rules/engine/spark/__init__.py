"""Spark, the engine of a cluster: how it is reached, how it reads a table of rows, what it writes."""
