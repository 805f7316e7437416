"""Pages of official documents: drafts, previews, sign-off and issue."""
