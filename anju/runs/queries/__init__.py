"""Reading runs and the books in force. The user comes first; nothing here writes."""
