"""What the papers of this room gather from the figures: circular, decomposition, dispatch pack."""
