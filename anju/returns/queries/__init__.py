"""Reading returns. The user comes first; what is outside their regions does not exist. Nothing here writes."""
