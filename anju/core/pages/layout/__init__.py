"""Tables with heads of several rows, as pages and as files, and pictures as data."""
