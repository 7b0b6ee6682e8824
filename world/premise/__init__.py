"""What a scenario file may say, how it is read, and the line that tells a person what is wrong with it."""
