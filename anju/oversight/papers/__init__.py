"""What the papers of this room gather from the figures: circular, dispatch pack; the notice is a style (styles/)."""
