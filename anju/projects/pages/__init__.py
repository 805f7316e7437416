"""Pages of projects: the library as list, table and map, one project, its acts, the ledgers."""
