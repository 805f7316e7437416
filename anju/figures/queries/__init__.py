"""Reading figures. The user comes first; what is outside their regions is unknown or not found."""
