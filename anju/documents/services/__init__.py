"""Writing, signing, issuing and withdrawing official documents."""
