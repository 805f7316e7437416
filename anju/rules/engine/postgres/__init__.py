"""Whole tables of PostgreSQL: judged there or carried to DuckDB by COPY, outcomes kept as tables."""
