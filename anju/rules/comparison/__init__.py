"""Two judgements of the same rows beside each other (比较): who gains, who loses, how much, what it costs."""
