"""One HTML, every format: Word, PDF, Excel, a page that stands alone."""
