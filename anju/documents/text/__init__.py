"""What a document says: composed from its template, its figures printed, its words checked and read back."""
