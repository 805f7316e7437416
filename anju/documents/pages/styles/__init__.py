"""文书样式 on pages: the list of an office's and the acts, the outline with what stands beside it, the editor."""
