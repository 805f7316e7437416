"""The article of an official document: its one HTML, its annex tables, its pages."""
