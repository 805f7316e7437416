"""What a style may say: sentences, conditions, periods, and what it is once it is read. Pure."""
