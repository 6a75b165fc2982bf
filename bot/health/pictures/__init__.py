"""What a picture of a report says: its pages straightened, its letters found and read, and what is unsure held back."""
