"""公文: the machine for official documents. Template and context in; web page, Word, PDF and Excel out; issue, stale check, read back."""
