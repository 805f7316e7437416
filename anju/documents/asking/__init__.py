"""Tables asked for in the afternoon (临时取数): a head pasted from Excel, what each of its columns is taken for, and the table it gives."""
