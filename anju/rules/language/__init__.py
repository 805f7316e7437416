"""What a formula may say: its operators, its exact numbers, its typed tree."""
