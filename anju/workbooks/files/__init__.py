"""Opening what people send: .xlsx and .xls as cells with their formats, and nothing else."""
