"""The checker of papers (公文核对): what a paper's own numbers say of each other, and what the ledger says of them."""
