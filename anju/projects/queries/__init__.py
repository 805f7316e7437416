"""Reading the project library. The user comes first; nothing here writes."""
