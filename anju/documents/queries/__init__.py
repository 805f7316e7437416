"""Reading official documents, and which of their sentences the ledger no longer bears out."""
