"""Plants, what they cost and earn, who finances them, and what users recover themselves."""
